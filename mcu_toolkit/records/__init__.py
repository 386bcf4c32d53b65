"""One frozen dataclass per JSON document that mcutk writes; nothing else reads or writes those documents."""
