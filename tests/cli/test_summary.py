"""The sentences and tables of a summary, from plans whose figures are known beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest

import planner as package
from planner.plan import words
from planner.plan.limits import Reach, sentence
from planner.plan.plan import Limit
from planner.plan.summary import summarise
from tests.cli.conftest import BIG, ENDLESS, FIXTURES, SHORT, STUCK, TRANSPORT

FULL = FIXTURES / "full.yaml"


@pytest.fixture(scope="module")
def full():
    return package.solve(package.load(FULL))


def parts(plan):
    return {section.title: section for section in summarise(plan).sections}


def test_the_verdict_can_be_quoted_alone():
    """Name, what is served when, at what cost, how sure."""
    verdict = {
        file: summarise(package.solve(package.load(file))).verdict for file in (TRANSPORT, SHORT, STUCK, ENDLESS)
    }
    assert verdict[TRANSPORT] == "transport: all demand in p1 is served, at the least cost of 154 kUSD."
    assert verdict[SHORT] == (
        "short: 50 % of the demand in p1 is served and 50 % is not, at the least cost of 52 USD, "
        "of which 50 USD is the penalty for what is not done."
    )
    assert verdict[STUCK] == "stuck: no plan keeps every rule of the scenario in p1."
    assert verdict[ENDLESS].startswith("endless: there is no best plan, as the cost falls without end: nothing in the")


def test_a_tolerance_is_part_of_the_verdict():
    """Within it, or beyond it."""
    scenario = package.load(SHORT)
    within = package.solve(scenario.replace({"unmet_tolerance": 0.6}))
    beyond = package.solve(scenario.replace({"unmet_tolerance": 0.2}))
    assert "50 % is not, within the 60 % that may stay unmet" in summarise(within).verdict
    assert "50 % is not, more than the 20 % that may stay unmet" in summarise(beyond).verdict
    assert (summarise(within).mood, summarise(beyond).mood) == ("good", "short")


def test_what_is_not_proven_is_not_called_least(full):
    """A gap, a limit, and no bound at all."""
    gap = replace(full, status="limit", reason="time limit", gap=0.034)
    verdict = summarise(gap).verdict
    assert "least" not in verdict
    assert verdict.endswith("proven to be within 3.4 % of the best (the solver stopped: time limit).")
    unknown = replace(gap, gap=None, bound=None)
    assert "with no proof of how near the best that is" in summarise(unknown).verdict
    none = replace(full, status="limit", reason="time limit", objective=None, tables={}, limits=())
    assert summarise(none).verdict == "full: the solver stopped (time limit) before it found a plan."


def test_other_objectives_have_their_own_words():
    """Most served, least carbon."""
    scenario = package.load(SHORT)
    served = summarise(package.solve(scenario.replace({"objective": "served"}))).verdict
    assert "50 % is not, the most that can be, at a cost of" in served
    carbon = summarise(package.solve(scenario.replace({"objective": ["carbon", "cost"]}))).verdict
    assert "with the least carbon of 0 tCO2e, at a cost of 52 USD" in carbon


def test_by_period_demand_served_cost_and_devices(full):
    """100 jobs an hour for 2,190 hours, then 200; all by cards."""
    table = parts(full)["jobs, job"].table
    assert [column.name for column in table.columns] == ["period", "demand", "served", "served %", "USD per unit", "by"]
    assert [(row[0], row[1], row[3], row[5]) for row in table.rows] == [
        ("2024Q1", "219,000", "100 %", "card"),
        ("2024Q2", "438,000", "100 %", "card"),
    ]


def test_fleet_and_sources_count_what_the_plan_has(full):
    """Twenty cards at the end, fifteen rented where power is for fifteen; each counts as two H100."""
    found = parts(full)
    (row,) = found["Fleet in 2024Q2"].table.rows
    assert row == ("Big Card", "20", "100 %", "40", "0.02", "on-demand 75 %, lease 25 %")
    # 10 of 30 card-quarters of work are done in the first quarter, all in the hall; 15 and 5 in the second.
    assert found["From where, share of the work"].table.rows == (("Great Hall", "83.3 %"), ("other", "16.7 %"))
    assert "From which country" not in found  # each country has one site


def test_chains_show_every_step_and_how_it_changes(full):
    """24 million uploads a day, a share that doubles, 24 hours: 100 jobs an hour, then 200."""
    found = parts(full)
    rows = found["Chain: cards needed"].table.rows
    assert rows[-1] == ("hours of a day", "/ 24", "100", "/ 24", "200", "job/h")
    assert rows[1] == ("share", "x 0.0001", "2,400", "x 0.0002", "4,800", "job/day")
    assert found["Chain: fixed"].table.rows == (
        ("cards", "713,000", "713,000", "H100"), ("half", "x 0.5", "357,000", "H100"),
    )  # fmt: skip
    assert "Chain: hidden" not in found


def test_comparisons_campaigns_dates_and_pools_are_sentences(full):
    """In the words of the guide."""
    found = parts(full)
    assert found["Comparisons"].lines == (
        "Half of it, 357,000 H100, does not exceed a year of supply, 550,000 H100: 0.648 times.",
        "The need at peak, 713,000 H100, exceeds a year of supply by press figures, 550,000 H100: 1.3 times.",
    )
    assert found["Training"].lines == (
        "train: 5 Big Card at other for 3 months, from 2024Q1.",
        "idle is not run: it costs more than it is worth.",
    )
    assert found["Earliest date"].lines == ("All demand can be met from the start, 2024Q1, whatever it costs.",)
    assert found["Retail networks"].lines == (
        "rent-node at net: 100 % of its 100 nodes can be counted on with 95 % confidence; none is rented.",
    )
    later = replace(full, earliest="2024Q2")
    assert parts(later)["Earliest date"].lines[0].startswith("All demand can be met from 2024Q2 on at the earliest")
    never = replace(full, earliest="never")
    assert parts(never)["Earliest date"].lines[0].startswith("No plan can meet all demand in any period up to 2024Q2")


def test_supply_is_worded_as_in_the_guide():
    """The card that is missing would save 48: five jobs at 10, less its rent of 2; one more is all that is needed."""
    (line,) = parts(package.solve(package.load(SHORT)))["What limits the plan"].lines
    assert line == (
        "One more card to rent through rent in p1 would save 48 USD; this holds for up to 1 more, "
        "then unmet jobs in north in p1 falls to 0."
    )
    reach = Reach(12.0, "the power at iad binds", known=True, again=False)
    labels = {"offer": "buy", "device": "h100", "site": "iad"}
    assert sentence("supply", labels, "2024Q3", "quarter", 3000.0, "USD", reach, "") == (
        "One more h100 through buy in 2024Q3 would save 3,000 USD; this holds for up to 12 more, "
        "then the power at iad binds."
    )
    again = Reach(0.0, "", known=True, again=True)
    assert sentence("supply", labels, "2024Q3", "quarter", 3000.0, "USD", again, ", with the sites open as chosen") == (
        "One more h100 through buy in 2024Q3 would save 3,000 USD, with the sites open as chosen; "
        "several limits bind at once, so this is the difference from solving again."
    )


def limit(path: str, period: str, saves: float, rule: str = "supply") -> Limit:
    name = path.split(".")[1]
    reach = Reach(1.0, "", known=False, again=False)
    labels = {"offer": name, "device": "card", "site": name}
    text = sentence(rule, labels, period, "quarter", saves, "USD", reach, "")
    return Limit(rule, path, period, "device", saves, None, "", text)


def test_a_cause_that_binds_often_is_said_once(full):
    """Its worst period first; the number of the others beside it."""
    limits = tuple(limit("offers.buy.supply", p, s) for p, s in (("2024Q2", 9.0), ("2024Q1", 5.0)))
    lines = parts(replace(full, limits=limits))["What limits the plan"].lines
    assert lines[0] == "One more card through buy in 2024Q2 would save 9 USD; also in 1 other quarter."
    many = tuple(limit(f"offers.o{i}.supply", "2024Q1", 9.0 - i) for i in range(8))
    lines = parts(replace(full, limits=many))["What limits the plan"].lines
    assert lines[5] == "and 3 more limits of less weight."


def test_a_full_site_says_since_when_and_what_a_megawatt_saves(full):
    """Full to the end: since its first period; full once: then. 9 and 5 a quarter are 7 in the mean."""
    both = tuple(limit("sites.hall.power_mw", p, s, "power") for p, s in (("2024Q2", 9.0), ("2024Q1", 5.0)))
    line = parts(replace(full, limits=both))["What limits the plan"].lines[0]
    assert line == "Great Hall is full from 2024Q1: one more MW saves 7 USD a quarter on average."
    drawn = {**full.tables, "sites": full.sites.assign(power_share=1.0)}
    dear = parts(replace(full, limits=both[:1], tables=drawn))["What limits the plan"].lines[0]
    assert dear == "Great Hall is full from 2024Q1: one more MW saves 9 USD a quarter in 1 of them."
    tables = {**full.tables, "sites": full.sites.assign(power_share=0.5)}
    last = parts(replace(full, limits=both[:1], tables=tables))["What limits the plan"].lines[0]
    assert last == "Great Hall is full from 2024Q2: one more MW saves 9 USD a quarter."
    once = parts(replace(full, limits=both[1:], tables=tables))["What limits the plan"].lines[0]
    assert once == "Great Hall is full in 2024Q1: one more MW saves 5 USD a quarter."


def test_the_last_unit_is_held_against_the_average():
    """New York's case costs 0.225, and 153.675 / 900 = 0.17075 on average: 1.32 times."""
    lines = parts(package.solve(package.load(TRANSPORT)))["What limits the plan"].lines
    assert lines == ("The last case of cases in p1 costs 0.225 kUSD, 1.32 times the average.",)


