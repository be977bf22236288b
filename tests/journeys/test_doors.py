"""Who comes in by which door: citizens, reporters, the auditor, and somebody who guesses."""

import re

import pytest
from playwright.sync_api import expect


def test_em_reads_what_is_published_without_an_account(em, demo):
    em.open("/")
    assert em.path == "/public/"
    assert em.find("tbody tr").count() == demo.counts["targets"]
    target = em.find("td.name a").nth(9)
    name = target.inner_text()
    em.follow(target)
    assert em.path.startswith("/public/targets/")
    assert em.find("h1").inner_text() == name
    assert em.find(".quote mark").count() == 1
    assert em.find("a[href*='/figures/'], a[href*='/sources/']").count() == 0


def test_who_was_asked_to_sign_in_lands_where_they_were_going(em):
    em.open("/targets/?state=behind")
    assert em.path.startswith("/sign-in/?next=")
    em.sign_in("so-nganh")
    assert em.path == "/targets/?state=behind"
    assert em.find("#targets tbody tr").count() > 0


def test_an_who_reports_may_not_read_the_journal(an):
    an.open("/")
    assert an.find("nav a[href='/journal/']").count() == 0
    an.open("/journal/", status=403)
    expect(an.find("main .code")).to_have_text("403")
    an.follow(an.find("main a.primary"))
    assert an.path == "/"


def test_giang_who_audits_reads_the_journal(giang):
    giang.open("/")
    assert giang.find(".side nav a[href='/journal/']").count() == 1
    giang.open("/journal/")
    assert giang.find("#entries code").count()
    for verb in ("plan.published", "figures.computed", "person.created"):
        giang.open(f"/journal/?q={verb}")
        assert verb in giang.find("#entries code").all_inner_texts()


def test_an_leaves_and_the_door_is_shut(visitor_of, screen):
    an = visitor_of()
    an.open("/sign-in/")
    an.sign_in("so-nganh")
    menu = ".all" if screen == "phone" else ".me"
    an.find(f"{menu} summary").click()
    an.look()
    an.follow(an.find(f"{menu} form[action='/sign-out/'] button"))
    assert an.path == "/public/"
    an.open("/account/")
    assert an.path == "/sign-in/?next=/account/"


def test_the_fifth_wrong_password_shuts_the_door_for_that_name_alone(em, screen):
    em.open("/sign-in/")
    for _attempt in range(4):
        em.sign_in(f"nguoi-la-{screen}", "khong-phai-mat-khau")
        expect(em.find("main [role=alert]")).to_be_visible()
    em.page.fill("input[name=username]", f"nguoi-la-{screen}")
    em.page.fill("input[name=password]", "khong-phai-mat-khau")
    em.follow(em.find("main button"), status=429)
    assert em.find("input[name=password]").count() == 0
    em.follow(em.find("main a.btn"))
    assert em.path == "/public/"
    em.open("/sign-in/")
    em.sign_in("so-nganh")
    assert em.path == "/"


ENGLISH = {
    "/targets/?state=behind": "reports",
    "/figures/dossiers_on_time/H44/2026-08/": "Dossiers handled on time",
}


@pytest.mark.parametrize("path", ENGLISH)
def test_the_language_changes_and_the_page_stays(dung, screen, path):
    frame = ".all" if screen == "phone" else "header .wide-only"

    def switch(code):
        if screen == "phone":
            dung.find(".all summary").click()
        dung.follow(dung.find(f"{frame} .languages button[value={code}]"))
        assert dung.path == path
        assert dung.find("html").get_attribute("lang") == code
        return dung.find("main").inner_text()

    dung.open(path)
    vietnamese = dung.find("main").inner_text()
    assert ENGLISH[path] not in vietnamese
    assert ENGLISH[path] in switch("en")
    assert switch("vi") == vietnamese


def test_the_language_keeps_what_was_narrowed_in_place(dung, screen):
    dung.open("/figures/")
    dung.find("[name=indicator]").select_option("dossiers_on_time")
    dung.find("[name=kind]").select_option("department")
    expect(dung.page).to_have_url(re.compile("kind=department"))
    if screen == "phone":
        dung.find(".all summary").click()
    frame = ".all" if screen == "phone" else "header .wide-only"
    dung.follow(dung.find(f"{frame} .languages button[value=en]"))
    assert "kind=department" in dung.path
    assert "indicator=dossiers_on_time" in dung.path
