"""Scenarios held to what they state: the figures of a plan against `expect`, and one solver against another."""
