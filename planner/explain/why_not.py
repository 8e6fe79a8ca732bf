"""Why something is not in a plan: what it would take for it to enter, and what it would displace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.errors import InputError
from planner.explain.binding import unit_of_prices
from planner.explain.explanation import Asked, Explanation, Question
from planner.explain.offers import Left, Offers, used_offers
from planner.explain.reading import Reading, reading_of, solved_again
from planner.explain.trial import Trial, link_trial, offer_trial, site_trial
from planner.explain.unused import unused_devices, unused_links, unused_sites
from planner.plan import words
from planner.plan.plan import Plan
from planner.scenario.suggest import did_you_mean

TITLE = "Considered and not chosen"
WHOLE = "dearer than what is chosen, in whole numbers"
KINDS = {"devices": "device", "offers": "offer", "sites": "site", "network": "link"}


def why_not(plan: Plan, asked: Asked) -> Explanation:
    """Explain what a plan leaves out; with a name, one device, offer, site or link, and with `solve` verified."""
    question = Question(plan, asked)
    if asked.name is None:
        return _all(question)
    kind = kind_of(plan, asked.name)
    return {"offer": _offer, "device": _device, "site": _site, "link": _link}[kind](question, asked.name)


def kind_of(plan: Plan, name: str) -> str:
    """Return what a name is: a device, an offer, a site or a link.

    Raises
    ------
    InputError
        If nothing in the scenario has that name.
    """
    scenario = plan.scenario
    known: dict[str, str] = {}
    for kind in ("network", "sites", "offers", "devices"):
        things = scenario.get(kind, {})
        known |= dict.fromkeys(things.get("links", {}) if kind == "network" else things, KINDS[kind])
    if name not in known:
        raise InputError(f"there is no device, offer, site or link {name!r} in the scenario{did_you_mean(name, known)}")
    return known[name]


def _reading(question: Question) -> Reading | None:
    """Return the plan's prices; solved again where the plan does not have them and that is asked for."""
    found = reading_of(question)
    return solved_again(question) if found is None and question.asked.solve and question.plan.has_plan else found


def _left(question: Question) -> list[Left]:
    """Return what keeps each offer out that the plan does not use."""
    plan, reading = question.plan, _reading(question)
    if reading is None:
        return []
    offers = Offers(plan, question.scenario, reading)
    used = used_offers(plan)
    return [offers.left(name) for name in sorted(plan.scenario.get("offers", {})) if name not in used]


