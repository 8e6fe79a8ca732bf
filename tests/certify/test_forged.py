"""Forgeries that hang together: each was taken for proven once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import planner
from planner.certify.packing import packed, unpacked
from planner.inputs.inputs import inputs_of
from planner.model.build import Built, build
from planner.plan.fractions import fractions
from planner.plan.frames import Reader
from planner.plan.plan import Plan
from planner.plan.tables import Tables
from planner.solver.solution import relative_gap
from tests.certify.plans import changed, shipped

RANKED = {
    "name": "ranked",
    "horizon": {"start": 2026, "period": "hour", "count": 1},
    "regions": {"here": {}},
    "workloads": {"work": {"unit": "u", "demand": {"by_region": {"here": 8}}, "rate": {"card": 1}}},
    "devices": {"card": {"memory_gb": 8}},
    "offers": {
        "cheap": {"kind": "on-demand", "device": "card", "price_per_hour": 1, "supply": 3},
        "dear": {"kind": "on-demand", "device": "card", "price_per_hour": 4, "supply": 2},
    },
    "sites": {"hall": {}},
    "objective": ["served", "cost"],
}


@pytest.fixture(scope="module")
def transport() -> Plan:
    """Dantzig's transport problem, solved."""
    return shipped("transport")


@pytest.fixture(scope="module")
def siting() -> Plan:
    """A siting problem with whole numbers, solved."""
    return shipped("siting")


@pytest.fixture(scope="module")
def ranked() -> Plan:
    """Serve the most, then cheapest: 5 of 8, 3 at 1 and 2 at 4."""
    return planner.solve(planner.load(RANKED))


def _built(plan: Plan) -> Built:
    return build(inputs_of(planner.load(plan.scenario)))


def _with_point(plan: Plan, point: np.ndarray[Any, Any]) -> Plan:
    """Return a plan with other decisions, and every table and share derived from them."""
    built = _built(plan)
    frames = dict(Tables(lambda: Reader(built, point), lambda: None, "", None)) | {
        name: plan.tables[name] for name in ("prices", "losses")
    }
    served, unmet, weights = fractions(built.model.inputs, frames["demand"], frames["traffic"])
    cost = built.objective("cost")
    value = float(cost.coefficients @ (point * built.finished.scale)) + cost.constant
    unit = built.finished.arrays(cost.coefficients, cost.constant)[1]
    assert plan.bound is not None
    return replace(
        plan, tables=frames, objective=value, gap=relative_gap(value / unit, plan.bound / unit), served_fraction=served, unmet_fraction=unmet,
        weights=weights, certificate=plan.certificate | {"point": packed(point)},
    )  # fmt: skip


def test_less_work_than_must_be_done_is_seen(transport):
    """A tenth less of everything: cheaper than the best, with every table to match, but the rules do not hold."""
    point = unpacked(transport.certificate["point"])
    verdict = planner.verify(_with_point(transport, point))
    assert verdict.holds, verdict.sentence
    forged = _with_point(transport, 0.9 * point)
    assert forged.objective == pytest.approx(0.9 * 153.675)
    verdict = planner.verify(forged)
    assert not verdict.holds
    assert "one of them must move" in verdict.sentence


def test_a_site_that_is_four_fifths_open_is_seen(siting):
    """A decision that must be whole, off by so little that rounding makes it whole again."""
    built, point = _built(siting), unpacked(siting.certificate["point"])
    whole = np.flatnonzero(built.finished.integer & (point > 0))
    for off in (0.2, 1e-3):
        point[whole[0]] -= off
        verdict = planner.verify(changed(siting, lambda d: d["certificate"].update(point=packed(point))))
        assert not verdict.holds
        assert any("must move" in gap for gap in verdict.gaps)
        point[whole[0]] += off


BESIDE = {
    "status": "anything of a plan with the status 'wonderful'",
    "no limit": "status:",
    "notes": "notes:",
    "reason": "reason:",
    "conflict": "conflict:",
    "size": "size, guests:",
    "bound": "bound: the plan says nothing",
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_stands_beside_the_figures(transport, what):
    """A status that there is none of, reasons, notes, a conflict of a plan that exists, no bound: named, all of them."""
    changes: dict[str, dict[str, Any]] = {
        "status": {"status": "wonderful"},
        "no limit": {"status": "limit"},
        "notes": {"notes": ["it is the greenest there is"]},
        "reason": {"reason": "time limit"},
        "conflict": {"conflict": ["too few plants"]},
        "size": {"size": {**transport.size, "guests": 3}},
        "bound": {"bound": None, "gap": None},
    }
    verdict = planner.verify(changed(transport, lambda d: d.update(changes[what])))
    told = [*verdict.gaps, *map(str, verdict.mismatches)]
    assert not verdict.holds
    assert any(BESIDE[what] in one for one in told), told


def test_limits_are_held(ranked):
    """A limit twice, one with other words, other reach, or a price that no dual shows; a lost one is the solver's word."""
    assert [limit.saves for limit in ranked.limits], "the scenario must have limits"
    assert planner.verify(ranked).holds
    first = ranked.to_dict()["limits"][0]

    def verdict(*limits: dict[str, Any]) -> planner.Verdict:
        return planner.verify(changed(ranked, lambda d: d.update(limits=[*limits, *d["limits"][1:]])))

    assert not verdict(first, first).holds
    assert not verdict(first | {"text": f"{first['text']} So buy more."}).holds
    assert not verdict(first | {"holds_for": 123.0}).holds
    assert not verdict(first | {"saves": 2 * first["saves"]}).holds
    lost = verdict()
    assert any("with a price" in word for word in lost.words_of_solver)
    again = "; several limits bind at once, so this is the difference from solving again."
    told = verdict(
        first | {"saves": first["saves"], "holds_for": None, "next": "", "text": first["text"].split(";")[0] + again}
    )
    assert any("solving again" in word for word in told.words_of_solver)


def test_every_objective_must_be_in_the_certificate(ranked):
    """The last objective of a rank order left out, or what it is held to loosened for one of them alone."""

    def less(data: dict[str, Any]) -> None:
        kept = data["certificate"]
        kept["objectives"].pop()
        kept.pop("prices")
        kept["objectives"][0].pop("duals")

    verdict = planner.verify(changed(ranked, less))
    assert any("the certificate holds nothing of it" in gap for gap in verdict.gaps)


def test_prices_of_no_objective(transport):
    """A certificate whose prices belong to an objective that there is not cannot be read; it is no fault of ours."""
    for of in (-1, 5):
        with pytest.raises(planner.InputError, match="prices are of no objective"):
            planner.verify(changed(transport, lambda d, of=of: d["certificate"]["prices"].update(of=of)))


def test_a_bound_in_the_sentence_is_rounded_outwards(siting):
    """The relaxation proves 199,833.33 of 210,500: no plan is below 200,000 would be more than is proven."""
    sentence = planner.verify(siting).sentence
    assert "no plan is below 199,833.333 USD" in sentence
    assert "at 210,500 USD" in sentence


def test_no_solver_is_loaded(transport, tmp_path):
    """A plan is verified where neither HiGHS nor PuLP nor OR-Tools can be imported."""
    path = planner.save(transport, tmp_path / "plan.json") or tmp_path / "plan.json"
    code = (
        "import sys\n"
        "class Without:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('highspy', 'pulp', 'ortools'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "from planner.cli.app import run\n"
        "sys.exit(run(['verify', sys.argv[1]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "keeps every rule exactly" in done.stdout
