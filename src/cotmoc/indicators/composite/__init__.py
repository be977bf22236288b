"""Composite indices beyond the law, as in the OECD/JRC handbook: units × indicators in, normalised
values, aggregates, ranks and how sure those are out. Pure; floats, since nothing here is points."""
