"""Two scenarios that differ in one field alone, for every field of the schema."""

from copy import deepcopy
from pathlib import Path
from typing import Any

Plain = dict[str, Any]

BASE: Plain = {
    "name": "witness",
    "horizon": {"start": "2024Q1", "period": "quarter", "count": 3},
    "regions": {"east": {"weights": {"users": 2}}, "west": {"weights": {"users": 1}}},
    "workloads": {
        "video": {
            "unit": "minute",
            "demand": {"total": 100, "split": "users"},
            "rate": {"gpu": 5, "card": 1},
            "data_gb_per_unit": 0.1,
            "unmet_penalty": 9,
        },
    },
    "devices": {
        "gpu": {"maker": "m1", "memory_gb": 80, "power_kw": 1, "interconnect": "nvlink"},
        "card": {"maker": "m2", "memory_gb": 24, "power_kw": 0.4},
    },
    "offers": {
        "buy": {"kind": "buy", "device": "gpu", "price_per_unit": 10000, "supply": 8},
        "lease": {"kind": "lease", "device": "gpu", "price_per_hour": 3, "term_months": 6, "supply": 5},
        "cloud": {"kind": "on-demand", "device": "gpu", "price_per_hour": 4},
        "cards": {
            "kind": "marketplace",
            "device": "card",
            "price_per_hour": 0.6,
            "sites": ["net"],
            "pool": {"nodes": 40, "availability": 0.7},
        },
    },
    "sites": {
        "lab": {"country": "DE", "power_mw": 0.02, "tariff_per_kwh": 0.1, "carbon_g_per_kwh": 400},
        "hall": {"country": "US", "power_mw": 0.01},
        "net": {"distributed": True, "latency_ms": 50},
    },
}

TEXT: Plain = {"demand": {"by_region": {"east": 1}}, "rate": {"gpu": 2, "card": 1}}

LINKS: Plain = {
    "network": {
        "links": {
            "a": {"ends": ["east", "lab"], "latency_ms": 10},
            "b": {"from": "lab", "to": "hall", "latency_ms": 10},
            "c": {"ends": ["hall", "west"], "latency_ms": 10},
        }
    }
}
"""east - lab - hall - west"""

CAPACITY: Plain = {f"network.links.{name}.capacity_gbps": 5 for name in "abc"}
SLICES: Plain = {"slices": [{"name": "day", "share": 0.25}, {"name": "night", "share": 0.75}]}
PROFILE: Plain = {
    **SLICES,
    "profiles": {"daily": {"values": {"day": 2, "night": 1}}},
    "workloads.video.profile": "daily",
}
HOURS: Plain = {
    "slices": "hours-of-day",
    "profiles": {"daily": {"values": [1.0] * 12 + [2.0] * 12}},
    "workloads.video.profile": "daily",
}
CHAINS: Plain = {
    "chains": {
        "first": {"steps": [{"name": "x", "value": 4}, {"name": "y", "times": 3}]},
        "need": {"steps": [{"name": "start", "value": 100}, {"name": "then", "times": 1.5}]},
    },
    "workloads.video.demand": {"chain": "need", "split": "users"},
}
CAMPAIGN: Plain = {"campaigns": {"train": {"devices": ["gpu"], "units": 2, "months": 3, "sites": ["lab"]}}}
CHOSEN: Plain = {"campaigns": {"train": {**CAMPAIGN["campaigns"]["train"], "sites": ["lab", "hall"], "value": 1e5}}}
PORT: Plain = {"enablements": {"port": {"workload": "video", "maker": "m2", "cost": 10}}}
CANDIDATE: Plain = {"sites.hall.siting": "candidate", "sites.hall.opening_cost": 100}
CLOSING: Plain = {**CANDIDATE, "sites.hall.can_close": True}
MODULES: Plain = {"sites.lab.modules": {"block": {"mw": 0.01, "cost": 100, "max_count": 2}}}
HELD: Plain = {"fleet": {"old": {"offer": "buy", "site": "lab", "units": 3, "age_months": 12}}}
ORDERED: Plain = {"orders": {"next": {"offer": "buy", "site": "lab", "units": 3, "period": "2024Q2"}}}
SELLS: Plain = {
    "offers.api": {
        "kind": "serverless",
        "sites": ["lab", "hall"],
        "work": {"video": {"price_per_unit": 0.5, "capacity_per_hour": 20}},
    }
}
SHARE: Plain = {"shares": {"part": {"maker": "m1", "max_share": 0.5}}}
LIMIT: Plain = {"supply": {"all": {"maker": "m1", "units": 6}}}
BUDGET: Plain = {"budgets": {"money": {"limit": 50000}}}
REPLICAS: Plain = {
    "workloads.video.configurations": {"pair": {"device": "gpu", "devices": 2, "rate": 12}},
    "workloads.video.whole_replicas": True,
}
RESIDENT: Plain = {"workloads.video.residency": [{"regions": ["east"], "allow_sites": ["lab", "net"]}]}
COMPARE: Plain = {**CHAINS, "comparisons": {"test": {"left": {"chain": "need"}, "right": 550, "unit": "gpu"}}}
EXPECT: Plain = {**CHAINS, "expect": {"objective": 1, "served_fraction": 0.1, "chains": {"need": 7}}}
OWN: Plain = {
    **CHAINS,
    "expect": {"objective": {"value": 1}, "served_fraction": {"value": 0.1}, "chains": {"need": {"value": 7}}},
}
CELL: Plain = {"column": "served_units", "value": 3}
CELLS: Plain = {"expect": {"tables": {"served": [CELL]}}}
NO_PLAN: Plain = {"workloads.video.unmet_penalty": None, "expect": {"status": "infeasible", "conflict": ["a"]}}
EURO: Plain = {"money.exchange": {"EUR": 1.25}}
RANKS: Plain = {"objective": [{"of": "served", "tolerance": 0.1}, "cost"]}

