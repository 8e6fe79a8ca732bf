"""Proof of a plan that a reader can check without a solver: certificates made, stored and verified."""
