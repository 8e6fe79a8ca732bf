"""The plan: plain tables, prices, limits and words."""
