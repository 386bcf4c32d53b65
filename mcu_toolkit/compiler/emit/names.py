"""Names and texts from a user's model, made safe for C."""

from __future__ import annotations

import re

from mcu_toolkit.errors import ConfigError

_KEYWORDS = frozenset((
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "asm",
    "bool", "class", "delete", "new", "operator", "private", "protected", "public", "template", "this", "throw",
    "try", "using", "virtual", "main",
))  # fmt: skip
#: Standard headers without ``.h``, and Arduino's: a model of this name would hide them.
_HEADERS = frozenset((
    "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math", "setjmp",
    "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn",
    "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype", "arduino",
))  # fmt: skip
_LONGEST = 40


def prefix(name: str) -> str:
    """`name`, if it can be the prefix of a model's files, functions and macros.

    Raises:
        ConfigError: it is no C identifier, starts with an underscore or ``mcutk``, is a keyword or the name of a
            standard header, or has over 40 characters.
    """
    reason = ""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name, re.ASCII):
        reason = "is not a C identifier that starts with a letter"
    elif len(name) > _LONGEST:
        reason = f"has {len(name)} characters"
    elif name.lower() in _KEYWORDS:
        reason = "is a keyword of C or C++"
    elif name.lower() in _HEADERS:
        reason = f"would hide the header <{name}.h>"
    elif name.lower().startswith("mcutk"):
        reason = "starts with mcutk, as the kernels do"
    if reason:
        proposed = identifier(name)
        if proposed in _HEADERS or proposed.startswith("mcutk"):
            proposed = identifier(f"m_{proposed}")
        raise ConfigError(
            f"the model name '{comment(name)}' {reason}",
            expected=f"a letter, then letters, digits and underscores; at most {_LONGEST} characters",
            received=comment(name),
            hint=f"--name {proposed}",
        )
    return name


def identifier(text: str) -> str:
    """A C (and C++) identifier of at most 40 characters made from any text; lower case, never a keyword."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST].rstrip("_")
    if not name or name[0].isdigit() or name in _KEYWORDS:
        name = f"m_{name}".rstrip("_")
    return name[:_LONGEST]


def comment(text: str) -> str:
    """Any text as it may stand in a C comment: whole, in printable ASCII.

    What is not printable ASCII (control characters, bidirectional marks, letters with accents) is written as
    ``\\uXXXX`` or ``\\UXXXXXXXX``, and so are ``*``, ``?``, ``"`` and the backslash: no text ends the comment or forms
    a trigraph.
    """
    return "".join(c if " " <= c <= "~" and c not in '*?"\\' else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def wrapped(text: str, *, width: int = 110, indent: str = "") -> tuple[str, ...]:
    """Text in lines for a comment, broken after spaces, slashes and semicolons; nothing is cut.

    Args:
        text: already passed through `comment` where it comes from a model file.
        width: most characters in a line; what has no place to break within it continues in the next line.
        indent: starts every line but the first.
    """
    lines = [""]
    for word in re.findall(rf"(?: / |[^ /;]){{0,{width - len(indent) - 3}}}(?:[ /;]|(?=[^ /;])|$)", text):
        if len(lines[-1]) + len(word.rstrip()) > width:
            lines.append(indent)
        lines[-1] += word
    return tuple(line.rstrip() for line in lines)


def string(text: str) -> str:
    """A C string literal of any text: UTF-8, with octal escapes for what is not printable ASCII."""
    plain = set(range(0x20, 0x7F)) - set(b'"?\\')
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode()) + '"'
