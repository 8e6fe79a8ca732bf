"""The optima of small scenarios, found again by programs that share nothing with the planner."""

from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from tests.scenarios.shipped import figure, loaded, solved, table

HOURS = 8760.0


def of_claim(name):
    return figure("claim", "value", name=name)


def relative(device):
    return figure("throughput", "relative", workload_class="video-diffusion", device=device)


def firm(row):
    """Return how many of a network's nodes are there with a probability of 95 %, by scipy's beta-binomial."""
    nodes, there, rho = int(row["pool.nodes"]), float(row["pool.availability"]), float(row["pool.correlation"])
    spread = (1 - rho) / rho
    return int(stats.betabinom(nodes, there * spread, (1 - there) * spread).ppf(0.05))


def useful(row):
    """Return the share of a node's work that counts: some is done twice, and some is lost when a node leaves."""
    lost = float(row["pool.churn_per_hour"]) * (float(row["pool.job_hours"]) / 2 + float(row["pool.restart_hours"]))
    return (1 - lost) / float(row["pool.verification_overhead"])


# --- the claim: everything that can be had costs less than the penalty, and so is taken ----------------------------


def claim_by_hand(minutes_a_day):
    """Return cost and unmet share of a year's purchase of everything to be had, for demand at its peak."""
    penalty, share = 5.0, 0.2
    rate = of_claim("video_minutes_per_h100_hour") * of_claim("utilisation")
    need = minutes_a_day / 24 * of_claim("peak_to_mean") * of_claim("candidates_per_clip")
    cost = work = 0.0
    for device in ("h100-sxm", "b200", "mi300x"):
        made = sum(
            float(row["units"])
            for row in table("supply")
            if row["series"] == "epoch" and row["device"] == device and row["period"].startswith("2024")
        )
        price = figure("prices", "price_usd", device=device, kind="buy", period="2024")
        cost += share * made * price / 5  # one of five years of life
        work += share * made * rate * relative(device)
    for row in table("networks"):
        if float(row["memory_gb"]) >= figure("rates", "memory_gb", workload="sora-claim"):
            minutes = firm(row) * rate * relative(row["device"]) * useful(row)
            hourly = float(row["pool.nodes"]) * float(row["price_per_hour"])
            assert hourly / minutes < penalty
            cost += hourly * HOURS
            work += minutes
    assert work < need
    return cost + (need - work) * penalty * HOURS, 1 - work / need


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("sora-claim", "ai_minutes_per_day"), ("sora-claim-as-stated", "ai_minutes_per_day_shares_as_stated")],
)
def test_claim(name, minutes):
    """A fifth of a year's production and the networks' large cards are taken whole; the rest is unmet."""
    cost, unmet = claim_by_hand(of_claim(minutes))
    plan = solved(name)
    assert plan.objective == pytest.approx(cost, rel=1e-9)
    assert plan.unmet_fraction == pytest.approx(unmet, rel=1e-9)


# --- retail networks ------------------------------------------------------------------------------------------------


def test_retail():
    """All networks rented whole: large cards make the claim's video, gaming cards the distilled model's."""
    fast = figure("rates", "rate", workload="wan2.1-i2v-4-step-480p", device="rtx-4090")
    half = of_claim("utilisation")
    rates = {
        "h100-sxm": of_claim("video_minutes_per_h100_hour"),
        "a100-80": of_claim("video_minutes_per_h100_hour") * relative("a100-80"),
        "rtx-4090": fast,
        "rtx-3090": fast * 0.548,
    }
    work = {row["name"]: firm(row) * rates[row["device"]] * half * useful(row) * HOURS for row in table("networks")}
    plan = solved("retail-only")
    assert plan.objective == pytest.approx(sum(work.values()), rel=1e-6)
    large = sum(made for name, made in work.items() if "rtx" not in name)
    served = plan.demand.set_index("workload").served_units
    assert served["as-claimed"] == pytest.approx(large, rel=1e-6)


# --- serving a language model ---------------------------------------------------------------------------------------


def llm_figures():
    document = loaded("llm-serving").document
    devices = ["l40s", "a100-80", "h100-sxm", "mi300x"]
    classes = ["chat", "summary", "essay", "code"]
    prices = [figure("prices", "price_usd", device=device, kind="neocloud", period="2026Q3") for device in devices]
    memory = {device: figure("devices", "memory_gb", name=device) for device in devices}
    workloads = [document.workloads[name] for name in classes]
    rate = np.array(
        [[w.rate[d] * w.utilisation if memory[d] >= w.min_memory_gb else 0.0 for d in devices] for w in workloads]
    )
    demand = np.array([61000.0, 25500.0, 9100.0, 4100.0])
    return np.array(prices), rate, demand


def test_llm_by_milp():
    """The milp of scipy on the same figures: whole devices, shares of each class on each device."""
    prices, rate, demand = llm_figures()
    classes, devices = rate.shape
    # Columns: devices rented, then hours of each device spent on each class.
    cost = np.concatenate([prices, np.zeros(classes * devices)])
    serve = np.zeros((classes, cost.size))
    hold = np.zeros((devices, cost.size))
    for c, d in product(range(classes), range(devices)):
        serve[c, devices + c * devices + d] = rate[c, d]
        hold[d, devices + c * devices + d] = 1
    hold[:, :devices] = -np.eye(devices)
    answer = optimize.milp(
        cost,
        constraints=[optimize.LinearConstraint(serve, demand, demand), optimize.LinearConstraint(hold, -np.inf, 0)],
        integrality=[1] * devices + [0] * (classes * devices),
        bounds=optimize.Bounds(0, [np.inf] * 3 + [4] + [np.inf] * (classes * devices)),
    )
    assert solved("llm-serving").objective == pytest.approx(answer.fun, rel=1e-9)