def test_a_plan_with_whole_numbers_says_under_what_its_prices_hold():
    """`big` has a candidate site."""
    lines = parts(package.solve(package.load(BIG)))["What limits the plan"].lines
    assert "with the sites open as chosen" in lines[0]


def test_a_conflict_is_told_in_words():
    """The demand, and the one card that there is."""
    section = parts(package.solve(package.load(STUCK)))["What cannot hold together"]
    assert section.lines == (
        "workloads.jobs.demand: the demand for jobs in north is 10 job/h, and all of it must be served",
        "offers.rent.supply: no more than 1 card can be rented through rent at a time",
    )


def test_long_tables_are_cut_and_say_so():
    """Forty periods: the first and the last are shown, and how many there are between."""
    scenario = package.load(SHORT).replace({"horizon.count": 40})
    table = parts(package.solve(scenario))["jobs, job"].table
    assert len(table.rows) == 16
    assert (table.rows[0][0], table.rows[-1][0]) == ("p1", "p40")
    assert any(row[0] == "... 25 more" for row in table.rows)


def test_a_plan_that_was_saved_reads_the_same(tmp_path, full):
    """Summaries read nothing but the plan."""
    package.save(full, tmp_path / "plan.json")
    assert summarise(package.read(tmp_path / "plan.json")) == summarise(full)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (1.0, "1"), (713333.3, "713,000"), (999999.9, "1 million"), (1.2345e9, "1.23 billion"),
        (0.012345, "0.0123"), (-45.4e6, "-45.4 million"), (1e-7, "1e-07"), (99.96, "100"), (1234.5, "1,230"),
        (float("inf"), "no limit"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value, text):
    """Whatever their size."""
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"), (1, "100 %"), (0.5, "50 %"), (0.99999, "over 99.99 %"), (1e-6, "under 0.01 %"),
        (0.9949, "99.49 %"), (1.5, "150 %"),
    ],
)  # fmt: skip
def test_percentages_never_round_to_all_or_nothing(share, text):
    """What is nearly all is said to be less than all."""
    assert words.percent(share) == text


def test_words_for_counts_and_lists():
    """Plurals, and lists that are cut."""
    assert (words.count(1, "country"), words.count(2, "country"), words.count(1200, "day")) == (
        "1 country", "2 countries", "1,200 days",
    )  # fmt: skip
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert words.listed([]) == ""
