"""Web pages and Markdown: what is read of them and what is not."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest

from cotmoc.plantext import UnreadableText
from cotmoc.plantext.source import load_bytes

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Báo</title><style>p{}</style></head><body>
<nav><a href="/">Trang chủ 50%</a></nav>
<div class="menu"><a>Tin tức</a><a>Văn bản</a><a>Liên hệ</a><a>Hỏi đáp</a></div>
<h1>Kế hoạch năm 2026</h1>
<article>
 <p>Đạt&nbsp;tối thiểu <b>90</b>%
    hồ&shy; sơ&sup2;<sup>1</sup>.<br>Dòng hai</p>
 <ul><li>Cấp tỉnh 95%<ul><li>trong đó 80%</li></ul></li><li>Cấp xã</li></ul>
 <ol type="a" start="2"><li>Hai</li><li value="5">Năm</li></ol>
 <div style="display:none">Ẩn 10%</div><script>var x = "20%";</script>
 <table><tr><th rowspan="2">STT</th><th colspan="2">Giao</th></tr>
 <tr><td>2025</td><td>2026</td></tr><tr><td>1</td><td>80%</td><td><p>90%</p><p>95%</p></td></tr>
 </table>
 <table><tr><td><p>Chỉ để dàn trang</p></td></tr></table>
</article><footer>Bản quyền 2026</footer></body></html>"""


def test_a_page_gives_its_article() -> None:
    source = load_bytes(PAGE.encode(), "trang.txt")
    assert (source.format, source.encoding) == ("html", "utf-8")
    assert source.text == (
        "Kế hoạch năm 2026\nĐạt tối thiểu 90% hồ sơ².\nDòng hai\n- Cấp tỉnh 95%\n+ trong đó 80%\n"
        "- Cấp xã\nb) Hai\ne) Năm\n\nSTT\nGiao\n2025\n2026\n1\n80%\n90%\n95%\n\n"
        "Chỉ để dàn trang\n"
    )
    (table,) = source.tables
    assert [(at.row, at.column, at.row_span, at.column_span) for at in table.cells] == [
        *((1, 1, 2, 1), (1, 2, 1, 2), (2, 2, 1, 1), (2, 3, 1, 1)),
        *((3, 1, 1, 1), (3, 2, 1, 1), (3, 3, 1, 1)),
    ]
    assert source.text[table.cells[-1].start : table.cells[-1].end] == "90%\n95%"


def test_menus_are_dropped_and_said_but_lists_of_documents_are_not() -> None:
    menu = "<ul>" + "<li><a>Mục</a></li>" * 9 + "</ul>"
    named = "<ul>" + "<li><a>Quyết định số 1/QĐ-UBND</a> về mục tiêu 90% hồ sơ</li>" * 5 + "</ul>"
    source = load_bytes(f"<html><body>{menu}<p>Chữ</p>{named}".encode(), "a")
    assert source.notes == ("navigation_removed",)
    assert "Mục" not in source.text
    assert source.text.count("mục tiêu 90%") == 5


@pytest.mark.parametrize("name", ["utf-16", "utf-8-sig", "cp1258"])
def test_the_encoding_of_a_page_is_found(name: str) -> None:
    words = "Tài sản" if name == "cp1258" else "Kế hoạch chuyển đổi số"
    page = f'<html><head><meta charset="windows-1258"></head><body><p>{words}</p></body></html>'
    raw = page.replace("ả", "a\u0309").encode(name)
    assert load_bytes(raw, "a").text == words + "\n"


def test_what_breaks_rules_is_still_read() -> None:
    raw = "<p>Một<p>Hai<td>Ba</table></div><b>Bốn <script>"
    assert load_bytes(f"<html>{raw}".encode(), "a").text.split("\n")[0] == "Một"
    assert "Bốn" in load_bytes(f"<html>{raw}".encode(), "a").text


def test_deep_nesting_is_refused_or_read_but_never_crashes() -> None:
    for tag in ("div", "table><tr><td", "ul><li", "b"):
        raw = f"<html><body><p>Chữ{f'<{tag}>' * 30_000}sâu".encode()
        with suppress(UnreadableText):
            assert "Chữ" in load_bytes(raw, "a").text


def test_huge_spans_make_no_huge_table() -> None:
    row = '<tr><td rowspan="99999" colspan="3">a</td><td colspan="99999">b</td></tr>'
    source = load_bytes(f"<html><table>{row * 40}</table>".encode(), "a")
    assert source.text.count("b") == 40
    grid = source.tables[0].grid()
    assert len(grid) == 40
    assert len(grid[0]) <= 100


MARKDOWN = """# Kế hoạch **chuyển đổi số**

## I. Mục tiêu
* Đạt *tối thiểu* [90%](http://x.vn) hồ sơ \\*
  * cấp xã `80%`

| STT | Chỉ tiêu | Giao |
|----:|:--------|:----:|
| 1 | Hồ sơ \\| trực tuyến | **90%** |
| 2 | Internet<br>cáp quang |  |

---
Hết
"""


def test_markdown_loses_its_signs_and_keeps_its_tables() -> None:
    source = load_bytes(MARKDOWN.encode(), "ke-hoach")
    assert source.format == "markdown"
    assert source.text == (
        "Kế hoạch chuyển đổi số\n\nI. Mục tiêu\n- Đạt tối thiểu 90% hồ sơ *\n+ cấp xã 80%\n\n"
        "STT\nChỉ tiêu\nGiao\n1\nHồ sơ | trực tuyến\n90%\n2\nInternet\ncáp quang\n\nHết\n"
    )
    (table,) = source.tables
    assert [source.text[at.start : at.end] for at in table.cells][-2:] == [
        *("Internet\ncáp quang", ""),
    ]


def test_plain_text_with_stars_stays_as_it_is() -> None:
    words = "* Về chính quyền số\n- 90% hồ sơ **\n# ghi chú"
    source = load_bytes(words.encode(), "a.md")
    assert (source.format, source.text) == ("txt", words)


def test_a_page_that_word_saved_in_one_file_is_read() -> None:
    page = "<html><head><meta charset=utf-8></head><body><p>Kế hoạch 90%</p></body></html>"
    saved = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=cat\r\n\r\n--cat\r\n"
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.b64encode(page.encode()).decode()}\r\n--cat--"
    )
    source = load_bytes(saved.encode(), "ke-hoach.doc")
    assert (source.format, source.text) == ("html", "Kế hoạch 90%\n")
    nested = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\n" * 5_000
    with pytest.raises(UnreadableText):
        load_bytes(nested.encode(), "a.doc")
