"""A plan as a piece of HTML that needs nothing else: for notebooks."""

from __future__ import annotations

from html import escape

from planner.plan.plan import Plan
from planner.plan.sections import Section, Table
from planner.plan.summary import Summary, summarise
from planner.plan.verdict import Card

OPEN_SECTIONS = 2
"""So many sections are open at first; a click opens the others."""

COLOURS = {"good": "#1a7f37", "short": "#9a6700", "bad": "#cf222e"}

STYLE = """
.planner{font:14px/1.45 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:64em;overflow-x:auto;padding:.6em .9em;
border:1px solid #d0d7de;border-radius:6px;border-left:4px solid var(--mood)}
.planner p{margin:.2em 0}.planner .verdict{font-size:16px;font-weight:600}.planner .about{color:#59636e}
.planner .cards{display:flex;flex-wrap:wrap;gap:.5em 2em;margin:.8em 0}.planner .cards div{min-width:7em}
.planner .cards b{display:block;font-size:17px}.planner small{color:#59636e}
.planner summary{cursor:pointer;font-weight:600;margin-top:.5em}.planner ul{margin:.3em 0;padding-left:1.4em}
.planner table{border-collapse:collapse;margin:.3em 0;color:inherit;background:transparent}
.planner th,.planner td{padding:.15em .7em;text-align:left;border:0;border-bottom:1px solid #e6e9ed;vertical-align:top}
.planner th{color:#59636e;font-weight:500}.planner .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
@media (prefers-color-scheme:dark){.planner{background:#0d1117;color:#e6edf3;border-color:#30363d}
.planner th,.planner small,.planner .about{color:#9198a1}.planner th,.planner td{border-color:#30363d}}
"""


def to_html(plan: Plan) -> str:
    """Return the summary of a plan as HTML: self-contained, every name escaped."""
    return page(summarise(plan))


def page(summary: Summary) -> str:
    """Return a summary as HTML."""
    about = f'<p class="about">{escape(summary.description)}</p>' if summary.description else ""
    cards = "".join(map(_card, summary.cards))
    sections = "".join(_section(section, i < OPEN_SECTIONS) for i, section in enumerate(summary.sections))
    return (
        f'<div class="planner" style="--mood:{COLOURS[summary.mood]}"><style>{STYLE.strip()}</style>'
        f'<p class="verdict">{escape(summary.verdict)}</p>{about}'
        f"{f'<div class="cards">{cards}</div>' if cards else ''}{sections}</div>"
    )


def _card(card: Card) -> str:
    return f"<div><small>{escape(card.name)}</small><b>{escape(card.value)}</b><small>{escape(card.note)}</small></div>"


def _section(section: Section, is_open: bool) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in section.lines)
    body = (f"<ul>{lines}</ul>" if lines else "") + (_table(section.table) if section.table is not None else "")
    tail = f"<small>{escape(section.tail)}</small>" if section.tail else ""
    return f"<details{' open' if is_open else ''}><summary>{escape(section.title)}</summary>{body}{tail}</details>"


def _table(table: Table) -> str:
    kinds = [' class="n"' if column.right else "" for column in table.columns]
    head = "".join(f"<th{k}>{escape(c.name)}</th>" for k, c in zip(kinds, table.columns, strict=True))
    rows = "".join(
        f"<tr>{''.join(f'<td{k}>{escape(cell)}</td>' for k, cell in zip(kinds, row, strict=True))}</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
