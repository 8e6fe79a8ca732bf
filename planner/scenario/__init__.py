"""Scenarios: from files to validated, immutable data."""
