"""Composite indices as data: their definitions, scoring rules and scores. Pure."""
