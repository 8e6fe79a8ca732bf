"""The flagship: what it is made of, and the story that its comments tell."""

import pytest

from tests.scenarios.shipped import loaded, solved, table

NETWORKS = {"akash", "render", "salad", "vast"}


@pytest.fixture(scope="module")
def plan():
    return solved("sora-mainstream")


def test_it_is_a_linear_programme_of_moderate_size(plan):
    """No whole numbers, and under 30,000 columns."""
    assert plan.size["integers"] == 0
    assert plan.size["columns"] < 30_000
    assert not any(site.siting == "candidate" for site in loaded("sora-mainstream").document.sites.values())


def test_its_horizon_is_sixteen_quarters():
    """From the first quarter of 2024 to the last of 2027."""
    periods = loaded("sora-mainstream").calendar.names
    assert (len(periods), periods[0], periods[-1]) == (16, "2024Q1", "2027Q4")


def test_it_has_sites_all_over_the_world(plan):
    """At least 20 sites with a place, on six continents, as the table has them, each used and with growing power."""
    document = loaded("sora-mainstream").document
    rows = {row["name"]: row for row in table("sites")}
    placed = {name: site for name, site in document.sites.items() if not site.distributed}
    assert len(placed) >= 20
    assert len({rows[name]["continent"] for name in placed}) == 6
    for name, site in placed.items():
        assert site.tariff_per_kwh == float(rows[name]["tariff_per_kwh"])
        assert site.power_mw[0] < site.power_mw[-1] <= float(rows[name]["power_mw"])
    assert set(placed) <= set(plan.fleet.site)


def test_its_fleet_is_of_nvidia_amd_and_retail(plan):
    """Both makers' accelerators are bought, rented ones help, and gaming cards of the networks make drafts."""
    assert {"nvidia", "amd"} <= set(plan.additions.maker)
    assert {"buy", "reserve", "on-demand", "marketplace"} <= set(plan.fleet.kind)
    assert {"vast", "salad"} <= set(plan.fleet.site) & NETWORKS
    work = plan.run[plan.run.device == "rtx-4090"]
    assert set(work.workload) == {"drafts"}


def test_it_takes_no_more_than_its_share_of_the_market(plan):
    """Of what Epoch counts in a quarter, 5 % of each device is bought at most."""
    made = {
        (row["device"], row["period"]): float(row["units"])
        for row in table("supply")
        if row["series"] == "epoch" and row["per"] == "quarter"
    }
    bought = plan.additions[plan.additions.kind.isin(["buy", "lease"])]
    for (device, period), units in bought.groupby(["device", "period"]).devices.sum().items():
        assert units <= 0.05 * made.get((device, period), 0.0) * (1 + 1e-6) + 1e-6, (device, period)


def test_its_need_becomes_the_claims(plan):
    """The demand of the last quarter needs 713,333 H100s at peak, that of the first a hundredth."""
    need = plan.chains[plan.chains.chain == "h100-peak"].groupby("period").result.last()
    assert round(need["2027Q4"]) == 713_333
    assert need["2024Q1"] == pytest.approx(7_133.3, rel=1e-4)


def test_it_trains_and_serves_together(plan):
    """Three training runs have their place, device and time."""
    runs = {(row.campaign, row.device, row.site, row.start) for row in plan.campaigns.itertuples()}
    assert runs == {
        ("first-model", "h100-sxm", "dallas", "2024Q2"),
        ("second-model", "h100-sxm", "ashburn", "2025Q2"),
        ("third-model", "b300", "columbus", "2026Q3"),
    }


def test_what_is_unmet_and_when(plan):
    """Unmet for want of devices in 2024, for want of power in 2026; all is met from 2027Q2, and could be from Q1."""
    share = plan.demand[plan.demand.workload == "video"].set_index("period").served_share
    assert plan.earliest == "2027Q1"
    assert {period for period in share.index if share[period] < 0.999} == {
        "2024Q2", "2024Q3", "2025Q2", "2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1",
    }  # fmt: skip
    assert 0.8 < share["2024Q3"] < 0.9
    assert 0.94 < share["2026Q3"] < 0.96
    assert 0 < plan.unmet_fraction < 0.02
    unmet = plan.unmet[plan.unmet.period >= "2026Q1"]
    assert set(unmet.slice) == {"peak"}


def test_what_stands_in_the_way(plan):
    """Every site is full in 2026; a B200 more at the start of 2025 and a MW more in 2026 are worth the most."""
    sites = plan.sites[(plan.sites.period == "2026Q3") & plan.sites.power_limit_mw.notna()]
    assert sites.power_share.min() == pytest.approx(1)
    worst = [limit.rule for limit in plan.limits[:8]]
    assert {"supply_together", "power"} <= set(worst)


def test_a_minute_gets_cheaper(plan):
    """From over two dollars, on the first devices, to about 70 cents."""
    cost = plan.unit_cost[plan.unit_cost.workload == "video"].set_index("period")["cost_USD_per_unit"]
    assert cost["2024Q1"] > 2
    assert 0.6 < cost["2027Q4"] < 0.8


def test_yearly_figures_stay_yearly():
    """With the press's supply, limits are by calendar year only, and no year takes more than its share."""
    document = loaded("sora-mainstream-press").document
    assert all(limit.units is None and limit.units_per_year for limit in document.supply.values())
    made = {(row["device"], row["period"]): float(row["units"]) for row in table("supply") if row["series"] == "press"}
    bought = solved("sora-mainstream-press").additions
    bought = bought[bought.kind.isin(["buy", "lease"])]
    for (device, year), units in bought.groupby(["device", bought.period.str[:4]]).devices.sum().items():
        assert units <= 0.05 * made.get((device, year), 0.0) * (1 + 1e-6) + 1e-6, (device, year)


def test_the_twin_has_yes_or_no_decisions():
    """Sites to open, porting and training runs are left to the twin; all else is the base's."""
    base, twin = loaded("sora-mainstream").document, loaded("sora-mainstream-open").document
    assert sum(site.siting == "candidate" for site in twin.sites.values()) == 4
    assert all(port.decision == "open" for port in twin.enablements.values())
    assert all(campaign.start is None for campaign in twin.campaigns.values())
    assert twin.offers == base.offers
    assert twin.workloads == base.workloads


@pytest.mark.long
def test_the_twin_is_no_dearer(plan):
    """The base's choices are among those that the twin has, so that it costs no more but for its gap."""
    twin = solved("sora-mainstream-open")
    assert twin.size["integers"] > 50
    assert twin.objective <= plan.objective * (1 + 1e-3)
    assert twin.gap <= 1e-3
    assert len(twin.campaigns) == 3
