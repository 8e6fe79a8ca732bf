"""The scalars of YAML 1.2's core schema, less its surprises.

`NO`, `yes`, `12:30:00`, `2024-01-01`, `010`, `1_000` and `0x1F` are text; `1e3` is a number.  Numbers that no
computation can hold, such as `.inf`, `1e400` or an integer of a thousand digits, are refused.
"""

from __future__ import annotations

import math
import re

from planner.scenario.suggest import quoted
from planner.scenario.tree import Scalar

_CONSTANTS: dict[str, Scalar] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MOST_DIGITS = 300  # a float holds 308, and int() refuses some thousands

_PREFIX = "tag:yaml.org,2002:"
_TYPES: dict[str, type] = {"int": int, "float": float, "bool": bool, "null": type(None)}


class ScalarError(ValueError):
    """A scalar that cannot be accepted; `code` is the kind of mistake."""

    def __init__(self, message: str, code: str):
        super().__init__(message)
        self.code = code


def plain_scalar(text: str) -> Scalar:
    """Return the value of an unquoted scalar without a tag."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            raise ScalarError(f"an integer of {len(text):,} characters is too large", "number")
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ScalarError(f"{quoted(text)} is too large for a number", "number")
        return number
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"{quoted(text)} is not finite; leave the key out for no limit", "number")
    return text


def tagged_scalar(text: str, tag: str) -> Scalar:
    """Return the value of a scalar with an explicit `tag`: text, or a number, boolean or null that it is."""
    if tag in ("!", f"{_PREFIX}str"):
        return text
    name = tag.removeprefix(_PREFIX)
    if name not in _TYPES or name == tag:
        raise ScalarError(f"the tag {quoted(tag)} is not allowed", "tag")
    value = plain_scalar(text)
    if name == "float" and type(value) is int:
        return float(value)
    if type(value) is not _TYPES[name]:
        raise ScalarError(f"{quoted(text)} is not of the type that its tag !!{name} says", "tag")
    return value
