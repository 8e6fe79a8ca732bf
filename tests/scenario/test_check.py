"""Checks across the parts of a scenario: names that must exist, fields that go together, what no solver is needed to see."""

import time
from pathlib import Path

import pytest

import planner
from planner.errors import InputError
from planner.precheck import MOST_COLUMNS, columns_of
from planner.scenario.check import MOST_LISTED, MOST_NESTED
from tests.scenario.rich import RICH, edited


def load(tmp_path, text):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return planner.load(path)


def lines(error, folder):
    return [str(problem).removeprefix(f"{folder}/s.yaml:") for problem in error.problems]


def refused(tmp_path, text, *, solving=False):
    with pytest.raises(InputError) as caught:
        scenario = load(tmp_path, text)
        assert solving, "it is loaded"
        planner.solve(scenario)
    return lines(caught.value, tmp_path)


TOGETHER = "offers.buy: an offer of kind lease needs"
USERS = "needs `split`: how the total is split over the regions"
CHAIN = "times: {2024Q1: 0.1, 2024Q4: 0.4, between: linear}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # Names that are nowhere: each at its own place, with a hint.
        ("device: h100, price_per_unit", "device: h10, price_per_unit", [
            "33:28: offers.buy.device: there is no device 'h10'; did you mean 'h100'?"]),
        ("sites: [berlin]", "sites: [berln, tokyo, tokio]", [
            "34:69: offers.cloud.sites[0]: there is no site 'berln'; did you mean 'berlin'?",
            "34:83: offers.cloud.sites[2]: there is no site 'tokio'; did you mean 'tokyo'?"]),
        ("split: users", "split: usres", [
            "21:34: workloads.video.demand.split: no region has the weight 'usres'; did you mean 'users'?"]),
        ("split: users", "split: {europe: 1, asai: 2}", [
            "21:46: workloads.video.demand.split.asai: there is no region 'asai'; did you mean 'asia'?"]),
        ("chain: need, split: users", "by_region: {europ: 4, asia: 1, mars: 1}", [
            "21:26: workloads.video.demand.by_region.europ: there is no region 'europ'; did you mean 'europe'?",
            "21:45: workloads.video.demand.by_region.mars: there is no region 'mars' (europe, asia)"]),
        ("chain: need", "chain: ned", [
            "21:21: workloads.video.demand.chain: there is no chain 'ned'; did you mean 'need'?"]),
        ("{sum: [1, 2]}", "{sum: [1, {chain: nope}, {chain: need, step: shar}]}", [
            "13:3: chains.need: chains refer to each other in a circle: need -> need",
            "17:28: chains.need.steps[2].plus: chain 'need' has no step 'shar'; did you mean 'share'?",
            "17:28: chains.need.steps[2].plus: there is no chain 'nope' (need)"]),
        ("rate: {h100: 5,", "rate: {h1000: 1,", [
            "22:12: workloads.video.rate.h1000: there is no device 'h1000'; did you mean 'h100'?"]),
        ("profile: day", "profile: dya", [
            "27:14: workloads.video.profile: there is no profile 'dya'; did you mean 'day'?"]),
        ("{peak: 2, rest: 0.7}", "{pek: 2}", [
            "11:17: profiles.day.values: there is no value for peak, rest",
            "11:18: profiles.day.values.pek: there is no slice 'pek'; did you mean 'peak'?"]),
        ("deny_countries: [CN]", "deny_sites: [bonn]", [
            "28:50: workloads.video.residency[0].deny_sites[0]: there is no site 'bonn' (berlin, tokyo, net)"]),
        ('{"2024": 100}', '{"2031": 3}', [
            "47:48: supply.all.units_per_year.2031: no period starts in the calendar year '2031' (2024)"]),
        ("maker: nvidia, units", "maker: amd, units", [
            "47:23: supply.all.maker: no device has the maker 'amd' (nvidia)"]),
        ("currency: EUR", "currency: EUX", [
            "37:79: sites.berlin.currency: there is no exchange rate of 'EUX'; did you mean 'EUR'?"]),
        ("value: 100000", "value: 1, deadline: 2025Q1", [
            "48:96: campaigns.train.deadline: there is no period '2025Q1' in the horizon; did you mean '2024Q1'?"]),
        ("country: JP", "node: tokio", ["38:17: sites.tokyo.node: no link has the node 'tokio'; did you mean 'tokyo'?"]),
        ("name: rich", "name: rich\nexpect: {chains: {ned: 3, need/shar: 4}}", [
            "2:24: expect.chains.ned: there is no chain 'ned'; did you mean 'need'?",
            "2:38: expect.chains.need/shar: chain 'need' has no step 'shar'; did you mean 'share'?"]),
        ("name: rich", "name: rich\nreport: {unit_cost: x}", [
            "2:21: report.unit_cost: there is no workload 'x' (video)"]),
        ("name: rich", "name: rich\nenablements: {p: {workload: x, maker: y, decision: soon}}", [
            "2:29: enablements.p.workload: there is no workload 'x' (video)",
            "2:39: enablements.p.maker: no device has the maker 'y' (nvidia)",
            "2:52: enablements.p.decision: must be open, never or a period, not 'soon' "
            "(2024Q1, 2024Q2, 2024Q3, 2024Q4, open, never)"]),
        ("name: rich", "name: rich\nfleet: {f: {offer: cloud, site: x, units: 1}}", [
            "2:20: fleet.f.offer: 'cloud' is no offer to buy, lease or reserve",
            "2:33: fleet.f.site: there is no site 'x' (berlin, tokyo, net)"]),
        # Fields that go together, or do not.
        ("kind: buy", "kind: lease", [
            f"33:8: {TOGETHER} price_per_hour", f"33:8: {TOGETHER} term_months",
            "33:52: offers.buy.price_per_unit: does not go with an offer of kind lease"]),
        ("chain: need", "total: 5, chain: need", [
            "21:13: workloads.video.demand: needs exactly one of by_region, total and chain"]),
        ("split: users, ", "", [f"21:13: workloads.video.demand: {USERS}"]),
        ("split: users", "split: {europe: 0}", [
            "21:34: workloads.video.demand.split: the weights must not all be zero"]),
        ("unmet_penalty: 50", "unmet_penalty: 50\n    must_serve: true", [
            "27:17: workloads.video.must_serve: must_serve and unmet_penalty exclude each other"]),
        ("    profile: day", "    base_rate: 3", ["19:3: workloads.video: base_rate and relative go together"]),
        ("pool: {", "availability: 0.9, pool: {", [
            "35:93: offers.retail.availability: is given twice: in the offer and in its pool"]),
        ("share: 0.25", "share: 0.3", ["3:1: slices: the shares of the slices must sum to 1, not 1.05"]),
        ("{peak: 2, rest: 0.7}", "[1, 2, 3]", ["11:17: profiles.day.values: has 3 values, but a period has 2 slices"]),
        ("{peak: 2, rest: 0.7}", "[0, 0]", ["11:17: profiles.day.values: must not be zero in all slices"]),
        ("ends: [europe, berlin]", "from: europe", [
            "42:8: network.links.a: needs its two nodes, as `ends` or as `from` and `to`"]),
        ("ends: [europe, berlin]", "ends: [europe, europe]", ["42:8: network.links.a: must join two different nodes"]),
        ("maker: nvidia, units", "maker: nvidia, device: h100, units", [
            "47:15: supply.all: needs exactly one of maker, device and offers"]),
        ("idle_power_kw: 0.2", "idle_power_kw: 0.2, active_power_kw: 0.1", [
            "30:70: devices.h100.idle_power_kw: must not be more than active_power_kw"]),
        ("pue: 1.2", "pue: 1.2, peak_pue: 1.1", [
            "37:58: sites.berlin.peak_pue: must not be less than pue, the average"]),
        ("country: JP", "opening_cost: 5", ["38:25: sites.tokyo.opening_cost: goes with siting: candidate"]),
        ("lead_time_months: 3", "available_from: 2024Q3, available_until: 2024Q2", [
            "33:134: offers.buy.available_until: must not be before available_from"]),
        ("value: 100000", "start: 2024Q3, deadline: 2024Q2", [
            "48:101: campaigns.train.deadline: must not be before start"]),
        ("name: rich", "name: rich\nobjective: [cost, carbon, cost]", [
            "2:12: objective: must name one or several objectives, each once"]),
        ("exchange: {EUR: 1.1}", "exchange: {EUR: 1.1, USD: 2}", [
            "6:71: money.exchange.USD: is the scenario's own currency, and so 1"]),
        ("{regions: [europe], deny_countries: [CN]}", "{regions: [europe]}", [
            "28:17: workloads.video.residency[0]: says neither what is allowed nor what is denied"]),
        # Chains.
        (CHAIN, "times: {chain: need}", ["13:3: chains.need: chains refer to each other in a circle: need -> need"]),
        (CHAIN, "divide: 0", ["16:31: chains.need.steps[1].divide: must not divide by 0"]),
        (CHAIN, "times: 2, plus: 1", [
            "16:9: chains.need.steps[1]: the first step has `value`, each other one of times, divide, plus, minus"]),
        ("kind: on-demand", "work: {video: {}}, kind: on-demand", [
            "34:17: offers.cloud.work: does not go with an offer of kind on-demand"]),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit(tmp_path, old, new, expected):
    found = refused(tmp_path, edited(old, new))
    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ((CHAIN, "divide: {sum: [1, -1]}"), "13:3: chains.need: step 'share' divides by 0"),
        ((CHAIN, "minus: 1000"), "21:13: workloads.video.demand: the chain gives a negative demand"),
        ((CHAIN, "times: 1e15", "per: day", "per: hour"), "comes to 6e+16 an hour, which no computation can hold"),
        (("    min_memory_gb: 20\n", "    min_memory_gb: 2000\n", "    unmet_penalty: 50\n", ""),
         "19:3: workloads.video: must be served, but nothing can run it: h100 has 80 GB, but 2000 GB are needed; "
         "rtx has 24 GB, but 2000 GB are needed"),
        (("    min_memory_gb: 20\n", "    interconnect: [nvlink]\n", "    unmet_penalty: 50\n", ""),
         "19:3: workloads.video: must be served, but nothing can run it: h100 is linked by nothing"),
        (("max_latency_ms: 100", "max_latency_ms: 14", "    unmet_penalty: 50\n", ""),
         "19:3: workloads.video: must be served, but no site that can run it may serve asia: "
         "the nearest is 15 ms away, and 14 ms are allowed"),
        ((", value: 100000", ", deadline: 2024Q1, start: 2024Q1", "kind: on-demand", "kind: on-demand, available_from: 2024Q2"),
         "48:20: campaigns.train: must be run, but no device that it can use is to be had at its sites"),
        (("name: rich", "name: rich\nsolver: {name: gurbi}"), "2:16: solver.name: there is no solver gurbi"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_for(tmp_path, edits, expected):
    """Seen before the solver is asked, with the place in the file; exit code 2."""
    (found,) = refused(tmp_path, edited(*edits), solving=True)
    assert expected in found


def test_a_solver_that_is_asked_for_has_no_place(tmp_path):
    """It comes from the command line, whatever the file says."""
    with pytest.raises(InputError, match="there is no solver gurbi") as caught:
        planner.solve(load(tmp_path, RICH), planner.Request(solver="gurbi"))
    assert caught.value.problems[0].place is None


# ---- chains ------------------------------------------------------------------------------------------------


def chains(refs):
    steps = {
        name: [{"name": "x", "value": {"sum": [1, *({"chain": ref} for ref in below)]}}] for name, below in refs.items()
    }
    return {"horizon": {"start": 2024}, "chains": {name: {"steps": step} for name, step in steps.items()}}


def problems(data):
    with pytest.raises(InputError) as caught:
        planner.load(data)
    return [problem.message for problem in caught.value.problems]


def test_each_circle_is_told_once():
    found = problems(chains({"a": "b", "b": "c", "c": "a", "d": "d", "e": "a", "f": ""}))
    assert found == [
        "chains refer to each other in a circle: a -> b -> c -> a", "chains refer to each other in a circle: d -> d"
    ]  # fmt: skip


def test_chains_in_a_row():
    """As many as are allowed are worked out; more are refused, however many."""
    for count in (MOST_NESTED, MOST_NESTED + 1, 3000):
        data = chains({f"c{i}": [f"c{i - 1}"] if i else [] for i in range(count)})
        if count == MOST_NESTED:
            plan = planner.solve(planner.load(data))
            assert plan.chains.set_index("chain").loc[f"c{count - 1}", "result"] == count
        else:
            assert problems(data) == [f"more than {MOST_NESTED} chains refer to one another in a row"]


def test_chains_that_double():
    """Each refers to the one before twice: 2^40 ways through them, worked out in no time."""
    began = time.perf_counter()
    plan = planner.solve(planner.load(chains({f"c{i}": [f"c{i - 1}"] * 2 if i else [] for i in range(40)})))
    assert plan.chains["result"].max() == 2**40 - 1
    assert time.perf_counter() - began < 5


def test_a_factor_that_is_given_twice(tmp_path):
    """In the chain and in the model; also where the chain refers to the one that has it."""
    found = refused(tmp_path, edited(CHAIN, "times: 2, kind: peak-to-mean"))
    assert found == [
        "21:13: workloads.video.demand: the peak is given twice: in the chain and in the workload's profile"
    ]
    far = edited(
        "  need:\n", "  other: {steps: [{name: x, value: {chain: need}}]}\n  need:\n", CHAIN, "times: 2, kind: utilisation",
        "chain: need, split", "chain: other, split", "min_memory_gb: 20", "utilisation: 0.5",
    )  # fmt: skip
    assert "utilisation is given twice" in refused(tmp_path, far)[0]


# ---- size --------------------------------------------------------------------------------------------------


def test_many_unknown_names_are_counted():
    """Hints for each would take minutes."""
    began = time.perf_counter()
    found = problems(
        {
            "horizon": {"start": 2024},
            "regions": {f"region-{i}": {} for i in range(3000)},
            "workloads": {"w": {"demand": {"by_region": {f"regoin-{i}": 1 for i in range(3000)}}}},
        }
    )
    assert len(found) == MOST_LISTED + 1
    assert "and 2,990 more such names" in found
    assert time.perf_counter() - began < 5


WORLD = {
    "devices": {"d": {}},
    "sites": {f"s{i}": {} for i in range(200)},
    "regions": {f"r{i}": {} for i in range(200)},
    "offers": {"o": {"kind": "on-demand", "device": "d", "price_per_hour": 1}},
    "workloads": {"w": {"rate": {"d": 2}, "demand": {"by_region": {f"r{i}": 1 for i in range(200)}}}},
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"horizon": {"start": 2024, "period": "month", "count": 60}, "slices": "hours-of-day"}, "decisions, with a limit of 20,000,000"),
        ({"horizon": {"start": 2024, "period": "hour", "count": 20_000}}, "decisions, with a limit of 20,000,000"),
        (
            {
                "horizon": {"start": 2024, "period": "hour", "count": 100_000},
                "offers": {"o": {"kind": "buy", "device": "d", "price_per_unit": 1, "sites": ["s0"]}},
            },
            "periods x periods x offers at sites come to 10,000,000,000, with a limit of 200,000,000",
        ),
    ],
)  # fmt: skip
def test_a_programme_that_is_too_large(change, expected):
    """Refused at once, before any memory is taken for it."""
    scenario = planner.load({**WORLD, **change})
    began = time.perf_counter()
    with pytest.raises(InputError, match=expected) as caught:
        planner.solve(scenario)
    assert caught.value.problems[0].path == "horizon"
    assert time.perf_counter() - began < 20


def test_a_long_horizon_alone_is_no_trouble():
    began = time.perf_counter()
    plan = planner.solve(planner.load({"horizon": {"start": 2024, "period": "hour", "count": 100_000}}))
    assert (plan.status, plan.objective) == ("optimal", 0)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_size_is_known_beforehand(path):
    """The estimate is never below the truth, lest a programme that is too large be built, and not far above."""
    from planner.inputs.inputs import inputs_of

    scenario = planner.load(path)
    columns = planner.planning.dry_run(scenario)["columns"] if path.stem == "transport" else None
    estimate = columns_of(inputs_of(scenario))
    assert estimate < MOST_COLUMNS
    if columns is not None:
        assert columns <= estimate <= 3 * columns
