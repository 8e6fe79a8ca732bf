"""The keys of a reference to a table, and the ways to fill periods that a series leaves open."""

from __future__ import annotations

from typing import Any

FILLS = ("hold", "linear", "geometric", "zero")

TABLE_JSON: dict[str, Any] = {
    "type": "object",
    "description": "values taken from a CSV table beside the scenario or shipped with the planner",
    "required": ["table"],
    "properties": {
        "table": {"type": "string", "description": "file name"},
        "value": {"type": "string", "description": "column with the numbers"},
        "where": {"type": "object", "description": "column: value (or a list of values) that a row must have"},
        "period": {"type": "string", "description": "column with the period, for values by period"},
        "key": {"type": "string", "description": "column with the names, for a mapping of values"},
        "row": {"type": "string", "description": "column with the row's name, for a matrix"},
        "column": {"type": "string", "description": "column with the column's name, for a matrix"},
        "name": {"description": "column (or list of columns) that names each thing, for a mapping of things"},
        "each": {"type": "object", "description": "keys that every thing has beside its row's"},
        "combine": {"enum": ["sum", "max", "mean"], "description": "what to do with several rows"},
        "largest": {"type": "integer", "description": "combine only so many of the largest"},
        "times": {"type": "number", "description": "factor on every value"},
        "between": {"enum": list(FILLS), "description": "how to fill periods that the table leaves open"},
    },
    "additionalProperties": False,
}

TABLE_KEYS = frozenset(TABLE_JSON["properties"])
"""Keys of a reference to a table."""