def _all(question: Question) -> Explanation:
    """Explain all that was considered and not chosen."""
    import pandas as pd

    plan = question.plan
    left = _left(question)
    rows = [_row(one, plan) for one in left]
    rows += [("device", name, "", reason, None, "", None, None, None) for name, reason in unused_devices(question)]
    rows += [("site", name, "", reason, None, "", None, None, None) for name, reason in unused_sites(question)]
    rows += [("link", name, "", reason, None, "", None, None, None) for name, reason in unused_links(question)]
    unit = unit_of_prices(plan)
    columns = [
        "kind", "name", "device", "why", "price", "price_is_in", f"first_unit_costs_{unit}", "enters_at_price",
        "or_at_times_its_rate",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    near = sorted(
        (one for one in left if one.price_factor is not None and one.price), key=lambda one: -(one.price_factor or 0.0)
    )
    lines = [sentence_of(one, plan) for one in near[:5]]
    missing = [name for name in plan.scenario.get("offers", {}) if name not in used_offers(plan)] if not left else []
    if missing:
        lines.append(
            f"Not chosen are {words.listed(missing)}; this plan keeps no prices that would say more: --solve finds them."
        )
    if not rows and not missing:
        lines = ["All that the scenario offers is used."]
    elif not lines:
        lines = [f"Left out: {words.count(len(rows), 'thing')} that could have been chosen; the table says why."]
    again = question.asked.solve and reading_of(question) is None
    return Explanation("why-not", tuple(lines), {TITLE: table} if rows else {}, {}, solved_again=again)


def _row(one: Left, plan: Plan) -> tuple[Any, ...]:
    why = "; ".join(one.reasons) or ("dearer than what is chosen" if one.reduced is not None else WHOLE)
    return (
        "offer", one.offer, one.device, why, one.price, one.price_unit, one.reduced, one.price_to_enter,
        one.rate_factor,
    )  # fmt: skip


def sentence_of(one: Left, plan: Plan) -> str:
    """Return what keeps an offer out, in a sentence."""
    if one.reasons:
        return f"{one.offer} is not used: {words.listed(one.reasons)}."
    if one.reduced is None:
        return f"{one.offer} is not used: it is {WHOLE}, of which no price can be read."
    where = f" at {one.where[0]}" if one.where[0] else ""
    when = f" in {one.where[1]}" if one.where[1] else ""
    suffix = ", with the whole numbers as chosen" if "integers fixed" in plan.duals else ""
    head = f"{one.offer} is not used: in its best use, {where.strip()}{when}," if where or when else f"{one.offer}:"
    if one.reduced <= 0:
        return f"{head} its first unit would cost nothing more; other plans of the same cost use it{suffix}."
    tail = f"its first {'device' if one.device else 'unit of work'} would add {words.money(one.reduced, unit_of_prices(plan))}{suffix}"
    if one.price_to_enter is None:
        return f"{head} {tail}; it would not be used even if it were free."
    assert one.price_factor is not None
    then = f"{words.number(one.price_to_enter)} instead of {words.number(one.price or 0.0)} {one.price_unit}"
    text = f"{head} {tail}; it enters at {words.percent(one.price_factor)} of its price ({then})"
    if one.rate_factor is not None:
        text += f", or if it were {words.times(one.rate_factor)} as fast"
    return f"{text}."


def _explained(question: Question, lines: list[str], trial: Trial | None, data: dict[str, Any]) -> Explanation:
    """Return the explanation of one thing, with what solving again found."""
    import pandas as pd

    tables = {}
    if trial is None:
        if not question.asked.solve:
            lines.append("--solve verifies this by solving with the change, and says what would be displaced.")
    else:
        lines += list(trial.lines())
        data |= trial.data()
        if trial.displaced:
            tables["What would change"] = pd.DataFrame(trial.displaced)
    return Explanation("why-not", tuple(lines), tables, data, solved_again=trial is not None)


def _offer(question: Question, name: str) -> Explanation:
    plan = question.plan
    if name in used_offers(plan):
        return Explanation("why-not", (f"The plan uses the offer {name}.",))
    reading = _reading(question)
    one = Offers(plan, question.scenario, reading).left(name) if reading is not None else None
    lines = [sentence_of(one, plan)] if one is not None else [f"The plan does not use the offer {name}."]
    barred = one is not None and bool(one.reasons)
    trial = offer_trial(question, name, one) if question.asked.solve and not barred else None
    return _explained(
        question,
        lines,
        trial,
        {} if one is None else {"offer": vars(one) | {"reasons": list(one.reasons), "where": list(one.where)}},
    )


def _device(question: Question, name: str) -> Explanation:
    plan = question.plan
    offers = [o for o, offer in plan.scenario.get("offers", {}).items() if offer.get("device") == name]
    used = sorted(used_offers(plan) & set(offers))
    if used:
        return Explanation("why-not", (f"The plan uses the device {name}, through {words.listed(used)}.",))
    if not offers:
        return Explanation("why-not", (f"No offer has the device {name}.",))
    left = [one for one in _left(question) if one.offer in offers]
    best = max(left, key=lambda one: (not one.reasons, one.price_factor or 0.0), default=None)
    lines = [sentence_of(one, plan) for one in left] or [f"The plan does not use the device {name}."]
    if best is not None and best.reasons:
        return _explained(question, lines, None, {})
    pick = best.offer if best is not None else sorted(offers)[0]
    trial = offer_trial(question, pick, best) if question.asked.solve else None
    return _explained(question, lines, trial, {"nearest": pick})


def _site(question: Question, name: str) -> Explanation:
    reason = dict(unused_sites(question)).get(name)
    if reason is None:
        return Explanation("why-not", (f"The plan uses the site {name}.",))
    trial = site_trial(question, name) if question.asked.solve else None
    return _explained(question, [f"{name} is not used: {reason}."], trial, {"site": name})


def _link(question: Question, name: str) -> Explanation:
    reason = dict(unused_links(question)).get(name)
    if reason is None:
        return Explanation("why-not", (f"The plan uses the link {name}.",))
    trial = link_trial(question, name) if question.asked.solve else None
    return _explained(question, [f"{name} is not used: {reason}."], trial, {"link": name})


def things(plan: Plan) -> Iterator[str]:
    """Yield every name that can be asked about."""
    for kind in ("devices", "offers", "sites"):
        yield from plan.scenario.get(kind, {})
    yield from plan.scenario.get("network", {}).get("links", {})