LIT: Plain = LINKS | CAPACITY | {"network.links.a.modules": {"wave": {"gbps": 1, "cost": 1, "max_count": 2}}}
TRUNK: Plain = LINKS | {"traffic": {"copy": {"from": "east", "to": "hall", "gbps": 1}}}
SCARCE: Plain = {"offers.cloud.supply": 1, "offers.cards.pool.nodes": 2}
LOSS: Plain = SCARCE | {"survive": {"loss": {"any_one": "site", "share": 0.9}}}
NETWORK_FILE = str(Path(__file__).parents[1] / "scenario" / "networks" / "square.txt")
AT_NODES: Plain = {"regions.east.node": "A", "sites.lab.node": "C", "workloads.video.max_latency_ms": 100}

# Field: concrete path, new value, and what is set beforehand in both scenarios.
CASES: dict[str, tuple[str, Any] | tuple[str, Any, Plain]] = {
    "name": ("name", "other"),
    "description": ("description", "What it is about."),
    "horizon": ("horizon", {"start": "2024Q1", "period": "quarter", "count": 4}),
    "horizon.start": ("horizon.start", "2025Q1"),
    "horizon.period": ("horizon.period", "month"),
    "horizon.count": ("horizon.count", 4),
    "horizon.spans": ("horizon.spans", [{"period": "month", "count": 2}], {"horizon": {"start": 2024}}),
    "horizon.spans[].period": (
        "horizon.spans.0.period",
        "year",
        {"horizon": {"start": 2024, "spans": [{"period": "month", "count": 2}]}},
    ),
    "horizon.spans[].count": (
        "horizon.spans.0.count",
        3,
        {"horizon": {"start": 2024, "spans": [{"period": "month", "count": 2}]}},
    ),
    "horizon.names": ("horizon.names", ["a", "b", "c"]),
    "slices": ("slices", "weekday-weekend"),
    "slices[].name": ("slices.0.name", "noon", SLICES),
    "slices[].share": ("slices", [{"name": "day", "share": 0.5}, {"name": "night", "share": 0.5}], PROFILE),
    "money": ("money", {"discount_rate": 0.1}),
    "money.currency": ("money.currency", "EUR"),
    "money.discount_rate": ("money.discount_rate", 0.1),
    "money.basis": ("money.basis", "nominal", {"money": {"discount_rate": 0.1, "inflation": 0.05, "basis": "real"}}),
    "money.inflation": ("money.inflation", 0.05, {"money": {"discount_rate": 0.1, "basis": "nominal"}}),
    "money.exchange": ("money.exchange", {"EUR": 2}, {**EURO, "offers.buy.currency": "EUR"}),
    "money.salvage": ("money.salvage", 0.5),
    "objective": ("objective", "served"),
    "objective[].of": ("objective.0.of", "carbon", RANKS),
    "objective[].tolerance": ("objective.0.tolerance", 0.2, RANKS),
    "integer": ("integer", True),
    "unmet_tolerance": ("unmet_tolerance", 1, {"sites.net.distributed": True, "workloads.video.unmet_penalty": 0.001}),
    "regions": ("regions.north", {"weights": {"users": 1}}),
    "regions.*.weights": ("regions.east.weights", {"users": 5}),
    "regions.*.utc_offset_hours": ("regions.east.utc_offset_hours", 8, HOURS),
    "regions.*.node": ("regions.east.node", "hall", LINKS | {"workloads.video.max_latency_ms": 15}),
    "regions.*.access_ms": ("regions.east.access_ms", 10, LINKS | {"workloads.video.max_latency_ms": 15}),
    "profiles": ("profiles.daily", {"values": [3, 1]}, PROFILE),
    "profiles.*.values": ("profiles.daily.values", {"day": 3, "night": 1}, PROFILE),
    "chains": ("chains.need", {"steps": [{"name": "start", "value": 10}]}, CHAINS),
    "chains.*.steps": ("chains.need.steps", [{"name": "start", "value": 10}], CHAINS),
    "chains.*.steps[].name": ("chains.need.steps.0.name", "begin", CHAINS),
    "chains.*.steps[].value": ("chains.need.steps.0.value", 10, CHAINS),
    **{
        f"chains.*.steps[].{key}": (
            "chains.need.steps.1",
            {"name": "then", key: 7},
            CHAINS | {"chains.need.steps.1": {"name": "then", key: 5}},
        )
        for key in ("times", "divide", "plus", "minus")
    },
    "chains.*.steps[].unit": ("chains.need.steps.0.unit", "minutes", CHAINS),
    "chains.*.steps[].kind": ("chains.need.steps.1.kind", "utilisation", CHAINS | {"workloads.video.utilisation": 0.5}),
    "chains.*.steps[].source": ("chains.need.steps.0.source", "a paper", CHAINS),
    "chains.*.steps[].note": ("chains.need.steps.0.note", "rounded", CHAINS),
    "chains.*.show": ("chains.need.show", False, CHAINS),
    "workloads": ("workloads.text", TEXT),
    "workloads.*.unit": ("workloads.video.unit", "hour"),
    "workloads.*.demand": ("workloads.video.demand", {"total": 50, "split": "users"}),
    "workloads.*.base_rate": (
        "workloads.video.base_rate",
        3,
        {"workloads.video.rate": {}, "workloads.video.relative": {"gpu": 1}, "workloads.video.base_rate": 2},
    ),
    "workloads.*.relative": (
        "workloads.video.relative",
        {"gpu": 3},
        {"workloads.video.rate": {}, "workloads.video.relative": {"gpu": 1}, "workloads.video.base_rate": 2},
    ),
    "workloads.*.rate": ("workloads.video.rate", {"gpu": 6, "card": 1}),
    "workloads.*.configurations": ("workloads.video.configurations", {"p": {"device": "gpu", "devices": 2, "rate": 9}}),
    "workloads.*.configurations.*.device": ("workloads.video.configurations.pair.device", "card", REPLICAS),
    "workloads.*.configurations.*.devices": ("workloads.video.configurations.pair.devices", 4, REPLICAS),
    "workloads.*.configurations.*.rate": ("workloads.video.configurations.pair.rate", 14, REPLICAS),
    "workloads.*.configurations.*.memory_gb": (
        "workloads.video.configurations.pair.memory_gb",
        10,
        REPLICAS | {"workloads.video.min_memory_gb": 90},
    ),
    "workloads.*.whole_replicas": ("workloads.video.whole_replicas", False, REPLICAS),
    "workloads.*.one_configuration": ("workloads.video.one_configuration", True, REPLICAS),
    "workloads.*.min_memory_gb": ("workloads.video.min_memory_gb", 40),
    "workloads.*.interconnect": ("workloads.video.interconnect", ["nvlink"]),
    "workloads.*.max_latency_ms": ("workloads.video.max_latency_ms", 15, LINKS),
    "workloads.*.data_gb_per_unit": ("workloads.video.data_gb_per_unit", 0.2, {"sites.lab.egress_per_gb": 0.1}),
    "workloads.*.upload_gb_per_unit": ("workloads.video.upload_gb_per_unit", 0.2, LINKS | CAPACITY),
    "workloads.*.paths": (
        "workloads.video.paths",
        1,
        LINKS
        | CAPACITY
        | {
            "workloads.video.max_latency_ms": 40,
            "network.links.d": {"ends": ["east", "hall"], "latency_ms": 25},
        },
    ),
    "workloads.*.utilisation": ("workloads.video.utilisation", 0.5),
    "workloads.*.residency": ("workloads.video.residency", [{"allow_sites": ["lab"]}]),
    "workloads.*.residency[].regions": ("workloads.video.residency.0.regions", ["west"], RESIDENT),
    "workloads.*.residency[].allow_sites": ("workloads.video.residency.0.allow_sites", ["hall"], RESIDENT),
    "workloads.*.residency[].deny_sites": ("workloads.video.residency.0.deny_sites", ["lab"], RESIDENT),
    "workloads.*.residency[].allow_countries": ("workloads.video.residency.0.allow_countries", ["US"], RESIDENT),
    "workloads.*.residency[].deny_countries": ("workloads.video.residency.0.deny_countries", ["DE"], RESIDENT),
    "workloads.*.unmet_penalty": ("workloads.video.unmet_penalty", 8),
    "workloads.*.must_serve": ("workloads.video.must_serve", False, {"workloads.video.unmet_penalty": None}),
    "workloads.*.profile": ("workloads.video.profile", "even", PROFILE | {"profiles.even": {"values": [1, 1]}}),
    "workloads.*.serving_cost": ("workloads.video.serving_cost", {"lab": {"east": 0.2}}),
    "devices": ("devices.gpu", {"memory_gb": 80}),
    "devices.*.maker": ("devices.card.maker", "m1", SHARE),
    "devices.*.memory_gb": ("devices.card.memory_gb", 48, {"workloads.video.min_memory_gb": 40}),
    "devices.*.power_kw": ("devices.gpu.power_kw", 2),
    "devices.*.active_power_kw": ("devices.gpu.active_power_kw", 0.5),
    "devices.*.idle_power_kw": ("devices.gpu.idle_power_kw", 0.2),
    "devices.*.interconnect": ("devices.gpu.interconnect", "ethernet", {"workloads.video.interconnect": ["nvlink"]}),
    "devices.*.h100_equivalents": ("devices.gpu.h100_equivalents", 1),
    "offers": ("offers.spot", {"kind": "spot", "device": "gpu", "price_per_hour": 1}),
    "offers.*.kind": ("offers.lease.kind", "reserve"),
    "offers.*.device": ("offers.cloud.device", "card"),
    "offers.*.sites": ("offers.cloud.sites", ["hall"]),
    "offers.*.price_per_unit": ("offers.buy.price_per_unit", 9000),
    "offers.*.price_per_hour": ("offers.cloud.price_per_hour", 3.5),
    "offers.*.deposit_share": (
        "offers.buy.deposit_share",
        0.5,
        {"money": {"discount_rate": 0.1}, "offers.buy.lead_time_months": 3},
    ),
    "offers.*.maintenance_per_unit_year": ("offers.buy.maintenance_per_unit_year", 100),
    "offers.*.lead_time_months": ("offers.buy.lead_time_months", 3),
    "offers.*.term_months": ("offers.lease.term_months", 3),
    "offers.*.life_months": ("offers.buy.life_months", 6),
    "offers.*.resale_share": ("offers.buy.resale_share", 0.5),
    "offers.*.salvage_share": ("offers.buy.salvage_share", 0.5),
    "offers.*.supply": ("offers.buy.supply", 7),
    "offers.*.supply_per_year": ("offers.buy.supply_per_year", {"2024": 9}),
    "offers.*.carry_over": ("offers.buy.carry_over", True),
    "offers.*.min_commitment": ("offers.lease.min_commitment", 3),
    "offers.*.commitment": ("offers.lease.commitment", "obliged", {"offers.lease.min_commitment": 3}),
    "offers.*.available_from": ("offers.buy.available_from", "2024Q2"),
    "offers.*.available_until": ("offers.buy.available_until", "2024Q2"),
    "offers.*.availability": ("offers.buy.availability", 0.9),
    "offers.*.includes_power": ("offers.buy.includes_power", True),
    "offers.*.pool": ("offers.cards.pool", {"nodes": 30, "availability": 0.7}),
    "offers.*.pool.nodes": ("offers.cards.pool.nodes", 30),
    "offers.*.pool.availability": ("offers.cards.pool.availability", 0.5),
    "offers.*.pool.confidence": ("offers.cards.pool.confidence", 0.99),
    "offers.*.pool.correlation": ("offers.cards.pool.correlation", 0.1),
    "offers.*.pool.verification_overhead": ("offers.cards.pool.verification_overhead", 1.5),
    "offers.*.pool.churn_per_hour": ("offers.cards.pool.churn_per_hour", 0.1, {"offers.cards.pool.job_hours": 1}),
    "offers.*.pool.job_hours": ("offers.cards.pool.job_hours", 1, {"offers.cards.pool.churn_per_hour": 0.1}),
    "offers.*.pool.restart_hours": ("offers.cards.pool.restart_hours", 1, {"offers.cards.pool.churn_per_hour": 0.1}),
    "offers.*.work": ("offers.api.work", {"video": {"price_per_unit": 0.4}}, SELLS),
    "offers.*.work.*.price_per_unit": ("offers.api.work.video.price_per_unit", 0.4, SELLS),
    "offers.*.work.*.capacity_per_hour": ("offers.api.work.video.capacity_per_hour", 30, SELLS),
    "offers.*.work.*.capacity_by_site": ("offers.api.work.video.capacity_by_site", {"lab": 5}, SELLS),
    "offers.*.work.*.carbon_g_per_unit": ("offers.api.work.video.carbon_g_per_unit", 5, SELLS),
    "offers.*.integer": ("offers.buy.integer", True),
    "offers.*.currency": ("offers.buy.currency", "EUR", EURO),
    "supply": ("supply", {"all": {"maker": "m1", "units": 3}}),
    "supply.*.maker": ("supply.all.maker", "m2", LIMIT),
    "supply.*.device": ("supply.all.device", "card", {"supply": {"all": {"device": "gpu", "units": 6}}}),
    "supply.*.offers": ("supply.all.offers", ["buy"], {"supply": {"all": {"offers": ["buy", "lease"], "units": 6}}}),
    "supply.*.units": ("supply.all.units", 5, LIMIT),
    "supply.*.units_per_year": (
        "supply.all.units_per_year",
        {"2024": 9},
        {"supply": {"all": {"maker": "m1", "units_per_year": {"2024": 8}}}},
    ),
    "supply.*.share": ("supply.all.share", 0.5, LIMIT),
    "supply.*.carry_over": ("supply.all.carry_over", True, LIMIT),
    "sites": ("sites.shed", {}),
    "sites.*.country": (
        "sites.lab.country",
        "FR",
        {"shares": {"part": {"country": "US", "max_share": 0.5}}, "sites.lab.country": "US"},
    ),
    "sites.*.node": ("sites.lab.node", "west", LINKS | {"workloads.video.max_latency_ms": 15}),
    "sites.*.access_ms": ("sites.lab.access_ms", 10, LINKS | {"workloads.video.max_latency_ms": 15}),
    "sites.*.distributed": ("sites.hall.distributed", True),
    "sites.*.latency_ms": ("sites.net.latency_ms", 10, {"workloads.video.max_latency_ms": 20}),
    "sites.*.power_mw": ("sites.lab.power_mw", 0.03),
    "sites.*.pue": ("sites.lab.pue", 1.3),
    "sites.*.peak_pue": ("sites.lab.peak_pue", 1.3),
    "sites.*.tariff_per_kwh": ("sites.lab.tariff_per_kwh", 0.2),
    "sites.*.carbon_g_per_kwh": ("sites.lab.carbon_g_per_kwh", 500),
    "sites.*.egress_per_gb": ("sites.lab.egress_per_gb", 0.1),
    "sites.*.fixed_cost_per_year": ("sites.lab.fixed_cost_per_year", 100),
    "sites.*.fixed_cost_per_mw_year": ("sites.lab.fixed_cost_per_mw_year", 100),
    "sites.*.siting": ("sites.lab.siting", "candidate"),
    "sites.*.opens": ("sites.lab.opens", "2024Q2"),
    "sites.*.opening_cost": ("sites.hall.opening_cost", 200, CANDIDATE),
    "sites.*.opening_cost_per_mw": ("sites.hall.opening_cost_per_mw", 200, CANDIDATE),
    "sites.*.can_close": ("sites.hall.can_close", True, CANDIDATE),
    "sites.*.closing_cost": ("sites.hall.closing_cost", 50, CLOSING),
    "sites.*.modules": ("sites.lab.modules", MODULES["sites.lab.modules"]),
    "sites.*.modules.*.mw": ("sites.lab.modules.block.mw", 0.02, MODULES),
    "sites.*.modules.*.cost": ("sites.lab.modules.block.cost", 200, MODULES),
    "sites.*.modules.*.build_months": ("sites.lab.modules.block.build_months", 3, MODULES),
    "sites.*.modules.*.max_count": ("sites.lab.modules.block.max_count", 3, MODULES),
    "sites.*.currency": ("sites.lab.currency", "EUR", EURO),
    "siting": ("siting", {"max_open": 0}, CANDIDATE),
    "siting.max_open": ("siting.max_open", 0, CANDIDATE),
    "network": ("network", LINKS["network"], {"workloads.video.max_latency_ms": 60}),
    "network.links": ("network.links.c", None, LINKS),
    "network.links.*.ends": ("network.links.a.ends", ["east", "hall"], LINKS | {"workloads.video.max_latency_ms": 15}),
    "network.links.*.from": ("network.links.b.from", "west", LINKS),
    "network.links.*.to": ("network.links.b.to", "west", LINKS),
    "network.links.*.directed": ("network.links.a.directed", True, LINKS),
    "network.links.*.latency_ms": ("network.links.a.latency_ms", 20, LINKS | {"workloads.video.max_latency_ms": 15}),
    "network.links.*.capacity_gbps": ("network.links.a.capacity_gbps", 1, LINKS | CAPACITY),
    "network.links.*.shared_capacity": (
        "network.links.a.shared_capacity",
        True,
        LINKS | CAPACITY | {"workloads.video.upload_gb_per_unit": 1},
    ),
    "network.links.*.price_per_gb": ("network.links.a.price_per_gb", 0.1, LINKS),
    "campaigns": ("campaigns", CAMPAIGN["campaigns"]),
    "campaigns.*.devices": (
        "campaigns.train.devices",
        ["card"],
        CHOSEN
        | {
            "offers.cards.kind": "lease",
            "offers.cards.sites": ["lab"],
            "offers.cards.pool": None,
            "offers.cards.term_months": 6,
        },
    ),
    "campaigns.*.units": ("campaigns.train.units", 3, CAMPAIGN),
    "campaigns.*.units_by_device": ("campaigns.train.units_by_device", {"gpu": 4}, CAMPAIGN),
    "campaigns.*.months": ("campaigns.train.months", 4, CAMPAIGN),
    "campaigns.*.sites": ("campaigns.train.sites", ["hall"], CAMPAIGN),
    "campaigns.*.start": ("campaigns.train.start", "2024Q2", CAMPAIGN),
    "campaigns.*.earliest": ("campaigns.train.earliest", "2024Q2", CAMPAIGN),
    "campaigns.*.deadline": ("campaigns.train.deadline", "2024Q2", CAMPAIGN),
    "campaigns.*.interconnect": ("campaigns.train.interconnect", ["none"], CHOSEN),
    "campaigns.*.value": ("campaigns.train.value", 5e4, CHOSEN),
    "enablements": ("enablements", PORT["enablements"]),
    "enablements.*.workload": (
        "enablements.port.workload",
        "text",
        PORT | {"workloads.text": TEXT},
    ),
    "enablements.*.maker": ("enablements.port.maker", "m1", PORT),
    "enablements.*.cost": ("enablements.port.cost", 20, PORT),
    "enablements.*.lead_time_months": ("enablements.port.lead_time_months", 3, PORT),
    "enablements.*.decision": ("enablements.port.decision", "never", PORT),
    "fleet": ("fleet", HELD["fleet"]),
    "fleet.*.offer": ("fleet.old.offer", "lease", HELD),
    "fleet.*.site": ("fleet.old.site", "hall", HELD),
    "fleet.*.units": ("fleet.old.units", 4, HELD),
    "fleet.*.age_months": ("fleet.old.age_months", 57, HELD),
    "orders": ("orders", ORDERED["orders"]),
    "orders.*.offer": ("orders.next.offer", "lease", ORDERED),
    "orders.*.site": ("orders.next.site", "hall", ORDERED),
    "orders.*.units": ("orders.next.units", 4, ORDERED),
    "orders.*.period": ("orders.next.period", "2024Q3", ORDERED),
    "orders.*.paid": ("orders.next.paid", True, ORDERED),
    "budgets": ("budgets", BUDGET["budgets"]),
    "budgets.*.limit": ("budgets.money.limit", 40000, BUDGET),
    "budgets.*.covers": ("budgets.money.covers", "capital", BUDGET),
    "budgets.*.per": ("budgets.money.per", "period", BUDGET),
    "shares": ("shares", SHARE["shares"]),
    "shares.*.of": ("shares.part.of", "power", SHARE),
    "shares.*.maker": ("shares.part.maker", "m2", SHARE),
    "shares.*.device": ("shares.part.device", "card", {"shares": {"part": {"device": "gpu", "max_share": 0.5}}}),
    "shares.*.offer": ("shares.part.offer", "lease", {"shares": {"part": {"offer": "buy", "max_share": 0.5}}}),
    "shares.*.site": ("shares.part.site", "hall", {"shares": {"part": {"site": "lab", "max_share": 0.5}}}),
    "shares.*.country": ("shares.part.country", "US", {"shares": {"part": {"country": "DE", "max_share": 0.5}}}),
    "shares.*.workload": (
        "shares.part.workload",
        "text",
        {
            "workloads.text": TEXT,
            "shares": {"part": {"of": "work", "workload": "video", "maker": "m1", "max_share": 0.5}},
        },
    ),
    "shares.*.min_share": ("shares.part.min_share", 0.2, SHARE),
    "shares.*.max_share": ("shares.part.max_share", 0.4, SHARE),
    "carbon": ("carbon", {"price_per_tonne": 10}),
    "carbon.price_per_tonne": ("carbon.price_per_tonne", 10),
    "carbon.cap_tonnes": ("carbon.cap_tonnes", 10),
    "carbon.cap_tonnes_total": ("carbon.cap_tonnes_total", 10),
    "carbon.scope": ("carbon.scope", "own", {"carbon": {"price_per_tonne": 10}}),
    "comparisons": ("comparisons", COMPARE["comparisons"], CHAINS),
    "comparisons.*.left": ("comparisons.test.left", 7, COMPARE),
    "comparisons.*.right": ("comparisons.test.right", 7, COMPARE),
    "comparisons.*.unit": ("comparisons.test.unit", "cards", COMPARE),
    "comparisons.*.left_name": ("comparisons.test.left_name", "what is asked for", COMPARE),
    "comparisons.*.right_name": ("comparisons.test.right_name", "what there is", COMPARE),
    "solver": ("solver", {"seed": 3}),
    "solver.name": ("solver.name", "glop"),
    "solver.time_limit_seconds": ("solver.time_limit_seconds", 5),
    "solver.gap": ("solver.gap", 0.01),
    "solver.threads": ("solver.threads", 2),
    "solver.seed": ("solver.seed", 3),
    "solver.break_ties": ("solver.break_ties", False),
    "report": ("report", {"earliest_date": True}),
    "report.earliest_date": ("report.earliest_date", True),
    "report.unit_cost": ("report.unit_cost", "text", {"workloads.text": TEXT}),
    "expect": ("expect", EXPECT["expect"], CHAINS),
    "expect.status": ("expect.status", "infeasible", {"expect": {"source": "a sum"}}),
    "expect.objective": ("expect.objective", 2, EXPECT),
    "expect.tolerance": ("expect.tolerance", 0.1, EXPECT),
    "expect.served_fraction": ("expect.served_fraction", 0.2, EXPECT),
    "expect.chains": ("expect.chains", {"need/start": 5}, EXPECT),
    "expect.origin": ("expect.origin", "by-hand", EXPECT),
    "expect.source": ("expect.source", "a book", EXPECT),
    "expect.objective.value": ("expect.objective.value", 2, OWN),
    "expect.objective.tolerance": ("expect.objective.tolerance", 0.1, OWN),
    "expect.objective.origin": ("expect.objective.origin", "published", OWN),
    "expect.objective.source": ("expect.objective.source", "a book", OWN),
    "expect.served_fraction.value": ("expect.served_fraction.value", 0.2, OWN),
    "expect.served_fraction.tolerance": ("expect.served_fraction.tolerance", 0.2, OWN),
    "expect.served_fraction.origin": ("expect.served_fraction.origin", "published", OWN),
    "expect.served_fraction.source": ("expect.served_fraction.source", "a book", OWN),
    "expect.chains.*.value": ("expect.chains.need.value", 5, OWN),
    "expect.chains.*.tolerance": ("expect.chains.need.tolerance", 0.1, OWN),
    "expect.chains.*.origin": ("expect.chains.need.origin", "published", OWN),
    "expect.chains.*.source": ("expect.chains.need.source", "a book", OWN),
    "expect.tables": ("expect.tables", {"served": [CELL]}, {"expect": {}}),
    "expect.tables.*[].where": ("expect.tables.served", [CELL | {"where": {"site": "lab"}}], CELLS),
    "expect.tables.*[].column": ("expect.tables.served", [CELL | {"column": "latency_ms"}], CELLS),
    "expect.tables.*[].aggregate": ("expect.tables.served", [CELL | {"aggregate": "max"}], CELLS),
    "expect.tables.*[].value": ("expect.tables.served", [CELL | {"value": 4}], CELLS),
    "expect.tables.*[].tolerance": ("expect.tables.served", [CELL | {"tolerance": 0.1}], CELLS),
    "expect.tables.*[].origin": ("expect.tables.served", [CELL | {"origin": "by-hand"}], CELLS),
    "expect.tables.*[].source": ("expect.tables.served", [CELL | {"source": "a book"}], CELLS),
    "expect.conflict": ("expect.conflict", ["b"], NO_PLAN),
}

