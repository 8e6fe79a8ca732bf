"""Units of rates and times as network files write them."""

from __future__ import annotations

import re

_RATE = re.compile(r"(?=.)(?P<prefix>[kmgt]?)(?:(?:b|bits?)(?:ps|/s|/sec|/second|persec)?|(?<=[kmgt]))", re.IGNORECASE)
_BYTES = re.compile(r"[kKMGT]?(?:B|B/s|Bps|[Bb]ytes?.*)")
# How many of a unit make a Gb/s or an ms: dividing by these gives 0.155 for 155 Mbps, to the last digit.
_PER_GBPS = {"": 1e9, "k": 1e6, "m": 1e3, "g": 1.0, "t": 1e-3}
_PER_MS = {"ns": 1e6, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1.0, "s": 1e-3, "sec": 1e-3}
_MEASURE = re.compile(r"(?P<number>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(?P<unit>[^\W\d_][\w/]*)?")

RATES = "bit/s, kbps, Mbps, Gbps or Tbps"
TIMES = "us, ms or s"
IN_NAMES = ("gbps", "mbps", "kbps", "tbps", "bps")  # as in capacity_gbps


def per_gbps(unit: str) -> float | None:
    """Return how many of `unit` (such as Gbps, Mb/s, Mbit/s, MBITPERSEC or G) make a Gb/s; None if it is not known.

    Bytes (GB/s) are not known: files that write them mean bits as often.
    """
    unit = unit.strip()
    match = None if _BYTES.fullmatch(unit) else _RATE.fullmatch(unit)
    return _PER_GBPS[match["prefix"].lower()] if match else None


def per_ms(unit: str) -> float | None:
    """Return how many of `unit` make a millisecond; None if it is not known."""
    return _PER_MS.get(unit.strip().lower())


def number_and_unit(text: str) -> tuple[str, str]:
    """Return `10 Gbps` as `10` and `Gbps`; the unit is "" where there is none."""
    match = _MEASURE.fullmatch(text.strip())
    return (match["number"], match["unit"] or "") if match else (text.strip(), "")
