"""Where a series will stand at the end of the year, how sure that is, and what it would take."""