CASES |= {
    "workloads.*.single_source": ("workloads.video.single_source", True),
    "sites.*.grid": (
        "sites.lab.grid",
        "south",
        {"sites.lab.grid": "north", "sites.hall.grid": "north", "survive": {"loss": {"any_one": "grid", "share": 0.9}}},
    ),
    "network.file": ("network.file", NETWORK_FILE),
    "network.each": ("network.each", {"use_cost": 70}, {"network.file": NETWORK_FILE}),
    "network.links.*.modules": ("network.links.a.modules", {"wave": {"gbps": 1, "max_count": 2}}, LINKS | CAPACITY),
    "network.links.*.modules.*.gbps": ("network.links.a.modules.wave.gbps", 2, LIT),
    "network.links.*.modules.*.cost": ("network.links.a.modules.wave.cost", 2, LIT),
    "network.links.*.modules.*.build_months": ("network.links.a.modules.wave.build_months", 3, LIT),
    "network.links.*.modules.*.max_count": ("network.links.a.modules.wave.max_count", 3, LIT),
    "network.links.*.use_cost": ("network.links.a.use_cost", 100, LINKS),
    "network.links.*.price_per_gbps_hour": ("network.links.a.price_per_gbps_hour", 1, LINKS),
    "traffic": ("traffic", TRUNK["traffic"], LINKS),
    "traffic.*.from": ("traffic.copy.from", "west", TRUNK),
    "traffic.*.to": ("traffic.copy.to", "west", TRUNK),
    "traffic.*.gbps": ("traffic.copy.gbps", 2, TRUNK),
    "traffic.*.max_latency_ms": ("traffic.copy.max_latency_ms", 30, TRUNK),
    "traffic.*.paths": (
        "traffic.copy.paths",
        1,
        TRUNK | {"traffic.copy.max_latency_ms": 90, "network.links.d": {"ends": ["east", "hall"], "latency_ms": 25}},
    ),
    "traffic.*.unmet_penalty_per_gb": ("traffic.copy.unmet_penalty_per_gb", 0.1, TRUNK),
    "survive": ("survive", LOSS["survive"]),
    "survive.*.any_one": ("survive.loss.any_one", "maker", LOSS),
    "survive.*.among": ("survive.loss.among", ["hall"], LOSS),
    "survive.*.share": ("survive.loss.share", 0.5, LOSS),
    "survive.*.share_by_workload": ("survive.loss.share_by_workload", {"video": 0.3}, LOSS),
    "survive.*.start": (
        "survive.loss.start",
        "2024Q3",
        SCARCE | {"survive": {"loss": {"any_one": "maker", "share": 0.9}}},
    ),
}