def test_llm_by_search():
    """No fleet that costs less than the optimum can serve the demand: all of them tried."""
    prices, rate, demand = llm_figures()
    best = solved("llm-serving").objective
    most = [int(best / price) for price in prices[:3]] + [4]
    fleets = np.array(list(product(*(range(n + 1) for n in most))), float)
    cheaper = fleets[fleets @ prices < best - 1e-9]
    assert len(cheaper) > 1_000
    assert not any(can_serve(held, rate, demand) for held in cheaper[enough(cheaper, prices, rate, demand)])


def enough(fleets, prices, rate, demand):
    """Return which fleets pass a test that all which can serve pass.

    At any worth of an hour of each device, a fleet is worth no less than the demand, each class served for the least.
    """
    passed = np.ones(len(fleets), bool)
    with np.errstate(divide="ignore"):
        for worth in (prices, prices * [1, 1, 1, 1.5], prices * [1, 1, 1, 2], prices**0.5, np.ones(4)):
            passed &= fleets @ worth >= demand @ (worth / rate).min(axis=1) - 1e-9
    return passed


def can_serve(held, rate, demand):
    """Return whether a fleet can serve all classes, by a linear programme."""
    classes, devices = rate.shape
    serve = np.zeros((classes, classes * devices))
    hold = np.zeros((devices, classes * devices))
    for c, d in product(range(classes), range(devices)):
        serve[c, c * devices + d] = rate[c, d]
        hold[d, c * devices + d] = 1
    answer = optimize.linprog(np.zeros(classes * devices), A_ub=hold, b_ub=held, A_eq=serve, b_eq=demand)
    return answer.status == 0


# --- siting ---------------------------------------------------------------------------------------------------------

FREIGHT = np.array([
    [4000, 2500, 1200, 2200], [2000, 2600, 1800, 2600], [3000, 3400, 2600, 3100],
    [2500, 3000, 4100, 3700], [4500, 4000, 3000, 3200],
])  # fmt: skip
FIXED = np.array([12000, 15000, 17000, 13000, 16000])
CAPACITY = np.array([20, 22, 17, 19, 18])
ASKED = np.array([15, 18, 14, 20])


def test_siting():
    """Each of the 31 sets of sites, with its transport problem solved by scipy."""
    best = np.inf
    for chosen in product([False, True], repeat=5):
        sites = [i for i in range(5) if chosen[i]]
        if not sites or CAPACITY[sites].sum() < ASKED.sum():
            continue
        send = np.kron(np.eye(len(sites)), np.ones(4))
        receive = np.kron(np.ones(len(sites)), np.eye(4))
        answer = optimize.linprog(FREIGHT[sites].ravel(), A_ub=send, b_ub=CAPACITY[sites], A_eq=receive, b_eq=ASKED)
        best = min(best, answer.fun + FIXED[sites].sum())
    assert best == pytest.approx(210500)
    assert solved("siting").objective == pytest.approx(best, rel=1e-9)


# --- training campaigns ---------------------------------------------------------------------------------------------


def test_training():
    """Every combination of device, site and start of the three runs, by hand."""
    months = range(12)
    columns = ("pue", "peak_pue", "tariff_per_kwh")
    site = {s: {column: figure("sites", column, name=s) for column in columns} for s in ("dallas", "oslo")}
    room = {"dallas": [20.0] * 12, "oslo": [6.0] * 6 + [12.0] * 6}
    price = {"h100-sxm": [2.99 * 0.75 ** (m / 12) for m in months], "b200": [5.955 * 0.7 ** (m / 12) for m in months]}
    to_be_had = {"h100-sxm": [11000.0] * 12, "b200": [0.0] * 6 + [5000.0] * 6}
    power = {d: figure("devices", "power_kw", name=d) for d in price}
    active = {d: figure("devices", "active_power_kw", name=d) for d in price}
    # Units by device, months, first and last month that it may run in, and what leaving it out costs.
    runs = [
        ({"h100-sxm": 4211.0, "b200": 1855.0}, 1, 0, 3, None),
        ({"h100-sxm": 3510.0, "b200": 1546.0}, 3, 2, 10, None),
        ({"b200": 4638.0}, 1, 7, 10, 1.8e7),
    ]

    def choices(units, length, first, last, value):
        found = [
            (d, s, start, units[d], length)
            for d, s, start in product(units, site, range(first, last - length + 2))
            if all(to_be_had[d][m] >= units[d] for m in range(start, start + length))
        ]
        return found + ([None] if value is not None else [])

    def cost(choice, value):
        if choice is None:
            return value
        d, s, start, units, length = choice
        energy = active[d] * site[s]["pue"] * site[s]["tariff_per_kwh"]
        return sum(units * 730 * (price[d][m] + energy) for m in range(start, start + length))

    def fits(chosen):
        used, drawn = np.zeros((12, 2)), np.zeros((12, 2))
        for d, s, start, units, length in filter(None, chosen):
            during = slice(start, start + length)
            used[during, list(price).index(d)] += units
            drawn[during, list(room).index(s)] += units * power[d] * site[s]["peak_pue"] / 1000
        return (used <= np.array(list(to_be_had.values())).T).all() and (drawn <= np.array(list(room.values())).T).all()

    every = product(*(choices(*run) for run in runs))
    best = min(sum(cost(c, run[-1]) for c, run in zip(chosen, runs, strict=True)) for chosen in every if fits(chosen))
    assert solved("training-campaign").objective == pytest.approx(best, rel=1e-9)
