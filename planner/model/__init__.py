"""The programme: decisions, rules and costs, built from arrays."""
