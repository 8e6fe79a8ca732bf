"""Sweeps: one scenario with many sets of numbers, each point a what-if, all of them one table."""
