"""The text of an input file: at most so many bytes, UTF-8, printable; whatever else it holds is refused."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from planner.errors import InputError, Place, Problem

STDIN = "-"
STDIN_NAME = "<stdin>"

# What YAML 1.2 allows in a stream, which leaves out NUL, other control characters and lone surrogates.
_NOT_PRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE, b"\0")


def display_name(path: str | Path) -> str:
    """Return the name of a file as messages give it."""
    return STDIN_NAME if str(path) == STDIN else str(path)


def read_text(path: str | Path, limit_bytes: int) -> str:
    """Return the text of the file, or of standard input for `-`, without a byte order mark.

    Raises
    ------
    InputError
        The file is missing, not a file, unreadable, larger than `limit_bytes` (found without reading
        it all), not UTF-8, or holds a character that is not printable.

    """
    name = display_name(path)
    data = _read_bytes(path, name, limit_bytes).removeprefix(codecs.BOM_UTF8)
    return checked_text(_decode(data, name), name, limit_bytes)


def unprintable(text: str) -> str | None:
    """Return the first character that no text file may hold, or None."""
    found = _NOT_PRINTABLE.search(text)
    return found.group() if found else None


def checked_text(text: str, name: str, limit_bytes: int) -> str:
    """Return `text` if it is short enough and printable throughout."""
    if len(text) > limit_bytes:
        raise _too_large(name, len(text), limit_bytes)
    found = _NOT_PRINTABLE.search(text)
    if found:
        before = text[: found.start()]
        place = Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the character U+{ord(found.group()):04X} is not allowed in a text file"
        raise InputError(Problem(message, place=place, code="encoding"))
    return text


def _read_bytes(path: str | Path, name: str, limit_bytes: int) -> bytes:
    try:
        if name == STDIN_NAME:
            return _at_most(sys.stdin.buffer, name, limit_bytes)
        with Path(path).open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size > limit_bytes:
                raise _too_large(name, status.st_size, limit_bytes)
            return _at_most(file, name, limit_bytes)
    except (OSError, ValueError) as error:
        raise InputError(Problem(_why(error), place=Place(name), code="file")) from None


def _at_most(file: BinaryIO, name: str, limit_bytes: int) -> bytes:
    """Return all of a file whose size may not be known beforehand, such as a pipe or a device."""
    data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise _too_large(name, len(data), limit_bytes)
    return data


def _why(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "this is a folder, not a file"
        case OSError(strerror=str(reason)):
            return f"the file cannot be read: {reason.lower()}"
        case _:
            return "the file cannot be read"


def _too_large(name: str, size_bytes: int, limit_bytes: int) -> InputError:
    size = f"{size_bytes / 1e6:,.1f} MB or more, with a limit of {limit_bytes / 1e6:,.1f} MB"
    message = f"the file is too large: {size}; put large demand in a CSV table"
    return InputError(Problem(message, place=Place(name), code="too-large"))


def _decode(data: bytes, name: str) -> str:
    try:
        if data.startswith(_WIDE):
            raise UnicodeDecodeError("utf-8", data, 0, 1, "wide characters")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(name, before.count(b"\n") + 1, column)
        message = "the file is not UTF-8 text; save it as UTF-8"
        raise InputError(Problem(message, place=place, code="encoding")) from None
