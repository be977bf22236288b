"""Dung hands a document in and confirms it: by keys alone, beside a colleague, without script."""

import re

import pytest
from playwright.sync_api import expect

HEAD = """ỦY BAN NHÂN DÂN
TỈNH PHÚ THỌ
Số: {number}/KH-UBND
Phú Thọ, ngày 20 tháng 02 năm 2020

KẾ HOẠCH
Chuyển đổi số tỉnh Phú Thọ năm 2020 ({number})

II. MỤC TIÊU
1. Chính quyền số
"""
# Thirty promises without a doubt, of the kind that plans copy from one another.
SUBJECTS = [
    "hồ sơ thủ tục hành chính được giải quyết đúng hạn",
    "hồ sơ thủ tục hành chính được nộp trực tuyến",
    "văn bản trao đổi giữa các cơ quan được ký số",
    "cán bộ, công chức được tập huấn kỹ năng số",
    "hộ gia đình có kết nối băng rộng",
]
TARGETS = 30
PRESSES_A_TARGET = 2


def plan_text(number, targets=TARGETS):
    """A plan whose number tells it from others."""
    lines = [
        f"- Tối thiểu {60 + each}% {SUBJECTS[each % 5]} tại nhóm {each + 1} (chủ trì: Sở Nội vụ)."
        for each in range(targets)
    ]
    return HEAD.format(number=number) + "\n".join(lines) + "\n"


def hand_in(visitor, number, targets=TARGETS):
    """Through the page, as anybody does; gives the address of the confirming page."""
    visitor.open("/documents/upload/")
    words = plan_text(number, targets).encode()
    visitor.find("input[type=file]").set_input_files(
        {"name": f"ke-hoach-{number}.txt", "mimeType": "text/plain", "buffer": words}
    )
    visitor.follow(visitor.find("main form.upload button.primary"))
    assert re.fullmatch(r"/documents/\d+/confirm/", visitor.path)
    expect(visitor.find("article.row")).to_have_count(targets)
    return visitor.path


def decided(visitor):
    return visitor.find("#progress .how-far b")


def press(visitor, *keys):
    for key in keys:
        visitor.page.keyboard.press(key)


def choose_words(visitor, selector, words):
    """Select words with the mouse, as far as the page can tell."""
    visitor.page.evaluate(
        """([selector, words]) => {
          const walker = document.createTreeWalker(
            document.querySelector(selector), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + words.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return;
          }
          throw new Error("no such words");
        }""",
        [selector, words],
    )


@pytest.mark.parametrize("screen", ["desktop"])
def test_thirty_clean_targets_are_confirmed_by_keys(dung, record_property, screen):
    hand_in(dung, 101)
    began = dung.page.evaluate("performance.now()")
    presses = 0
    for _target in range(TARGETS):
        press(dung, "a")
        presses += 1
    everything = re.compile(rf"{TARGETS}\D+{TARGETS}")
    expect(decided(dung)).to_have_text(everything, timeout=30_000)
    assert dung.find("article.row.accepted").count() == TARGETS
    assert dung.find("#text-body mark.accepted").count() >= TARGETS
    button = dung.find("#finish button")
    button.focus()
    took = (dung.page.evaluate("performance.now()") - began) / 1000
    with dung.page.expect_navigation():
        press(dung, "Enter")
    presses += 1
    dung.look()
    assert re.fullmatch(r"/plans/\d+/", dung.path)
    assert dung.find(".line mark").count() >= TARGETS
    print(f"\n{TARGETS} targets confirmed: {presses} key presses, {took:.1f} s")
    record_property("key_presses", presses)
    record_property("browser_seconds", round(took, 2))
    assert presses <= PRESSES_A_TARGET * TARGETS


