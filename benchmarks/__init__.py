"""Benchmarks of building and solving: `python -m benchmarks.build` and `python -m benchmarks.start`."""
