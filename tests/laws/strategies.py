"""Small random scenarios with several features, always feasible unless a budget is below what is spent anyway."""

from hypothesis import strategies as st

PENALTY = 50.0


def amounts(low, high):
    """Return plain numbers, few digits each, so that ties are common and failures can be read."""
    return st.integers(int(low * 4), int(high * 4)).map(lambda n: n / 4)


@st.composite
def series(draw, low, high, periods):
    """Return one number for all periods, or one for each."""
    if draw(st.booleans()):
        return draw(amounts(low, high))
    return [draw(amounts(low, high)) for _ in range(periods)]


@st.composite
def workloads(draw, regions, devices, periods, slices):
    """Return a workload with demand in some regions and a penalty on what is unmet."""
    wanted = draw(st.lists(st.sampled_from(regions), min_size=1, unique=True))
    able = draw(st.sampled_from([devices, devices, devices[:1]]))
    made = {
        "demand": {"by_region": {region: draw(series(1, 40, periods)) for region in wanted}},
        "rate": {device: draw(amounts(1, 8)) for device in able},
        "unmet_penalty": draw(amounts(1, PENALTY)),
        "utilisation": draw(st.sampled_from([1.0, 0.5])),
        "data_gb_per_unit": draw(st.sampled_from([0, 0, 1])),
    }
    if draw(st.booleans()):
        made["max_latency_ms"] = draw(st.sampled_from([20, 60, 200]))
    if slices == 2 and draw(st.booleans()):
        made["profile"] = "daily"
    return made


@st.composite
def offers(draw, devices, sites, periods, index):
    """Return an offer of any kind."""
    kind = draw(st.sampled_from(["buy", "lease", "on-demand", "marketplace", "serverless"]))
    made = {"kind": kind, "sites": draw(st.sampled_from([sites, sites[:1]]))}
    if kind == "serverless":
        return {**made, "work": {"w0": {"price_per_unit": draw(amounts(0.25, 20)), "capacity_per_hour": 10}}}
    made["device"] = draw(st.sampled_from(devices))
    if kind == "buy":
        made |= {"price_per_unit": draw(series(500, 9000, periods)), "maintenance_per_unit_year": draw(amounts(0, 400))}
        made |= draw(st.sampled_from([{}, {"resale_share": 0.5}, {"lead_time_months": 3}, {"life_months": 4}]))
    elif kind == "lease":
        made |= {"price_per_hour": draw(series(0.25, 8, periods)), "term_months": draw(st.sampled_from([3, 6, 24]))}
    else:
        made["price_per_hour"] = draw(series(0.25, 12, periods))
        if draw(st.booleans()):
            made["pool"] = {"nodes": draw(st.integers(1, 60)), "availability": 0.8, "verification_overhead": 1.25}
    if "pool" not in made and draw(st.booleans()):
        made["supply"] = draw(series(0, 12, periods))
        made["carry_over"] = kind in ("buy", "lease") and draw(st.booleans())
    return made


@st.composite
def scenarios(draw, integer=False, links=True):
    """Return a scenario as plain data; every name is a letter and a number."""
    periods = draw(st.integers(1, 3))
    slices = draw(st.sampled_from([1, 1, 2]))
    regions = [f"r{i}" for i in range(draw(st.integers(1, 3)))]
    sites = [f"s{i}" for i in range(draw(st.integers(1, 3)))]
    devices = [f"d{i}" for i in range(draw(st.integers(1, 2)))]
    made = {
        "horizon": {"start": "2024Q1", "period": "quarter", "count": periods},
        "money": {"discount_rate": draw(st.sampled_from([0, 0.1])), "salvage": draw(st.sampled_from([0, 1]))},
        "regions": {region: {} for region in regions},
        "devices": {
            device: {"maker": f"m{i}", "power_kw": draw(amounts(0.25, 2)), "idle_power_kw": 0.25}
            for i, device in enumerate(devices)
        },
        "sites": {
            site: {"tariff_per_kwh": draw(amounts(0, 1)), "egress_per_gb": draw(st.sampled_from([0, 0.25])),
                   "carbon_g_per_kwh": draw(st.sampled_from([0, 400])), "latency_ms": draw(st.sampled_from([10, 50]))}
            for site in sites
        },
        "workloads": {
            f"w{i}": draw(workloads(regions, devices, periods, slices)) for i in range(draw(st.integers(1, 2)))
        },
        "offers": {f"o{i}": draw(offers(devices, sites, periods, i)) for i in range(draw(st.integers(1, 3)))},
    }  # fmt: skip
    if slices == 2:
        made["slices"] = [{"name": "k0", "share": 0.25}, {"name": "k1", "share": 0.75}]
        made["profiles"] = {"daily": {"values": {"k0": 2, "k1": 1}}}
    for site in sites:
        if draw(st.booleans()):
            made["sites"][site]["power_mw"] = draw(st.sampled_from([0.004, 0.02]))
    made |= draw(policies())
    bought = [
        (o, s) for o, offer in made["offers"].items() if offer["kind"] in ("buy", "lease") for s in offer["sites"]
    ]
    if bought and draw(st.booleans()):
        offer, site = draw(st.sampled_from(bought))
        made["fleet"] = {
            "h0": {"offer": offer, "site": site, "units": 0.5, "age_months": draw(st.sampled_from([0, 2]))}
        }
    if links and draw(st.booleans()):
        made["network"] = {"links": draw(networks(regions, sites))}
        del made["sites"]["s0"]["latency_ms"]
    if integer:
        made["integer"] = True
    return made


@st.composite
def policies(draw):
    """Return some budgets, shares and a price of carbon."""
    made = {}
    if draw(st.booleans()):
        made["carbon"] = {"price_per_tonne": draw(amounts(0, 200))}
    if draw(st.booleans()):
        made["budgets"] = {
            "b0": {"limit": draw(amounts(20000, 200000)), "per": draw(st.sampled_from(["period", "horizon"]))}
        }
    if draw(st.booleans()):
        made["supply"] = {"l0": {"maker": "m0", "units": draw(amounts(1, 20))}}
    if draw(st.booleans()):
        made["shares"] = {"a0": {"maker": "m0", "max_share": draw(st.sampled_from([0.25, 0.75]))}}
    return made


@st.composite
def networks(draw, regions, sites):
    """Return links from every region to a transit node, and from there to the site that has no latency of its own."""
    capacity = draw(st.sampled_from([None, 0.01, 1]))
    made = {}
    for i, end in enumerate([*regions, sites[0]]):
        made[f"e{i}"] = {"ends": [end, "hub"], "latency_ms": 10, "price_per_gb": draw(st.sampled_from([0, 0.25]))}
        if capacity is not None:
            made[f"e{i}"]["capacity_gbps"] = capacity
    return made
