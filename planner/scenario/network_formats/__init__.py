"""The formats of network files, one to a file; `planner.scenario.networks` chooses between them."""
