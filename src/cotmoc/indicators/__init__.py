"""Indicator definitions, their expressions, and a plain evaluator. Pure: no I/O, no Django."""
