"""Units of rates and times as network files write them."""

from __future__ import annotations

import re

_RATE = re.compile(r"(?=.)(?P<prefix>[kmgt]?)(?:(?:b|bits?)(?:ps|/s|/sec|/second|persec)?|(?<=[kmgt]))", re.IGNORECASE)
_BYTES = re.compile(r"[kKMGT]?(?:B|B/s|Bps|[Bb]ytes?.*)")
_BIT_PER_S = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "sec": 1e3}
_MEASURE = re.compile(r"(?P<number>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(?P<unit>[^\W\d_][\w/]*)?")

RATES = "bit/s, kbps, Mbps, Gbps or Tbps"
TIMES = "us, ms or s"
IN_NAMES = ("gbps", "mbps", "kbps", "tbps", "bps")  # as in capacity_gbps


def bit_per_s(unit: str) -> float | None:
    """Return the bits per second in a `unit` such as Gbps, Gb/s, Mbit/s, MBITPERSEC or G; None if it is not known.

    Bytes (GB/s) are not known: files that write them mean bits as often.
    """
    unit = unit.strip()
    match = None if _BYTES.fullmatch(unit) else _RATE.fullmatch(unit)
    return _BIT_PER_S[match["prefix"].lower()] if match else None


def ms(unit: str) -> float | None:
    """Return the milliseconds in a `unit` of time; None if it is not known."""
    return _MS.get(unit.strip().lower())


def number_and_unit(text: str) -> tuple[str, str]:
    """Return `10 Gbps` as `10` and `Gbps`; the unit is "" where there is none."""
    match = _MEASURE.fullmatch(text.strip())
    return (match["number"], match["unit"] or "") if match else (text.strip(), "")
