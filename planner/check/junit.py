"""What came of scenarios as JUnit XML, which build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from planner.check.outcome import Outcome

SUITE = "planner check"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Sequence[Outcome], silent: Sequence[Path] = ()) -> str:
    """Return a test suite with a case for each scenario; those that state nothing are skipped ones."""
    errors = [o for o in outcomes if o.verdict in ("wrong input", "fault")]
    failures = [o for o in outcomes if o.verdict not in ("held", "wrong input", "fault")]
    seconds = sum(o.seconds for o in outcomes)
    counts = {
        "tests": len(outcomes) + len(silent), "failures": len(failures), "errors": len(errors),
        "skipped": len(silent), "time": f"{seconds:.3f}",
    }  # fmt: skip
    attributes = {key: str(value) for key, value in counts.items()}
    root = ET.Element("testsuites", attributes)
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **attributes})
    for outcome in outcomes:
        case = _case(suite, outcome.file, outcome.name, outcome.seconds)
        if outcome.verdict != "held":
            kind = "error" if outcome in errors else "failure"
            lines = [_clean(line) for line in outcome.failures]
            first = lines[0] if lines else outcome.verdict
            ET.SubElement(case, kind, {"message": first, "type": outcome.verdict}).text = "\n".join(lines)
    for file in silent:
        ET.SubElement(_case(suite, file, file.stem, 0.0), "skipped", {"message": "it has no `expect`"})
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, file: Path, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(
        suite, "testcase",
        {"classname": _clean(str(file)), "name": _clean(name), "file": _clean(str(file)), "time": f"{seconds:.3f}"},
    )  # fmt: skip


def _clean(text: str) -> str:
    """Return text without the characters that no XML may hold, not even escaped."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
