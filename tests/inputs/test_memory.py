"""What is remembered of the inputs is what it would be, and nothing else can be looked at."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.inputs.inputs import inputs_of
from planner.inputs.memory import MOST_REMEMBERED, Memory
from planner.model.build import build
from tests.whatif.cases import random_changes, small


def test_a_question_about_one_part_leaves_the_others():
    """Another price is another offer: time, demand and routes are the same objects, stands are not."""
    session, memory = planner.what_if(small()), Memory()
    before = inputs_of(session.scenario(), memory)
    after = inputs_of(session.scenario({"offers.rent-d.price_per_hour": "*1.1"}), memory)
    assert after.time is before.time
    assert after.demand is before.demand
    assert after.routes is before.routes
    assert after.stands is not before.stands
    assert after.modes is not before.modes


def test_every_question_has_its_own_inputs():
    """Hundred random questions: the programme built with what is remembered is the one built without."""
    session, memory = planner.what_if(small()), Memory()
    for change in random_changes(11, 100):
        scenario = session.scenario(change)
        one, other = (build(inputs_of(scenario, kept)) for kept in (memory, None))
        for name in ("lower", "upper", "row_lower", "row_upper", "scale"):
            assert np.array_equal(getattr(one.finished, name), getattr(other.finished, name)), change
        assert (one.finished.matrix != other.finished.matrix).nnz == 0
        assert np.array_equal(one.objective("cost").coefficients, other.objective("cost").coefficients)


def test_the_last_results_are_kept():
    """The scenario as it is, and the last question."""
    memory, documents = Memory(), [planner.load(small()).document for _ in range(3)]
    worked: list[object] = []

    def work(doc):
        worked.append(doc.offers)
        return object()

    first = memory.recall(work, documents[0], ("offers",))
    memory.recall(work, documents[1], ("offers",))
    assert memory.recall(work, documents[0], ("offers",)) is first
    memory.recall(work, documents[2], ("offers",))
    assert memory.recall(work, documents[0], ("offers",)) is first
    assert len(worked) == 3
    memory.recall(work, documents[1], ("offers",))
    assert len(worked) == 4
    assert MOST_REMEMBERED == 2


def test_what_is_not_said_cannot_be_looked_at():
    """A function that reads another part of the document fails, so that no part is forgotten."""
    with pytest.raises(AttributeError, match="sites"):
        Memory().recall(lambda doc: doc.sites, planner.load(small()).document, ("offers",))
