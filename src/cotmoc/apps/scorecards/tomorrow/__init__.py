"""What to do tomorrow: points lost, what if, tasks proposed, the end of the year."""
