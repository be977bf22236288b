"""Published results: brought in with their source, drawn over the years and over mergers."""
