"""Computes figures over fact tables: Parquet lake, Ibis on DuckDB. No Django."""
