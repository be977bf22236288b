"""The fact tables and definitions that are shipped, read once for the tests of this room."""

from pathlib import Path

import yaml

from cotmoc.indicators.facts import read_fact_tables

CATALOGUE = Path(__file__).parents[4] / "catalogue"
FOLDER = CATALOGUE / "indicators"
TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((CATALOGUE / "facts").glob("*.yaml"))
)
DOSSIERS, OBSERVATIONS = TABLES["dossiers"], TABLES["observations"]
TEXTS = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]

BASE = """
code: online_share
version: 1
name: {vi: "Hồ sơ trực tuyến", en: "Dossiers online"}
description: {vi: "Tỷ lệ hồ sơ trực tuyến.", en: "Share of dossiers online."}
legal_source: "Quyết định 766/QĐ-TTg"
owner: "Văn phòng UBND tỉnh"
valid_from: 2026-01-01
table: dossiers
applies_to: [province]
unit: "%"
counted: {vi: "hồ sơ", en: "dossiers"}
direction: up
numerator:
  name: {vi: "trực tuyến", en: "online"}
  expression: "count(*) filter (where channel = 'online')"
denominator:
  name: {vi: "tiếp nhận", en: "received"}
  expression: "count(*)"
zero_denominator: none
rollup_units: sum
worked_example:
  period: 2026-08
  facts:
    - {channel: online, received_at: 2026-08-01 00:00:00}
    - {channel: direct, received_at: 2026-08-31 23:59:59}
    - {channel: online, received_at: 2026-09-01 00:00:00}
  expect: {numerator: 1, denominator: 2, value: 50, status: measured}
""".lstrip()

DERIVED = """
code: online_growth
version: 1
name: {vi: "Tăng", en: "Growth"}
description: {vi: "Mức tăng so với kỳ trước.", en: "Growth over the period before."}
legal_source: "Quyết định 766/QĐ-TTg"
owner: "Văn phòng UBND tỉnh"
valid_from: 2026-01-01
applies_to: [province]
unit: "%"
counted: {vi: "hồ sơ", en: "dossiers"}
direction: up
formula: "online_share - previous(online_share)"
worked_example:
  figures: {online_share: 60, previous(online_share): 45.5}
  expect: {value: 14.5}
""".lstrip()


def changed(text, *changes):
    """The text with some parts put otherwise; each must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
