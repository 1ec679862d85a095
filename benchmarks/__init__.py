"""Measurements; each prints JSON on stdout."""
