"""From places on the globe to places on a small drawing."""

from collections.abc import Sequence
from math import cos, radians

WIDTH = 360.0
MARGIN = 14.0


def project(places: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], int]:
    """Lay (latitude, longitude) pairs out on a drawing 360 wide, north up, shapes kept.

    Returns the points in the order given and the drawing's height. Good for one province: degrees
    are scaled by the cosine of its middle latitude.
    """
    if not places:
        return [], int(WIDTH * 0.6)
    latitudes = [latitude for latitude, _ in places]
    longitudes = [longitude for _, longitude in places]
    north, south = max(latitudes), min(latitudes)
    west, east = min(longitudes), max(longitudes)
    squeeze = cos(radians((north + south) / 2))
    wide = max((east - west) * squeeze, 1e-6)
    tall = max(north - south, 1e-6)
    # A province that is much taller than wide is fitted by its height.
    scale = min((WIDTH - 2 * MARGIN) / wide, (1.25 * WIDTH - 2 * MARGIN) / tall)
    left = (WIDTH - wide * scale) / 2
    points = [
        (
            round(left + (longitude - west) * squeeze * scale, 1),
            round(MARGIN + (north - latitude) * scale, 1),
        )
        for latitude, longitude in places
    ]
    return points, int(tall * scale + 2 * MARGIN)
