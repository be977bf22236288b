"""What programmes leaves to whoever does long work."""

from collections.abc import Callable

# What takes an upload (by its number) in hand to read it, set when the program starts.
readings: list[Callable[[int], None]] = []
