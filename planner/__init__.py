"""An optimisation-based capacity planner for AI compute."""
