"""Capacitated facility location, solved exactly by an algorithm of its own."""
