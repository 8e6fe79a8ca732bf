"""Two plans, or scenarios, side by side: what was changed, what moved, and which change costs how much."""
