"""Vectors of doubles as short texts: what is not zero, bit for bit."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, Problem
from planner.model.arrays import Floats

ENCODING = (
    "base64 of zlib of, all little-endian: the number k of values that are not zero (int32), their positions, each less "
    "the one before (k int32), and the values (k float64), whose bytes stand as 8 rows of k"
)
"""How a vector is written; every certificate says it."""

LEVEL = 6
LONGEST = 100_000_000
"""No programme has as many columns or rows; a text that says so is refused."""


def packed(values: Floats) -> dict[str, Any]:
    """Return a vector as plain data."""
    at = np.flatnonzero(values).astype("<i4")
    kept = np.ascontiguousarray(values[at], dtype="<f8")
    head = np.concatenate([[len(at)], np.diff(at, prepend=0)]).astype("<i4")
    # Doubles of one size share their first bytes: side by side they compress.
    body = kept.view(np.uint8).reshape(len(at), 8).T.tobytes()
    text = base64.b64encode(zlib.compress(head.tobytes() + body, LEVEL)).decode("ascii")
    return {"length": len(values), "values": text}


def unpacked(data: Any) -> Floats:
    """Return the vector that `packed` wrote.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        length = data["length"]
        if not isinstance(length, int) or not 0 <= length <= LONGEST:
            raise ValueError("its length is no length")
        raw = _inflated(base64.b64decode(data["values"], validate=True), 12 * length + 4)
        count = int(np.frombuffer(raw, "<i4", 1)[0])
        if not 0 <= count <= length or len(raw) != 4 + 12 * count:
            raise ValueError("it is too short or too long")
        at: NDArray[np.int64] = np.cumsum(np.frombuffer(raw, "<i4", count, 4).astype(np.int64))
        if count and (at[0] < 0 or at[-1] >= length or (np.diff(at) <= 0).any()):
            raise ValueError("its positions are not in order")
        kept = np.frombuffer(raw, np.uint8, 8 * count, 4 + 4 * count).reshape(8, count).T
        values = np.zeros(length)
        values[at] = np.ascontiguousarray(kept).view("<f8").reshape(-1)
    except (KeyError, TypeError, ValueError, IndexError, binascii.Error, zlib.error) as error:
        raise InputError(Problem(f"the certificate holds a vector that cannot be read: {error}", code="plan")) from None
    if not np.isfinite(values).all():
        raise InputError(Problem("the certificate holds what is no number", code="plan"))
    return values


def _inflated(raw: bytes, most: int) -> bytes:
    """Return what was compressed, of which there can be so much at most: a small file must not fill the memory."""
    engine = zlib.decompressobj()
    found = engine.decompress(raw, most)
    if engine.unconsumed_tail or not engine.eof:
        raise ValueError("it is too short or too long")
    return found
