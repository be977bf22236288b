"""Kinds of Vietnamese administrative documents, by the name they bear."""

from __future__ import annotations

from cotmoc.plantext.words import phrase

TYPES = {
    "kế hoạch": "plan",
    "quyết định": "decision",
    "nghị quyết": "resolution",
    "chỉ thị": "directive",
    "chương trình": "programme",
    "đề án": "scheme",
    "báo cáo": "report",
    "thông báo": "notice",
    "chiến lược": "strategy",
    "kế hoạch hành động": "plan",
    "chương trình hành động": "programme",
    "công văn": "official_letter",
    "công điện": "telegram",
    "hướng dẫn": "guidance",
    "tờ trình": "proposal",
    "kết luận": "conclusion",
    "quy chế": "rules",
    "quy định": "regulation",
    "phương án": "scheme",
}
# What is only ever cited: `Căn cứ Luật …`, `Nghị định số …`.
CITED_TYPES = {
    **TYPES,
    "luật": "law",
    "bộ luật": "law",
    "pháp lệnh": "ordinance",
    "nghị định": "decree",
    "thông tư": "circular",
    "thông tư liên tịch": "circular",
    "thông báo kết luận": "notice",
    "hiến pháp": "constitution",
    "văn bản": "official_letter",
}
# What a newspaper article may tell about: its headline often says `quy định` or `hướng dẫn`.
PLANNING_TYPES = dict(list(TYPES.items())[:11])
ANY_TYPE = phrase(*TYPES)
ANY_CITED_TYPE = phrase(*CITED_TYPES)
