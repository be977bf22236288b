"""Dung tries what a commune would gain, with sliders, and begins with what wins most."""

from urllib.parse import parse_qs, urlsplit

import pytest

WHAT_IF = "/scorecards/qd766/cards/H44.100/what-if/"
LOST = "/scorecards/qd766/cards/H44.100/lost/"
# The dial of dossiers on time: 2.348 of 2.971.
DIAL = "th:has-text('Hồ sơ giải quyết đúng hạn')"
SLIDE = (
    "(slide, to) => { slide.value = to; slide.dispatchEvent(new Event('input', {bubbles: true})) }"
)


def total(page):
    return page.inner_text("#answer .big strong")


def test_the_answer_follows_the_slider_and_is_kept_as_a_scenario(dung):
    page = dung.open(WHAT_IF)
    now = total(page)
    row = dung.find("table.dials tbody tr", has=page.locator(DIAL)).first
    slide = row.locator("input[type=range]")
    assert slide.is_visible()
    with page.expect_response(lambda answer: "what-if" in answer.url):
        slide.evaluate(SLIDE, "2900")
    page.wait_for_function(f"document.querySelector('#answer .big strong').innerText != '{now}'")
    assert row.locator("[data-value]").input_value() == "2900"
    assert "19,52" in row.locator(".then").inner_text()
    assert "2900" in {value for values in asked(page).values() for value in values}
    dung.look()
    with page.expect_response(lambda answer: "what-if" in answer.url):
        row.locator("[data-value]").fill("99999")
    page.wait_for_selector("#answer [role=alert]")
    assert total(page) == now
    dung.look()
    with page.expect_response(lambda answer: "what-if" in answer.url):
        row.locator("[data-value]").fill("2900")
    page.wait_for_selector("#answer [role=alert]", state="detached")
    page.fill("#keep-name", "Giảm trễ hạn")
    dung.follow(dung.find("#keep button").first)
    assert "scenario" in asked(page)
    assert total(page) != now
    dung.open("/scorecards/scenarios/")


def asked(page):
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("screen", ["desktop"])
def test_without_script_numbers_are_written_and_a_button_computes(visitor_of, screen):
    dung = visitor_of("to-giup-viec", java_script_enabled=False)
    page = dung.open(WHAT_IF)
    now = total(page)
    row = dung.find("table.dials tbody tr", has=page.locator(DIAL)).first
    assert not row.locator("input[type=range]").is_visible()
    row.locator("[data-value]").fill("2900")
    dung.follow(dung.find("#assumed .apply-row button"))
    assert total(page) != now
    assert "19,52" in dung.find(".then:has(.was)").first.inner_text()


def test_one_click_proposes_a_task_and_another_takes_it_back(dung):
    page = dung.open(LOST)
    first = dung.find("table.lost tbody tr").first
    dung.follow(first.get_by_role("button"))
    assert page.url.endswith("#ON_TIME")
    again = dung.find("#ON_TIME")
    dung.open("/scorecards/proposals/")
    dung.open(LOST)
    dung.follow(again.get_by_role("button"))
    assert again.get_by_role("button").count() == 1
