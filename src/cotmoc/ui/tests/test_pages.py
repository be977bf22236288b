from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template.loader import render_to_string
from django.test import RequestFactory

from cotmoc.ui.gallery import demo_shell, gallery

STATIC = Path(__file__).parents[1] / "static/ui"


class Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "id"]


def test_the_gallery_shows_every_component_and_repeats_no_id():
    request = RequestFactory().get("/gallery")
    request.session = {}
    request._messages = FallbackStorage(request)
    html = gallery(request).content.decode()
    ids = Ids()
    ids.feed(html)
    assert len(ids.found) == len(set(ids.found))
    for part in (
        "standing-bar",
        "bullet",
        "dot-map",
        "spark",
        "pager",
        "filters",
        "field",
        "empty",
    ):
        assert part in html


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_page_needs_nothing(code):
    html = render_to_string(f"{code}.html")
    assert str(code) in html
    assert 'href="/"' in html


@pytest.mark.parametrize("code", [403, 404])
def test_an_error_page_keeps_the_frame_of_somebody_inside(code):
    html = render_to_string(f"{code}.html", {"shell": demo_shell()})
    assert 'class="tabbar"' in html
    assert "Nguyễn Thị Dung" in html


def test_the_kit_weighs_little():
    sizes = {path.name: path.stat().st_size for path in STATIC.rglob("*") if path.is_file()}
    own = {name for name in sizes if name.startswith("confirm.")}  # one page alone loads them
    assert sum(size for name, size in sizes.items() if name not in own) < 100_000