# Parts of a demand, alone and in a list.
_DEMAND: dict[str, tuple[Any, Plain]] = {
    "name": ("share", {"total": 100, "split": "users"}),
    "by_region": ({"east": 5}, {"by_region": {"east": 6}}),
    "total": (50, {"total": 100, "split": "users"}),
    "chain": ("first", {"chain": "need", "split": "users"}),
    "split": ({"east": 1}, {"total": 100, "split": "users"}),
    "per": ("day", {"total": 100, "split": "users"}),
    "times": (0.5, {"total": 100, "split": "users"}),
}
for _key, (_value, _part) in _DEMAND.items():
    CASES[f"workloads.*.demand.{_key}"] = (
        f"workloads.video.demand.{_key}",
        _value,
        CHAINS | {"workloads.video.demand": _part},
    )
    CASES[f"workloads.*.demand[].{_key}"] = (
        f"workloads.video.demand.0.{_key}",
        _value,
        CHAINS | {"workloads.video.demand": [_part]},
    )

# Operands: wherever a factor can stand, the result of a chain, of one of its steps, or a sum can.
_PLACES = {f"chains.*.steps[].{key}": f"chains.need.steps.1.{key}" for key in ("times", "divide", "plus", "minus")}
_PLACES |= {"chains.*.steps[].value": "chains.need.steps.0.value"}
_PLACES |= {f"comparisons.*.{side}": f"comparisons.test.{side}" for side in ("left", "right")}
_OTHER: Plain = {"chains.other": {"steps": [{"name": "x", "value": 9}, {"name": "y", "times": 2}]}}
for _field, _place in _PLACES.items():
    _before = COMPARE | _OTHER
    if "steps.1" in _place:
        _before = _before | {"chains.need.steps.1": {"name": "then"}}
    _ref = {"chain": "first", "step": "y"}
    CASES[f"{_field}.chain"] = (f"{_place}.chain", "other", _before | {_place: _ref})
    CASES[f"{_field}.step"] = (f"{_place}.step", "x", _before | {_place: _ref})
    CASES[f"{_field}.sum"] = (f"{_place}.sum", [1, 2], _before | {_place: {"sum": [4]}})
    CASES[f"{_field}.sum[].chain"] = (f"{_place}.sum.0.chain", "other", _before | {_place: {"sum": [_ref]}})
    CASES[f"{_field}.sum[].step"] = (f"{_place}.sum.0.step", "x", _before | {_place: {"sum": [_ref]}})

