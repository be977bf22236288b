"""A plain limit of requests per person and minute."""

import time

from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from cotmoc.rest.auth import viewer

WINDOW = 60


class PerMinute(BaseThrottle):
    """So many requests a person may make in one minute of the clock, by token and session together.

    Counted in Django's cache: with the default in-memory cache each server process counts alone.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def allow_request(self, request: HttpRequest) -> bool:
        key = f"rest:{viewer(request).pk}:{int(time.time()) // WINDOW}"
        cache.add(key, 0, 2 * WINDOW)
        try:
            return cache.incr(key) <= self.limit
        except ValueError:  # the entry was evicted between the two steps: nothing to count
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return WINDOW - time.time() % WINDOW
