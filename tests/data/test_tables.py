"""The shipped tables: every row has its origin, every figure is sane, and the sums of the sources hold."""

import csv
import math
import re
from collections import defaultdict
from pathlib import Path

import pytest
from scipy import stats

DATA = Path(__file__).parents[2] / "data"
ORIGIN = ("source", "date", "confidence")
TEXT = {
    "assumption", "confidence", "continent", "country", "currency", "date", "device", "from", "interconnect",
    "kind", "label", "maker", "measure", "name", "network", "node", "note", "owner", "per", "period", "place",
    "provider", "series", "source", "to", "unit", "workload", "workload_class",
}  # fmt: skip
KEYS = {
    "carbon": ("place",),
    "claim": ("name",),
    "devices": ("name",),
    "egress": ("provider", "kind", "tier_from_tb"),
    "facility": ("name",),
    "latency": ("from", "to"),
    "networks": ("name",),
    "prices": ("device", "kind", "period"),
    "purchases": ("owner", "device", "measure", "period", "series"),
    "rates": ("workload", "device"),
    "regions": ("name",),
    "sites": ("name",),
    "supply": ("series", "device", "period"),
    "tariffs": ("place",),
    "throughput": ("workload_class", "device"),
}
RANGED = [
    ("throughput", "relative_low", "relative", "relative_high"),
    ("prices", "price_low_usd", "price_usd", "price_high_usd"),
    ("supply", "units_low", "units", "units_high"),
]
SUPPLY_ONLY = {"a800", "h800", "mi350x"}
US_STATE = {
    "ashburn": "US-VA", "atlanta": "US-GA", "columbus": "US-OH", "dallas": "US-TX", "des-moines": "US-IA",
    "memphis": "US-TN", "phoenix": "US-AZ", "quincy": "US-WA", "reno": "US-NV", "san-antonio": "US-TX",
}  # fmt: skip
PERIOD = re.compile(r"20\d\d(Q[1-4])?")
DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def read(table):
    with (DATA / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def number(row, column):
    return float(row[column])


def one(rows, **wanted):
    found = [row for row in rows if all(row[column] == value for column, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} rows match {wanted}"
    return found[0]


def units(rows, **wanted):
    return sum(
        number(row, "units") for row in rows if all(row[column].startswith(value) for column, value in wanted.items())
    )


def latency():
    between = {}
    for row in read("latency"):
        between[row["from"], row["to"]] = between[row["to"], row["from"]] = number(row, "latency_ms")
    return between


def nodes():
    return {node for pair in latency() for node in pair}


def claim():
    return {row["name"]: number(row, "value") for row in read("claim")}


# --- origin and form ---------------------------------------------------------------------------------------


def test_the_tables_are_those_listed():
    """A table that is added gets a key here, and with it every check below."""
    assert {path.stem for path in DATA.glob("*.csv")} == set(KEYS)


@pytest.mark.parametrize("table", KEYS)
def test_every_row_has_source_date_and_confidence(table):
    """No row lacks its origin, and the words used for confidence are three."""
    rows = read(table)
    assert rows
    for row in rows:
        assert all(row[column].strip() for column in ORIGIN), row
        assert row["confidence"] in {"high", "medium", "low"}, row


@pytest.mark.parametrize("table", KEYS)
def test_dates_are_iso_and_not_ahead_of_the_tables(table):
    """A date is a year, a month or a day, and none lies after the day the tables were made."""
    for row in read(table):
        assert DATE.fullmatch(row["date"]), row
        assert row["date"] <= "2026-11-22", row


@pytest.mark.parametrize("table", KEYS)
def test_every_number_is_there_and_finite(table):
    """A column that is not text holds a finite, non-negative number in every row."""
    signed = {"latitude", "longitude", "utc_offset_hours"}
    for row in read(table):
        assert None not in row, f"more cells than columns: {row}"
        for column, value in row.items():
            assert value is not None, f"fewer cells than columns: {row}"
            if column in TEXT:
                assert value or column == "note", (column, row)
                continue
            assert math.isfinite(float(value)), (column, row)
            assert column in signed or float(value) >= 0, (column, row)


@pytest.mark.parametrize("table", KEYS)
def test_rows_are_told_apart_by_their_key(table):
    """No two rows share the columns that name a row."""
    keys = [tuple(row[column] for column in KEYS[table]) for row in read(table)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("table", KEYS)
def test_files_are_plain(table):
    """UTF-8 without a mark, Unix line ends, the origin last, nothing that only one machine knows."""
    raw = (DATA / f"{table}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.decode().splitlines()[0].endswith(",source,date,confidence,note")
    assert not re.search(rb"/(work|tmp|home|root|Users)/", raw)


@pytest.mark.parametrize(("table", "low", "central", "high"), RANGED)
def test_ranges_enclose_their_centre(table, low, central, high):
    """The low figure is at most the central one, and that at most the high one."""
    for row in read(table):
        assert 0 < number(row, low) <= number(row, central) <= number(row, high), row


def test_periods_parse():
    """A period is a year or a quarter, and agrees with what a row is per."""
    for row in read("prices") + read("supply"):
        assert PERIOD.fullmatch(row["period"]), row
    for row in read("supply"):
        assert ("Q" in row["period"]) == (row["per"] == "quarter"), row
    for row in read("purchases"):
        pattern = PERIOD if row["measure"] == "bought-in-year" else DATE
        assert pattern.fullmatch(row["period"]), row


# --- devices and what refers to them -----------------------------------------------------------------------


@pytest.mark.parametrize("table", [table for table in KEYS if "device" in read(table)[0]])
def test_every_device_named_is_described(table):
    """A device is in devices.csv, or is one that only the counts of shipments and owners know."""
    known = {row["name"] for row in read("devices")}
    named = {row["device"] for row in read(table)}
    allowed = known | SUPPLY_ONLY if table in {"supply", "purchases"} else known
    assert named <= allowed


def test_a_device_draws_more_busy_than_idle_and_no_more_than_its_nameplate():
    """Idle < active <= nameplate, and the nameplate with the server's share exceeds the bare device."""
    for row in read("devices"):
        idle, active, nameplate = (number(row, f"{kind}power_kw") for kind in ("idle_", "active_", ""))
        assert 0 < idle < active <= nameplate, row
        assert nameplate > number(row, "tdp_kw"), row
        assert row["maker"] in {"nvidia", "amd"}
        assert row["interconnect"] in {"nvlink", "infinity-fabric", "pcie", "none"}


def test_h100_is_the_unit():
    """An H100 SXM is one H100 equivalent, does 1 of every class, and is a DGX of 10.2 kW / 8."""
    h100 = one(read("devices"), name="h100-sxm")
    assert number(h100, "h100_equivalents") == 1
    assert number(h100, "power_kw") == pytest.approx(10.2 / 8)
    for row in read("throughput"):
        if row["device"] == "h100-sxm":
            assert number(row, "relative") == number(row, "relative_low") == number(row, "relative_high") == 1


def test_each_class_of_throughput_has_its_base():
    """Three classes, each with the H100 as its base, and the base rates use no other class."""
    classes = {row["workload_class"] for row in read("throughput")}
    assert classes == {"video-diffusion", "image-sdxl", "llm-70b"}
    assert classes == {row["workload_class"] for row in read("throughput") if row["device"] == "h100-sxm"}
    assert classes >= {row["workload_class"] for row in read("rates")}


def test_prices_are_per_unit_or_per_hour():
    """What is bought costs a thousand dollars or more, what is rented under twenty an hour."""
    for row in read("prices"):
        assert row["kind"] in {"buy", "on-demand", "neocloud", "spot", "marketplace", "reserved"}
        assert row["per"] == ("unit" if row["kind"] == "buy" else "hour")
        low, high = (1000, 50_000) if row["per"] == "unit" else (0.1, 20)
        assert low <= number(row, "price_usd") <= high, row


def test_a_network_is_partly_there_and_repeats_some_work():
    """Availability and correlation are shares, verification never divides work, nodes hold their device."""
    memory = {row["name"]: number(row, "memory_gb") for row in read("devices")}
    rows = read("networks")
    assert {row["network"] for row in rows} == {"akash", "render", "salad", "vast", "io-net"}
    for row in rows:
        assert row["name"] == f"{row['network']}-{row['device']}"
        assert row["kind"] == "marketplace"
        assert 0 < number(row, "pool.availability") < 1
        assert 0 <= number(row, "pool.correlation") < 1
        assert number(row, "pool.verification_overhead") >= 1
        assert 0 <= number(row, "pool.churn_per_hour") < 1
        assert number(row, "pool.nodes") >= 1
        assert number(row, "memory_gb") <= memory[row["device"]]


def test_what_can_be_counted_on_of_a_network():
    """Firm nodes are the 5 % quantile of the beta-binomial; their worth allows for lost and double work."""
    video = relative_video()
    for row in read("networks"):
        nodes = int(row["pool.nodes"])
        there, rho = number(row, "pool.availability"), number(row, "pool.correlation")
        spread = (1 - rho) / rho
        pool = stats.betabinom(nodes, there * spread, (1 - there) * spread)
        firm = int(row["firm_devices"])
        assert pool.sf(firm - 1) >= 0.95 > pool.sf(firm), row
        hours = number(row, "pool.job_hours") / 2 + number(row, "pool.restart_hours")
        lost = number(row, "pool.churn_per_hour") * hours
        worth = firm * video[row["device"]] * (1 - lost) / number(row, "pool.verification_overhead")
        assert number(row, "firm_h100_equivalents") == pytest.approx(worth, rel=1e-5), row


def relative_video():
    return {
        row["device"]: number(row, "relative")
        for row in read("throughput")
        if row["workload_class"] == "video-diffusion"
    }


def test_retail_networks_add_less_than_a_hundredth_of_the_claim():
    """Gaming cards of all networks, at video speed, come to 2,000 to 7,200 H100s on average, and to less for sure."""
    gaming = [row for row in read("networks") if row["device"].startswith("rtx")]
    video = relative_video()
    mean = sum(number(row, "pool.nodes") * number(row, "pool.availability") * video[row["device"]] for row in gaming)
    assert 2_000 < mean < 0.01 * claim()["h100_peak_published"]
    assert sum(number(row, "firm_h100_equivalents") for row in gaming) < mean


# --- places ------------------------------------------------------------------------------------------------


def test_sites_cover_the_world():
    """At least 24 sites on five continents or more."""
    rows = read("sites")
    assert len(rows) >= 24
    assert len({row["continent"] for row in rows}) >= 5


def test_sites_are_sane():
    """Positions on the globe, overheads above one and higher at the peak, powers of a 2024 lease."""
    for row in read("sites"):
        assert -60 <= number(row, "latitude") <= 70
        assert -180 <= number(row, "longitude") <= 180
        assert 1 <= number(row, "pue") <= number(row, "peak_pue") <= 2
        assert 0.03 <= number(row, "tariff_per_kwh") <= 0.5
        assert 10 <= number(row, "carbon_g_per_kwh") <= 1000
        assert 5e6 <= number(row, "opening_cost_per_mw") <= 20e6
        assert 0 < number(row, "fixed_cost_per_mw_year") < 0.1 * number(row, "opening_cost_per_mw")
        assert 1 <= number(row, "power_mw") <= 200
        assert re.fullmatch("[A-Z]{2}", row["country"])
        assert re.fullmatch("[a-z][a-z-]*", row["name"])


def test_sites_use_the_tariffs_and_the_carbon_of_their_place():
    """A site repeats the row of its state, its country or else its continent."""
    tariffs = {row["place"]: number(row, "tariff_per_kwh") for row in read("tariffs")}
    carbon = {row["place"]: number(row, "carbon_g_per_kwh") for row in read("carbon")}
    for row in read("sites"):
        place = US_STATE.get(row["name"], row["country"])
        assert number(row, "carbon_g_per_kwh") == carbon[place], row
        tariff = tariffs.get(place, tariffs[row["continent"]])
        assert number(row, "tariff_per_kwh") == pytest.approx(tariff), row


def test_regions_cover_the_world():
    """At least 14 regions on six continents, and no TikTok in India."""
    rows = read("regions")
    assert len(rows) >= 14
    assert len({row["continent"] for row in rows}) == 6
    assert number(one(rows, name="india"), "tiktok_users_m") == 0
    assert all(-12 <= number(row, "utc_offset_hours") <= 14 for row in rows)


@pytest.mark.parametrize(("platform", "total"), [("tiktok", 1594.1), ("youtube", 2580)])
def test_weights_are_the_users_and_sum_to_one(platform, total):
    """Users add up to the world total, weights to one, and each weight is its share of the users."""
    rows = read("regions")
    users = [number(row, f"{platform}_users_m") for row in rows]
    weights = [number(row, f"weights.{platform}") for row in rows]
    assert sum(users) == pytest.approx(total, abs=0.5)
    assert sum(weights) == pytest.approx(1, abs=1e-6)
    assert weights == pytest.approx([count / sum(users) for count in users], abs=1e-6)


def test_tiktok_users_keep_the_totals_of_the_continents():
    """Regions add up to the continental figures of January 2025, within rounding."""
    users = defaultdict(float)
    for row in read("regions"):
        users[row["continent"]] += number(row, "tiktok_users_m")
    assert users["asia"] == pytest.approx(631.8, abs=0.3)
    assert users["north-america"] + users["south-america"] == pytest.approx(505.0, abs=0.3)
    assert users["europe"] == pytest.approx(258.0, abs=0.3)
    assert users["africa"] == pytest.approx(189.3, abs=0.3)
    assert users["oceania"] == pytest.approx(10.0, abs=0.3)


@pytest.mark.parametrize("table", ["sites", "regions"])
def test_every_node_is_in_the_latency_table(table):
    """Whatever stands or asks somewhere has a node whose round trips are known."""
    assert {row["node"] for row in read(table)} <= nodes()


def test_tariffs_and_carbon_are_in_range():
    """0.03 to 0.5 dollars and 10 to 1000 grams a kilowatt-hour, in one currency."""
    for row in read("tariffs"):
        assert 0.03 <= number(row, "tariff_per_kwh") <= 0.5, row
        assert row["currency"] == "USD"
    for row in read("carbon"):
        assert 10 <= number(row, "carbon_g_per_kwh") <= 1000, row


def test_latency_has_each_pair_once():
    """Thirteen nodes, 78 unordered pairs, each between 0 and 400 ms."""
    rows = read("latency")
    pairs = {frozenset((row["from"], row["to"])) for row in rows}
    assert len(nodes()) == 13
    assert len(pairs) == len(rows) == 13 * 12 / 2
    assert all(0 < number(row, "latency_ms") < 400 for row in rows)


def test_latency_is_nearly_a_distance():
    """No round trip is longer than 1.5 times the way over any third node."""
    between = latency()
    for (start, end), direct in between.items():
        for via in nodes() - {start, end}:
            assert direct <= 1.5 * (between[start, via] + between[via, end]), (start, via, end)


def test_latency_is_the_mean_of_both_directions():
    """68 and 69 ms between the two coasts of the US; 331 and 329 between Brazil and India."""
    assert latency()["us-east", "us-west"] == 68.5
    assert latency()["brazil-south", "india-central"] == 330


def test_egress_gets_cheaper_with_volume():
    """After a free tier the price of a tier is never above that of the tier before."""
    tiers = defaultdict(list)
    for row in read("egress"):
        assert row["kind"] in {"internet", "inter-region"}
        tiers[row["provider"], row["kind"]].append((number(row, "tier_from_tb"), number(row, "price_usd_per_gb")))
    for steps in tiers.values():
        assert steps[0][0] == 0
        assert [start for start, _ in steps] == sorted(start for start, _ in steps)
        prices = [price for _, price in steps if price > 0]
        assert prices == sorted(prices, reverse=True)
        assert max(prices) < 0.2


def test_facts_of_facilities_are_in_range():
    """Overheads are above one and shares at most one."""
    for row in read("facility"):
        if row["name"].startswith("pue_"):
            assert 1 <= number(row, "value") <= 2
        if re.search("share|discount|efficiency|premium", row["name"]):
            assert 0 < number(row, "value") <= 1, row


# --- what the sources add up to ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "year", "thousands"),
    [
        ("a100-80", "2023", 194), ("h100-sxm", "2022", 38.6), ("h100-sxm", "2023", 892),
        ("h100-sxm", "2024", 2679), ("h100-sxm", "2025", 708), ("h800", "2023", 115), ("h20", "2024", 958),
        ("h20", "2025", 531), ("b200", "2024", 201), ("b200", "2025", 1718), ("b300", "2025", 1501),
        ("mi300x", "2024", 326), ("mi300x", "2025", 189), ("mi325x", "2025", 91), ("mi250x", "2024", 45),
        ("mi350x", "2025", 75), ("mi355x", "2025", 49),
    ],
)  # fmt: skip
def test_quarters_add_up_to_the_year(device, year, thousands):
    """Epoch's quarters give its figure of the year, within the rounding to a thousand."""
    year_units = units(read("supply"), series="epoch", device=device, period=year)
    assert year_units == pytest.approx(thousands * 1000, abs=600)


def test_a100_and_a800_add_up_to_the_joint_figure():
    """796,000 in 2022 and 287,000 in 2023, as Epoch gives A100 and A800 together."""
    rows = read("supply")
    for year, thousands in (("2022", 796), ("2023", 287)):
        both = units(rows, device="a100-80", period=year) + units(rows, device="a800", period=year)
        assert both == pytest.approx(thousands * 1000, abs=600)


def test_epoch_is_quarterly_and_press_is_yearly():
    """A yearly figure stays yearly: no series mixes the two."""
    for row in read("supply"):
        assert row["per"] == {"epoch": "quarter", "press": "year"}[row["series"]]


def test_epoch_intervals_of_the_h100():
    """Its 90 % interval runs from about 0.84 to 1.18 times the median in every quarter."""
    for row in read("supply"):
        if row["series"] == "epoch" and row["device"] == "h100-sxm":
            assert number(row, "units_low") / number(row, "units") == pytest.approx(0.84, abs=0.01)
            assert number(row, "units_high") / number(row, "units") == pytest.approx(1.18, abs=0.01)


def test_press_and_epoch_disagree_on_the_claim():
    """720,000 is more than the press's H100s of 2023 and fewer than even Epoch's low figure."""
    rows = read("supply")
    need = claim()["h100_peak_published"]
    press = one(rows, series="press", device="h100-sxm", period="2023")
    low = sum(
        number(row, "units_low")
        for row in rows
        if row["series"] == "epoch" and row["device"] == "h100-sxm" and row["period"].startswith("2023")
    )
    assert number(press, "units_high") < need < low
    assert low == pytest.approx(747_000, abs=600)


def test_supply_after_the_last_report_is_marked_as_assumed():
    """From 2026 every row is an assumption of low confidence, and each year to 2027 has both makers."""
    rows = read("supply")
    for row in rows:
        if row["period"] >= "2026":
            assert row["assumption"] == "yes"
        if row["assumption"] == "yes":
            assert row["confidence"] == "low"
            assert row["note"].startswith("assumption")
    for series in ("press", "epoch"):
        for year in ("2026", "2027"):
            makers = {row["maker"] for row in rows if row["series"] == series and row["period"].startswith(year)}
            assert makers == {"amd", "nvidia"}


def test_epoch_continues_at_its_last_quarter():
    """The assumed quarters repeat the last one reported."""
    rows = read("supply")
    for device in ("b200", "b300", "mi350x", "mi355x"):
        last = one(rows, series="epoch", device=device, period="2025Q4")
        for row in rows:
            if row["series"] == "epoch" and row["device"] == device and row["assumption"] == "yes":
                assert row["units"] == last["units"]


@pytest.mark.parametrize(
    ("wanted", "thousands"),
    [
        ({"series": "omdia", "measure": "bought-in-year", "period": "2023"}, 350),
        ({"series": "epoch", "measure": "installed", "period": "2023-12-31"}, 449),
        ({"series": "epoch", "measure": "installed", "period": "2024-03-31"}, 705),
        ({"series": "epoch", "measure": "installed-h100e", "period": "2024-03-31"}, 844),
    ],
)
def test_the_three_holders_of_the_claim(wanted, thousands):
    """Microsoft, Meta and Google together; only the count of all Nvidia chips exceeds the claim."""
    rows = read("purchases")
    total = sum(
        number(one(rows, owner=owner, device="h100-sxm", **wanted), "units")
        for owner in ("microsoft", "meta", "google")
    )
    assert total == thousands * 1000
    assert (total > claim()["h100_peak_published"]) == (wanted["measure"] == "installed-h100e")


def test_the_twelve_named_buyers_of_2023():
    """Omdia's twelve named buyers took 650,000."""
    rows = [row for row in read("purchases") if row["series"] == "omdia" and row["period"] == "2023"]
    assert len(rows) == 12
    assert units(rows) == 650_000


# --- the claim ---------------------------------------------------------------------------------------------


def test_the_claim_recomputes_its_inference():
    """10.7 million minutes a day at 120 an H100-day, doubled three times; and the shares as stated."""
    facts = claim()
    per_day = facts["video_minutes_per_h100_hour"] * 24
    assert per_day == facts["video_minutes_per_h100_day"]
    uplift = facts["peak_to_mean"] * facts["candidates_per_clip"] / facts["utilisation"]
    assert round(facts["ai_minutes_per_day"] / per_day) == facts["h100_flat"] == 89_167
    assert round(facts["ai_minutes_per_day"] / per_day * uplift) == facts["h100_peak"] == 713_333
    stated = (
        facts["tiktok_minutes_per_day"] * facts["tiktok_ai_share"]
        + facts["youtube_minutes_per_day"] * facts["youtube_ai_share"]
    )
    assert stated == pytest.approx(facts["ai_minutes_per_day_shares_as_stated"])
    assert round(stated / per_day) == facts["h100_flat_shares_as_stated"] == 124_583
    assert round(stated / per_day * uplift) == facts["h100_peak_shares_as_stated"] == 996_667


def test_the_claim_has_one_split_that_gives_its_total():
    """25 % of TikTok and 15 % of YouTube give 10.7 million; 50 % and 5 % give 10.65."""
    facts = claim()
    total = {
        split: facts["tiktok_minutes_per_day"] * facts[f"tiktok_ai_share_{split}"]
        + facts["youtube_minutes_per_day"] * facts[f"youtube_ai_share_{split}"]
        for split in ("a", "b")
    }
    assert total == pytest.approx({"a": 10_650_000, "b": 10_700_000})


def test_the_claim_recomputes_its_training_and_break_even():
    """4,211 and 10,528 H100-months; as much as 15.25 and 38.12 million minutes of video."""
    facts = claim()
    minute = (
        facts["dit_xl_2_forward_flop"] * facts["sampling_steps"] * facts["model_size_factor"] * facts["frames_factor"]
    )
    assert minute == pytest.approx(facts["flop_per_video_minute"])
    month = facts["h100_peak_flop_per_s"] * facts["training_month"]
    for end, break_even in (("low", 15.25e6), ("high", 38.12e6)):
        training = (
            facts["dit_xl_2_training_flop"]
            * facts["model_size_factor"]
            * facts[f"training_data_factor_{end}"]
            * facts["training_frames_factor"]
        )
        assert round(training / month) == facts[f"training_h100_months_{end}"]
        assert training / minute == pytest.approx(break_even, rel=2e-4)
        assert training / minute == pytest.approx(facts[f"break_even_minutes_{end}"], rel=4e-3)
