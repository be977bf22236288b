"""Every component in every state, on one page: the catalogue for builders and the page that the
accessibility tests open."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cotmoc.ui.formats import percent
from cotmoc.ui.icons import ICONS
from cotmoc.ui.states import STATES

LONG = (
    "Tỷ lệ hồ sơ thủ tục hành chính được số hóa, ký số và tái sử dụng kết quả số hóa của các cơ "
    "quan chuyên môn thuộc Ủy ban nhân dân tỉnh và Ủy ban nhân dân cấp xã"
)
LEVELS = [("", _("All")), ("department", "Sở, ngành"), ("commune", "Cấp xã")]

BULLETS: list[dict[str, Any]] = [
    {"name": "Chậm", "value": Decimal("78.38"), "target": 95, "state": "behind"},
    {"name": "Đang tiến", "value": Decimal("57.2"), "target": 60, "state": "on_the_way"},
    {"name": "Đạt", "value": Decimal("98.09"), "target": 95, "state": "met"},
    {"name": "Bằng không", "value": 0, "target": 50, "state": "behind"},
    {"name": "Chưa có số liệu", "value": None, "target": 80, "state": "no_data"},
    {"name": "Vượt thang đo", "value": 131, "target": 100, "state": "met"},
    {"name": "Mục tiêu 100 %", "value": Decimal("99.5"), "target": 100, "state": "on_the_way"},
    {"name": "Càng thấp càng tốt, chậm", "value": 22, "target": 5, "state": "behind",
     "direction": "down", "maximum": 30},
    {"name": "Càng thấp càng tốt, đạt", "value": 3, "target": 5, "state": "met",
     "direction": "down", "maximum": 30},
    {"name": "Không có mục tiêu", "value": 40, "target": None, "state": "not_applicable"},
]  # fmt: skip

ROWS: list[dict[str, Any]] = [
    {"name": "Hồ sơ giải quyết đúng hạn", "lead": "Sở NN&MT · hạn 31/12", "value": Decimal("78.38"),
     "target": 95, "state": "behind", "gap": "30.663 hồ sơ"},
    {"name": "Hồ sơ, giấy tờ được số hóa", "lead": "VP UBND tỉnh · hạn 31/12",
     "value": Decimal("11.51"), "target": 60, "state": "behind", "gap": "89.475 hồ sơ"},
    {"name": LONG, "lead": "Sở Nông nghiệp và Môi trường, Sở Khoa học và Công nghệ · hạn 31/12",
     "value": Decimal("1.71"), "target": 50, "state": "behind", "gap": "89.097 hồ sơ"},
    {"name": "Thanh toán trực tuyến", "lead": "Sở Tài chính · hạn 30/9", "value": 57,
     "target": 60, "state": "on_the_way", "gap": "3 điểm"},
    {"name": "Dịch vụ công toàn trình", "lead": "VP UBND tỉnh · hạn 31/12", "value": 82,
     "target": 80, "state": "met", "gap": ""},
    {"name": "Hộ gia đình có cáp quang", "lead": "Sở KH&CN · hạn 31/12", "value": None,
     "target": 90, "state": "no_data", "gap": ""},
]  # fmt: skip

RANKS = [
    ("Sở Nông nghiệp và Môi trường", 13928), ("Sở Nội vụ", 1858), ("Xã Tam Dương", 628),
    ("Phường Việt Trì", 623), ("Trung tâm Phục vụ hành chính công tỉnh", 0),
    ("Xã Tam Sơn", None),
]  # fmt: skip


def unit_name(index: int) -> str:
    return f"Xã mẫu số {index}" if index % 7 else f"Phường có tên khá dài để thử xuống dòng {index}"


UNITS = [
    {"name": unit_name(index), "received": 500 + index * 37,
     "rate": Decimal(9999 - index * 53) / 100}
    for index in range(1, 64)
]  # fmt: skip
DOTS = [
    {"x": 40 + (index * 47) % 290, "y": 24 + (index * 31) % 200, "r": 3 + index % 6,
     "band": None if index % 11 == 0 else (index * 5) % 4, "title": unit_name(index),
     "url": "#marks" if index % 3 else ""}
    for index in range(1, 61)
]  # fmt: skip

MONTHS = [f"{month}/2025" for month in range(7, 13)] + [f"{month}/2026" for month in range(1, 9)]
SERIES: list[dict[str, Any]] = [
    {"label": "Lịch dương", "points": [
        {"value": value, "sure": sure, "title": title}
        for value, sure, title in [
            (61, "estimated", "61 %, ước tính"), (64, "estimated", "64 %, ước tính"),
            (63, "known", "63 %"), (66, "known", "66 %"), (None, "", "Không có số liệu"),
            (None, "", "Không có số liệu"), (70, "partial", "70 %, một phần"),
            (72, "known", "72 %"), (71, "known", "71 %"), (75, "known", "75 %"),
            (77, "known", "77 %"), (76, "known", "76 %"), (79, "known", "79 %"),
            (Decimal("78.38"), "known", "78,38 %"),
        ]]},
    {"label": "Nghị định 09/2019", "points": [
        {"value": value, "title": "" if value is None else f"{value} %"}
        for value in (60, 63, 65, 64, None, None, None, 70, 72, 73, 76, 77, 77, 80)]},
]  # fmt: skip
STATUSES = [
    ("measured", "Đã đo"), ("partial", "Một phần"), ("estimated", "Ước tính"),
    ("not_arising", "Không phát sinh"), ("no_data", "Chưa có số liệu"), ("not_due", "Chưa đến hạn"),
    ("not_applicable", "Không áp dụng"), ("not_comparable", "Không so sánh được"),
    ("closed", "Đã kết thúc"), ("suppressed", "Không công bố vì quá ít"),
]  # fmt: skip
HEAT: list[tuple[str, list[tuple[Any, Any]]]] = [
    ("Sở Nội vụ", [(0, "32,17 %"), (1, "61 %"), (2, "84,5 %"), (3, "99,1 %")]),
    ("Xã có tên khá dài để thử xuống dòng",
     [(3, "98,09 %"), (2, "88 %"), (None, "70 %"), ("absent", "Chưa có số liệu")]),
]  # fmt: skip
EMPTY_SERIES = [{"label": "", "points": [{"value": None, "title": "Không có số liệu"}] * 14}]


class Filters(forms.Form):
    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    level = forms.ChoiceField(label="Cấp", choices=LEVELS, required=False)
    late = forms.BooleanField(label="Chỉ đơn vị chậm", required=False)


class Entry(forms.Form):
    name = forms.CharField(label="Tên văn bản", help_text="Đúng như ghi trên văn bản.")
    number = forms.IntegerField(label="Số hồ sơ", min_value=0)
    signed_on = forms.DateField(
        label="Ngày ký", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    level = forms.ChoiceField(label="Cấp ban hành", choices=LEVELS)
    kind = forms.ChoiceField(
        label="Loại", choices=[("plan", "Kế hoạch"), ("decision", "Quyết định")],
        widget=forms.RadioSelect, help_text="Quyết định giao chỉ tiêu thì chọn Quyết định.",
    )  # fmt: skip
    text = forms.CharField(label="Trích yếu", widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label="Tệp văn bản", required=False, help_text="PDF hoặc DOCX.")
    public = forms.BooleanField(label="Công khai cho người dân", help_text="Có thể đổi về sau.")


def demo_shell() -> dict[str, Any]:
    words = [
        ("Tổng quan", "overview", None), ("Chỉ tiêu", "target", 30), ("Nhiệm vụ", "task", 12),
        ("Báo cáo", "report", 3), ("Đơn vị", "unit", 163), ("Văn bản", "document", None),
        ("Số liệu", "figure", None), ("Chỉ số đo", "indicator", 0), ("Nhật ký", "journal", None),
    ]  # fmt: skip
    nav = [
        {"url": f"#{icon}", "label": label, "icon": icon, "count": count,
         "current": icon == "overview", "in_tabbar": index < 5}
        for index, (label, icon, count) in enumerate(words)
    ]  # fmt: skip
    return {
        "nav": nav,
        "where": "Kế hoạch chuyển đổi số năm 2026",
        "where_url": "#overview",
        "province": "Tỉnh Phú Thọ",
        "note": "Trang mẫu: số liệu là giả định",
        "search_url": "#search",
        "query": "",
        "person": {"name": "Nguyễn Thị Dung", "role_label": "Tổ giúp việc"},
        "sign_out_url": "#out",
        "account_url": "#account",
        "languages": [
            {"code": "vi", "label": "VI", "current": True},
            {"code": "en", "label": "EN", "current": False},
        ],
    }


def _context(request: HttpRequest) -> dict[str, Any]:
    sent = {"w-name": "", "w-number": "-4", "w-level": "commune", "w-text": "Về việc"}
    wrong = Entry(sent, prefix="w")
    wrong.add_error(None, "Văn bản này đã có trong hệ thống.")
    asked = request.GET.get("page", "2")
    return {
        "shell": demo_shell(),
        "states": STATES,
        "icons": ICONS,
        "counts": {"met": 6, "on_the_way": 4, "behind": 5, "no_data": 15},
        "lopsided": {"met": 1, "on_the_way": 0, "behind": 128, "no_data": 2, "not_applicable": 9},
        "bullets": BULLETS,
        "rows": ROWS,
        "ranks": RANKS,
        "dots": DOTS,
        "bands": ["dưới 75 %", "75–85 %", "85–95 %", "từ 95 %"],
        "page": Paginator(UNITS, 20).get_page(asked),
        "one": Paginator(UNITS[:1], 20).get_page(1),
        "nothing": Paginator([], 20).get_page(1),
        "filters": Filters({"q": "mẫu", "level": "commune", "late": "on"}, prefix=None),
        "entry": Entry(prefix="e"),
        "wrong": wrong,
        "rising": [61, 64, 63, 68, 70, 74, Decimal("78.38")],
        "statuses": STATUSES,
        "heat": HEAT,
        "months": MONTHS,
        "series": SERIES,
        "first_series": SERIES[:1],
        "empty_series": EMPTY_SERIES,
        "broken": [61, 64, None, None, 70, 74, 72],
        "facts_rows": [
            ("Tử số", "144.625 hồ sơ đúng hạn"),
            ("Mẫu số", "184.513 hồ sơ tiếp nhận"),
            ("Đủ số liệu", "161 trong 163 đơn vị có hồ sơ; 2 đơn vị không phát sinh"),
            ("Định nghĩa của chỉ số đo", LONG),
            ("Tháng trước", None),
        ],
        "quote": "… tối thiểu 95 % hồ sơ thủ tục hành chính được giải quyết đúng hạn …",
        "span": "tối thiểu 95 % hồ sơ thủ tục hành chính được giải quyết đúng hạn",
        "day": date(2026, 9, 26),
        "moment": datetime(2026, 9, 28, 2, 12, tzinfo=UTC),
        "fingerprint": "d0c1a2b3c4d5e6f708192a3b4c5d9f2e",
        "long": LONG,
        "shown": percent(Decimal("78.38")),
        "sort": "-rate",
    }


def gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Đã lưu 163 dòng.")
    messages.error(request, "Tệp không đọc được: thiếu cột “Đơn vị”.")
    return render(request, "ui/gallery.html", _context(request))
