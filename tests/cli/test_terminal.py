"""How a summary looks: in a terminal, in a narrow one, in a pipe, without colour, with hostile names."""

from __future__ import annotations

import re

import pytest

import planner as package
from planner.cli.progress import line
from planner.cli.terminal import drawn
from planner.plan.html import to_html
from planner.plan.summary import summarise
from planner.solver.options import Progress
from tests.cli.conftest import BIG, FIXTURES, SHORT

FULL = FIXTURES / "full.yaml"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def full():
    return summarise(package.solve(package.load(FULL)))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut_off(monkeypatch, full, width):
    """Words wrap; every figure is still there, however narrow it is."""
    monkeypatch.setenv("TERM", "xterm-256color")
    text = _ESCAPES.sub("", drawn(full, terminal=True, width=width))
    assert max(map(len, text.splitlines())) <= width
    assert "\u2026" not in text
    joined = "".join(text.split())
    for word in ("219,000", "438,000", "BigCard", "GreatHall", "713,000"):
        assert word in joined


def test_a_pipe_gets_plain_text_with_a_sentence_a_line(full):
    """No escapes, no lines drawn, nothing but ASCII; sentences are not broken."""
    text = drawn(full, terminal=False)
    assert text.isascii()
    assert "\x1b" not in text
    assert (
        "\n  The need at peak, 713,000 H100, exceeds a year of supply by press figures, 550,000 H100: 1.3 times.\n"
        in text
    )
    assert all(line == line.rstrip() for line in text.splitlines())


def test_no_color_is_honoured(monkeypatch, full):
    """Bold and dim may stay, colour may not."""
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured.search(drawn(full, terminal=True, width=100))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured.search(drawn(full, terminal=True, width=100))


def test_columns_says_how_wide_a_pipe_is(planner, monkeypatch):
    """Where a reader asks for it."""
    monkeypatch.setenv("COLUMNS", "60")
    tables = [line for line in planner("solve", FULL).out.splitlines() if re.match(r"  2024Q\d", line)]
    assert tables
    assert max(map(len, tables)) <= 60


def test_names_cannot_move_the_cursor_nor_make_html(planner, tmp_path):
    """Names are other people's text: escapes, markup and tags are shown, not obeyed."""
    nasty = r'"<b onclick=x>\e[31m[bold]&\u202e"'
    path = tmp_path / "x.yaml"
    path.write_text(SHORT.read_text(encoding="utf-8").replace("card", nasty), encoding="utf-8")
    result = planner("solve", path)
    assert result.code in (1, 2)
    assert "\x1b" not in result.out + result.err
    name = "<b onclick=x>[bold]&"
    path.write_text(SHORT.read_text(encoding="utf-8").replace("card", f'"{name}"'), encoding="utf-8")
    assert name in planner("solve", path).out
    html = to_html(package.solve(package.load(path)))
    assert "<b onclick" not in html
    assert "&lt;b onclick=x&gt;[bold]&amp;" in html


def test_html_stands_alone_and_is_well_formed():
    """No file, script or address is needed; every element is closed."""
    from html.parser import HTMLParser

    open_tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    plan = package.solve(package.load(FULL))
    html = plan._repr_html_()
    Parser().feed(html)
    assert not open_tags
    assert "http" not in html
    assert "<script" not in html
    assert len(html) < 20_000
    for file in ("stuck", "endless"):
        assert (
            "no plan" in (text := to_html(package.solve(package.load(FIXTURES / f"{file}.yaml")))) or "no best" in text
        )


def test_the_line_of_a_long_solve_says_what_the_solver_has():
    """Objective, bound, gap and time; less where it has less."""
    assert line(None, 3.2, "USD") == "building the programme  0:03"
    assert line(Progress(1.0, iterations=12_345), 65, "") == "solving  1:05  12,345 iterations"
    known = Progress(1.0, objective=153.675, bound=150.0, gap=0.0245, nodes=7)
    assert line(known, 61, "USD") == "solving  1:01  objective 154 USD  bound 150 USD  gap 2.45 %  7 nodes"


def test_the_next_command_can_be_pasted(planner, tmp_path):
    """With overlays and settings, and quoted where the shell needs it."""
    import shlex

    file = tmp_path / "a b.yaml"
    file.write_text(BIG.read_text(encoding="utf-8"), encoding="utf-8")
    out = planner("solve", file, "--set", "name=my plan", "--set", "solver.gap=1.0e-3").out
    command = shlex.split(out.strip().splitlines()[-1].removeprefix("next: ").partition("  (")[0])
    assert command[:3] == ["planner", "solve", str(file)]
    assert command[3:7] == ["--set", "name=my plan", "--set", "solver.gap=1.0e-3"]
    saved = planner("solve", SHORT, "-o", tmp_path / "plan.json").out
    assert saved.rstrip().endswith(
        f"next: planner explain {tmp_path / 'plan.json'}  (what limits it, what is unmet and why)"
    )
