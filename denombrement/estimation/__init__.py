"""Persons nobody saw, communes that did not take part, two campaigns."""