@pytest.mark.parametrize("screen", ["desktop"])
def test_every_step_is_done_by_keys(dung, screen):
    hand_in(dung, 102, 6)
    dung.look()
    press(dung, "j")
    rows = dung.find("article.row")
    expect(rows.nth(0)).to_be_focused()
    expect(dung.find("mark.chosen")).to_have_count(1)

    press(dung, "r")
    expect(rows.nth(0)).to_have_class(re.compile("rejected"))
    expect(rows.nth(1)).to_be_focused()
    expect(dung.find("#voice")).not_to_be_empty()
    press(dung, "u")
    expect(rows.nth(0)).to_have_class(re.compile("proposed"))
    expect(rows.nth(0)).to_be_focused()

    press(dung, "j", "e")
    expect(rows.nth(1).locator("textarea").first).to_be_focused()
    dung.look()
    rows.nth(1).locator("[name=value]").fill("nhiều")
    dung._refusals.add(dung.address + rows.nth(1).locator("form").get_attribute("hx-post"))
    press(dung, "Control+Enter")
    expect(rows.nth(1).locator(".problem")).to_have_count(1)
    dung.look()
    rows.nth(1).locator("[name=value]").fill("99,5")
    press(dung, "Control+Enter")
    expect(rows.nth(1).locator(".goal")).to_have_text(re.compile("99,5"))
    expect(rows.nth(2)).to_be_focused()

    press(dung, "s")
    expect(rows.nth(2).locator("[data-opened]")).to_have_count(1)
    dung.look()
    press(dung, "Escape")
    expect(rows.nth(2).locator("[data-opened]")).to_have_count(0)
    expect(rows.nth(2)).to_be_focused()
    choose_words(dung, f"#{rows.nth(2).get_attribute('id')} .q", "tại nhóm 3")
    press(dung, "s")
    expect(rows.nth(2).locator("[name=part]")).to_have_value("tại nhóm 3")
    rows.nth(2).locator("[name=part]").focus()
    press(dung, "Control+Enter")
    expect(rows).to_have_count(7)
    expect(rows.nth(3).locator(".q")).to_have_text("“tại nhóm 3”")
    dung.look()

    press(dung, "x", "j", "x", "m")
    expect(rows).to_have_count(6)
    expect(rows.nth(2).locator(".q")).to_have_text(re.compile("tại nhóm 3”$"))
    press(dung, "u")
    expect(rows).to_have_count(7)
    press(dung, "u")
    expect(rows).to_have_count(6)

    choose_words(dung, "#text-body", "Chính quyền số")
    press(dung, "n")
    expect(dung.find("#add [name=words]")).to_have_value("Chính quyền số")
    expect(dung.find("#add [name=kind]")).to_be_focused()
    dung.look()
    dung.find("#add [name=kind]").select_option("task")
    dung.find("#add [name=kind]").press("Control+Enter")
    expect(rows).to_have_count(7)
    expect(rows.nth(0).locator("textarea").first).to_be_focused()
    press(dung, "Escape")
    expect(rows.nth(0).locator("[data-opened]")).to_have_count(0)

    press(dung, "/")
    expect(dung.find(".filters [name=q]")).to_be_focused()
    dung.page.keyboard.type("nhom 5")
    expect(rows).to_have_count(1)
    press(dung, "Escape")
    press(dung, "a")
    expect(rows.nth(0)).to_have_class(re.compile("accepted"))
    press(dung, "?")
    expect(dung.find("#keys[open] summary")).to_be_focused()
    dung.look()


@pytest.mark.parametrize("screen", ["desktop"])
def test_two_people_see_each_others_steps_and_overwrite_nothing(dung, visitor_of, screen):
    address = hand_in(dung, 103, 4)
    quan = visitor_of("quan-tri")
    quan.open(address)
    press(dung, "a")
    expect(dung.find("article.row").first).to_have_class(re.compile("accepted"))
    first = quan.find("article.row").first
    quan._refusals.add(quan.address + f"{address}rows/{first.get_attribute('data-row')}/")
    first.focus()
    press(quan, "r")
    expect(first.locator(".alert")).to_have_count(1)
    expect(first).to_have_class(re.compile("accepted"))
    quan.look()
    press(quan, "u")
    expect(quan.find("#progress")).to_be_visible()


def test_without_script_a_plan_is_confirmed_by_forms(visitor_of, screen):
    plain = visitor_of("to-giup-viec", java_script_enabled=False)
    hand_in(plain, {"desktop": 104, "phone": 105}[screen], 3)
    plain.follow(plain.find("article.row button[value=accept]").first)
    plain.follow(plain.find("article.row button[value=reject]").first)
    plain.follow(plain.find("article.row.rejected button[value=reopen]"))
    plain.follow(plain.find("article.row [data-open=edit]").nth(1))
    plain.find("[data-opened] [name=value]").fill("70")
    plain.follow(plain.find("[data-opened] button.primary"))
    assert plain.find("article.row.accepted").count() == 2
    plain.follow(plain.find("#undo button"))
    assert plain.find("article.row.accepted").count() == 1
    plain.find("#add summary").click()
    plain.find("#add [name=words]").fill("Chính quyền số")
    plain.follow(plain.find("#add button"))
    assert plain.find("article.row").count() == 4
    plain.find("#leave-rest").check()
    plain.follow(plain.find("#finish button"))
    assert re.fullmatch(r"/plans/\d+/", plain.path)


def test_an_unreadable_file_says_what_to_do(dung, screen):
    dung.open("/documents/upload/")
    dung.find("input[type=file]").set_input_files(
        {"name": "anh.docx", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n\x00\x00"}
    )
    dung.follow(dung.find("main form.upload button.primary"))
    expect(dung.find(".alert.error")).to_have_count(1)
