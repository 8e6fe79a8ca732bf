"""What the tests of `planner check` share: small scenarios in a folder of their own, and the command line."""

import pytest

from tests.cli.conftest import TRANSPORT, planner  # noqa: F401

DANTZIG = TRANSPORT.read_text(encoding="utf-8").partition("expect:")[0]
"""Two plants, three markets: chicago is served from seattle and topeka from san-diego, at a cost of 153.675."""

STUCK = """
name: stuck
horizon: {start: 2024, period: hour, count: 1}
regions: {north: {}}
workloads:
  jobs: {unit: job, demand: {by_region: {north: 10}}, rate: {card: 5}}
devices: {card: {memory_gb: 24}}
offers:
  rent: {kind: on-demand, device: card, price_per_hour: 2, supply: 1}
sites: {hall: {}}
"""
"""Demand that must be served, and half the devices that it needs."""


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def dantzig(file):
    """Write the transport problem with what it expects, as YAML, and return its path."""
    return lambda expect, name="dantzig.yaml": file(name, f"{DANTZIG}\nexpect: {expect}\n")
