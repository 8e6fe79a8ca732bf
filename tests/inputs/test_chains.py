"""Chains of factors, every step by hand."""

import pytest

import planner
from planner.errors import InputError
from planner.inputs.inputs import inputs_of


def worked(*steps, **others):
    """Return the inputs of a scenario with the chain c, and others."""
    scenario = {
        "horizon": {"start": 2024, "count": 2},
        "chains": {"c": {"steps": list(steps)}} | {name: {"steps": given} for name, given in others.items()},
    }
    return inputs_of(planner.load(scenario)).chains


def step(name, **operation):
    return {"name": name} | operation


def test_every_operation():
    """(10 + 2) x 3 / 4 - 1 = 8, with each result on the way."""
    chains = worked(
        step("a", value=10, unit="clip"),
        step("b", plus=2),
        step("c", times=3),
        step("d", divide=4),
        step("e", minus=1, unit="GPU"),
    )
    assert [s.result.tolist() for s in chains.steps("c")] == [[10, 10], [12, 12], [36, 36], [9, 9], [8, 8]]
    assert [s.operation for s in chains.steps("c")] == ["value", "plus", "times", "divide", "minus"]
    assert [s.unit for s in chains.steps("c")] == ["clip", "", "", "", "GPU"]
    assert chains.result("c", "b").tolist() == [12, 12]


def test_factors_by_period():
    """5 x (1, 2)."""
    assert worked(step("a", value=5), step("b", times=[1, 2])).result("c").tolist() == [5, 10]


def test_a_sum_of_chains_and_numbers():
    """2 x (7 + 3 + (1, 2)) of a chain, one of its steps, and a series."""
    chains = worked(
        step("a", value=2),
        step("b", times={"sum": [{"chain": "x"}, {"chain": "x", "step": "one"}, [1, 2]]}),
        x=[step("one", value=3), step("two", plus=4)],
    )
    assert chains.result("c").tolist() == [22, 24]


def test_chains_of_chains_in_any_order():
    """Chain c refers to one that comes after it in order of name."""
    chains = worked(step("a", value={"chain": "z"}), z=[step("a", value=4)])
    assert chains.result("c").tolist() == [4, 4]
    assert sorted(chains.all()) == ["c", "z"]


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (step("b", divide={"chain": "z"}), "step 'b' divides by 0"),
        (step("b", times=1e15), None),
        (step("b", divide=[1, 0]), "must not divide by 0"),
    ],
)
def test_divisions_by_zero(last, message):
    """A divisor that a chain makes 0 is found when it is worked out, a given one before."""
    zero = [step("a", value=1), step("b", minus=1)]
    if message is None:
        assert worked(step("a", value=1e15), last, z=zero).result("c")[0] == 1e30
        return
    with pytest.raises(InputError, match=message):
        worked(step("a", value=1), last, z=zero)


def test_a_result_beyond_all_numbers():
    """1e15 to the 21st power is no finite number."""
    with pytest.raises(InputError, match="no finite result"):
        worked(step("a", value=1e15), *[step(f"b{i}", times=1e15) for i in range(20)])


def test_a_circle():
    """Chains that refer to each other are refused."""
    with pytest.raises(InputError, match="circle"):
        worked(step("a", value={"chain": "z"}), z=[step("a", value={"chain": "c"})])
