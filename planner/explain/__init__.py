"""Plans that explain themselves: readers of plans that answer one question each (docs/explain.md)."""
