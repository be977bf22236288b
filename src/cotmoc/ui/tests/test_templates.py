"""The content policy refuses inline style and script; no template may lean on them."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2]
TEMPLATES = sorted(SOURCE.glob("**/templates/**/*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"""[\s"']style\s*=""", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline handler": re.compile(r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "another host": re.compile(
        r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?:https?:)?//""", re.I
    ),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_keeps_to_the_content_policy(path):
    text = path.read_text("utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_the_walk_finds_the_kit():
    assert len(TEMPLATES) > 20