# What is said about a thing, and what it is called in texts.
_THINGS: dict[str, tuple[str, Plain]] = {
    "regions": ("regions.east", {}),
    "chains": ("chains.need", CHAINS),
    "workloads": ("workloads.video", {}),
    "devices": ("devices.gpu", {}),
    "offers": ("offers.cards", {}),
    "sites": ("sites.lab", {}),
    "campaigns": ("campaigns.train", CAMPAIGN),
    "supply": ("supply.all", LIMIT),
    "network.links": ("network.links.a", LINKS),
    "enablements": ("enablements.port", PORT),
    "fleet": ("fleet.old", HELD),
    "orders": ("orders.next", ORDERED),
    "budgets": ("budgets.money", BUDGET),
    "shares": ("shares.part", SHARE),
    "traffic": ("traffic.copy", TRUNK),
    "survive": ("survive.loss", LOSS),
    "comparisons": ("comparisons.test", COMPARE),
}
LABELLED = ("regions", "chains", "workloads", "devices", "offers", "sites", "campaigns")
for _field, (_place, _before) in _THINGS.items():
    if _field in LABELLED:
        CASES[f"{_field}.*.label"] = (f"{_place}.label", "Another name", _before)
    CASES[f"{_field}.*.source"] = (f"{_place}.source", "a paper", _before)
    CASES[f"{_field}.*.note"] = (f"{_place}.note", "rounded", _before)
