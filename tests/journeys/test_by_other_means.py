"""Without script, by keyboard alone, on a narrow screen, on a slow line, on paper."""

import re

import pytest
from playwright.sync_api import expect

NARROW = {"width": 360, "height": 780}
FIRST_VISIT_BYTES = 300_000


@pytest.fixture
def plain(visitor_of):
    """Dung, with a browser that runs no script."""
    return visitor_of("to-giup-viec", java_script_enabled=False)


def test_the_dashboard_works_without_script(plain, demo):
    plain.open("/")
    assert str(demo.counts["targets"]) in plain.find(".say").inner_text()
    plain.find("#indicator").select_option("dossiers_paid_online")
    plain.follow(plain.find(".choose button"))
    assert "indicator=dossiers_paid_online" in plain.path
    assert plain.find("#indicator").input_value() == "dossiers_paid_online"


def test_lists_are_narrowed_by_a_button_without_script(plain):
    plain.open("/targets/")
    plain.find("[name=state]").select_option("behind")
    plain.follow(plain.find(".filters .apply"))
    assert "state=behind" in plain.path
    assert set(plain.find("#targets .state").all_inner_texts()) == {
        plain.find("[name=state] option:checked").inner_text()
    }
    plain.follow(plain.find("#targets-chips a.clear"))
    assert plain.find("#targets tbody tr").count() > 30


def test_a_target_opens_down_to_the_file_without_script(plain):
    plain.open("/targets/?state=behind")
    plain.follow(plain.find("#targets td.name a").first)
    plain.follow(plain.find(".lede .actions a.primary"))
    plain.follow(plain.find("#observations a[href*='/sources/']").first)
    expect(plain.find("tr.chosen")).to_have_count(1)


def test_the_menus_open_without_script(plain, screen):
    plain.open("/targets/")
    menu = plain.find(f"{'.all' if screen == 'phone' else '.me'} summary")
    menu.click()
    expect(plain.find("a[href='/account/']:visible")).to_have_count(1)
    menu.click()
    plain.find(".export summary").click()
    with plain.page.expect_download() as download:
        plain.find(".export a[href*='export=csv']").click()
    assert download.value.suggested_filename == "chi-tieu-2026.csv"


def test_the_keyboard_comes_first_to_the_content(dung):
    dung.open("/")
    dung.page.keyboard.press("Tab")
    skip = dung.find("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    dung.page.keyboard.press("Enter")
    expect(dung.find("#content")).to_be_focused()


def test_a_stroke_begins_the_search_and_enter_finds_without_accents(dung, screen):
    dung.open("/")
    if screen == "phone":
        dung.follow(dung.find(".find-link"))
    dung.page.keyboard.press("/")
    expect(dung.find("input[type=search]:visible")).to_be_focused()
    dung.page.keyboard.type("viet tri")
    with dung.page.expect_navigation():
        dung.page.keyboard.press("Enter")
    dung.look()
    assert re.search(r"/search/\?q=viet(\+|%20)tri", dung.path)
    body = dung.find("main a[href^='/organisations/']", has_text="Phường Việt Trì")
    expect(body).to_have_count(1)
    dung.follow(body)
    expect(dung.find("h1")).to_have_text("Phường Việt Trì")


def test_a_stroke_in_a_field_is_only_a_stroke(dung):
    dung.open("/targets/")
    dung.find(".filters [name=q]").focus()
    dung.page.keyboard.press("/")
    expect(dung.find(".filters [name=q]")).to_have_value("/")


def test_an_open_menu_closes_by_escape_and_gives_the_focus_back(dung):
    dung.open("/targets/")
    summary = dung.find(".export summary")
    summary.focus()
    dung.page.keyboard.press("Enter")
    expect(dung.find(".export[open]")).to_have_count(1)
    dung.page.keyboard.press("Tab")
    dung.page.keyboard.press("Escape")
    expect(dung.find(".export[open]")).to_have_count(0)
    expect(summary).to_be_focused()


def each_page(visitor_of, shots, viewport):
    """A visitor of the right role on every page worth looking at, one after the other."""
    visitors = {}
    for shot in shots:
        role, path = shot["role"], shot["path"]
        if role not in visitors:
            visitors[role] = visitor_of(role, viewport)
        visitor = visitors[role]
        if "lang=en" in path:
            visitor.context.add_cookies(
                [{"name": "language", "value": "en", "url": visitor.address}]
            )
            path = path.split("?")[0]
        status = {"forbidden": 403, "not-found": 404}.get(shot["name"], 200)
        visitor.open(path, status)
        yield shot["name"], visitor
        visitor.context.clear_cookies(name="language")


@pytest.mark.parametrize("screen", ["phone"])
def test_no_page_is_wider_than_a_narrow_phone(visitor_of, shots, screen):
    too_wide = []
    for name, visitor in each_page(visitor_of, shots, NARROW):
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            too_wide.append(f"{name} ({visitor.path}): {width}")
    assert not too_wide


@pytest.mark.parametrize("screen", ["desktop"])
def test_no_page_has_a_barrier_on_a_desk(visitor_of, shots, screen):
    assert len([name for name, _visitor in each_page(visitor_of, shots, None)]) == len(shots)


def test_the_first_visit_of_the_dashboard_weighs_little(dung):
    dung.answers.clear()
    dung.page.goto(dung.address + "/", wait_until="networkidle")
    weights = {answer.url: len(answer.body()) for answer in dung.answers}
    assert sum(weights.values()) <= FIRST_VISIT_BYTES, weights
    assert len(weights) <= 10


def test_the_dashboard_prints_on_one_sheet(dung):
    dung.open("/")
    dung.page.emulate_media(media="print")
    sheets = re.findall(rb"/Type\s*/Page\b", dung.page.pdf(format="A4"))
    assert len(sheets) == 1
