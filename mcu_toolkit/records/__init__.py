"""One frozen dataclass per JSON document of mcutk, with the only code that writes and reads these documents."""