CASES["regions.*.label"] = (
    "regions.east.label",
    "Another name",
    LINKS | {"workloads.video.unmet_penalty": None, "workloads.video.max_latency_ms": 1},
)
for _place in ("regions.east", "sites.lab"):
    for _key in ("latitude", "longitude"):
        CASES[f"{_place.split('.', maxsplit=1)[0]}.*.{_key}"] = (f"{_place}.{_key}", 10)

KEPT = (".source", ".note", ".latitude", ".longitude", ".demand.name", ".demand[].name")
"""Fields that the plan only keeps, for its readers: a map, an appendix of sources; or by which `--set` finds a part."""


def with_changes(base: Plain, changes: Plain) -> Plain:
    """Return plain data with values set at dotted paths; None takes a key away."""
    changed = deepcopy(base)
    for path, value in changes.items():
        *above, last = path.split(".")
        node: Any = changed
        for part in above:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        if isinstance(node, list):
            node[int(last)] = deepcopy(value)
        elif value is None:
            node.pop(last, None)
        else:
            node[last] = deepcopy(value)
    return changed


def pair(field: str) -> tuple[Plain, Plain]:
    """Return two scenarios that differ in the field alone."""
    path, value, *before = CASES[field]
    base = with_changes(BASE, before[0] if before else {})
    return base, with_changes(base, {path: value})
