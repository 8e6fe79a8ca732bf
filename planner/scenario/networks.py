"""Networks that people have, as parts of a scenario: GraphML, GML, and SNDlib's native and XML formats.

What each format says and how it is read stands with its reader in `planner.scenario.network_formats`.
Everywhere:

- a link is undirected unless the file says otherwise; parallel links stay apart;
- a link or demand from a node to itself is left out, as it needs no network;
- a link whose latency the file does not state has that of light in fibre between its ends, where both have
  coordinates (`network_formats.latency`);
- capacities and traffic are Gb/s where the file states another unit, and are taken as they are written where
  the format has none (SNDlib).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.errors import InputError, Place, Problem
from planner.scenario.network_formats import gml, graphml, sndlib_native, sndlib_xml, xml_tree
from planner.scenario.network_formats.draft import Draft
from planner.scenario.source import display_name, read_text

LIMIT = 20_000_000  # bytes; 100,000 nodes and as many links take about 8 MB

_KNOWN = "GraphML (.graphml), GML (.gml), SNDlib XML (.xml) or SNDlib native (.txt)"


def read_network(path: Path) -> dict[str, Any]:
    """Return the network in a file as parts of a scenario: those of its draft.

    Returns
    -------
    dict
        `nodes`: by name, with `latitude` and `longitude` (degrees) where the file has both.
        `links`: by name, with `from`, `to`, `directed`, and where the file says so `latency_ms` (round trip),
        `capacity_gbps`, `price_per_gbps_hour`, `use_cost` and `modules` (`m1`, `m2`, ... with `gbps`, `cost`
        and `max_count`).
        `traffic`: by name, with `from`, `to` and `gbps`.

    Raises
    ------
    InputError
        With every mistake found (the first 50): the file cannot be read, is larger than `LIMIT`, is of none of
        the formats, breaks the rules of its format, names a node it does not have, gives a name twice, holds a
        number that is not finite or is negative where none may be, or has no nodes.  A mistake of syntax hides
        those after it.

    """
    return draft_of(path).parts()


def draft_of(path: Path) -> Draft:
    """Return the network in a file as it was read, with its mistakes.

    Raises
    ------
    InputError
        If the file cannot be read, or is of none of the formats.
    """
    draft = Draft(display_name(path))
    text = read_text(path, LIMIT)
    kind = Path(path).suffix.lower()
    start = text.lstrip()[:1]
    if start == "<" or kind in {".graphml", ".xml"}:
        _read_xml(text, draft)
    elif start == "?" or kind == ".txt":
        sndlib_native.read(text, draft)
    elif kind == ".gml":
        gml.read(text, draft)
    else:
        message = f"this is not a network file that can be read: {_KNOWN}"
        raise InputError(Problem(message, place=Place(draft.file), code="format"))
    return draft


def _read_xml(text: str, draft: Draft) -> None:
    """Read a file in the format that its root element tells."""
    root = xml_tree.parse(text, draft.file)
    if root.tag == "graphml":
        graphml.read(root, draft)
    elif root.namespace == sndlib_xml.NAMESPACE:
        sndlib_xml.read(root, draft)
    else:
        message = f"the root element <{root.tag[:60]}> is neither GraphML's nor in the namespace of SNDlib's networks"
        raise InputError(Problem(message, place=root.place, code="format"))
