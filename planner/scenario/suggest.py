"""Words in messages: a long or hostile word made safe to print, and the known word nearest to another."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

_LONGEST_SHOWN = 60
_MOST_COMPARED = 5_000  # comparing takes some microseconds for each option


def quoted(word: str) -> str:
    """Return `word` in quotes on one line, with control characters escaped and a long middle left out."""
    if len(word) > _LONGEST_SHOWN:
        word = f"{word[: _LONGEST_SHOWN - 15]}...{word[-12:]}"
    return repr(word)


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that `word` was probably meant to be, or None."""
    if len(word) > _LONGEST_SHOWN:  # difflib is quadratic in the length, and nobody means such a word
        return None
    by_folded: dict[str, str] = {}
    for option in islice(options, _MOST_COMPARED):
        by_folded.setdefault(option.casefold(), option)
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" to follow a sentence about an unknown `word`, or "" if nothing is near."""
    found = nearest(word, options)
    return "" if found is None or found == word else f"; did you mean {quoted(found)}?"
