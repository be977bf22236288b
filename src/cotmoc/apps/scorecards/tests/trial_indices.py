"""Small indices for tests: a DTI of three main indices under two methods, and one of bodies.

`tri` is published as DTI is: main indices as 0..1, the total on 1; under its later method they are
others. `nha` is of departments and communes, on 100 points.
"""

import json
from datetime import date, datetime

from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.indicators.indices.read import digest_of


def _given(code, name, most, headers=()):
    return {
        "code": code,
        "name": {"vi": name, "en": code.capitalize()},
        "max": most,
        "rule": {"kind": "given", "of": {"published": 1}},
        "headers": list(headers),
    }


_TRI = {
    "code": "tri",
    "name": {"vi": "Chỉ số thử", "en": "Trial index"},
    "description": {"vi": "Chỉ để thử.", "en": "For tests only."},
    "legal_source": "QĐ 1",
    "owner": "Bộ thử",
    "applies_to": ["province"],
    "periods": ["year"],
    "max": 1000,
    "scale": 1,
    "rounding": {"total": 4, "half": "up"},
}
TRI_OLD = {
    **_TRI,
    "method": "cu",
    "valid_from": "2021-01-01",
    "valid_to": "2024-01-01",
    "children": [
        _given("awareness", "Nhận thức số", 200, ["idx_nhan_thuc_so"]),
        _given("rules", "Thể chế số", 300, ["idx_the_che_so"]),
        _given("economy", "Hoạt động kinh tế số", 500, ["idx_hd_kinh_te_so"]),
    ],
    "pillars": [
        {
            "code": "pillar_economy",
            "name": {"vi": "Trụ cột kinh tế số", "en": "Economy pillar"},
            "of": ["awareness", "rules", "economy"],
            "headers": ["pillar_kinh_te_so", "pillar_rank_kts"],
        }
    ],
}
TRI_NEW = {
    **_TRI,
    "method": "moi",
    "valid_from": "2024-01-01",
    "children": [
        _given("institutions", "Thể chế số", 400, ["idx_the_che_so"]),
        _given("society", "Xã hội số", 600),
    ],
}
NHA = {
    **_TRI,
    "code": "nha",
    "method": "m1",
    "name": {"vi": "Bộ chỉ số nội bộ", "en": "Internal index"},
    "valid_from": "2020-01-01",
    "applies_to": ["department", "commune"],
    "periods": ["year", "month"],
    "max": 100,
    "scale": 100,
    "children": [
        {
            "code": "leading",
            "name": {"vi": "Chỉ đạo, điều hành", "en": "Leading"},
            "max": 40,
            "rule": {"kind": "yes_no"},
        },
        {
            "code": "serving",
            "name": {"vi": "Phục vụ", "en": "Serving"},
            "max": 60,
            "rule": {"kind": "yes_no"},
        },
    ],
}


def keep(raw, now: datetime) -> IndexVersion:
    """Keep a definition as the catalogue would; JSON has no days."""
    raw = json.loads(json.dumps(raw, default=str))
    return IndexVersion.objects.create(
        code=raw["code"],
        method=raw["method"],
        digest=digest_of(raw),
        name_vi=raw["name"]["vi"],
        name_en=raw["name"]["en"],
        search=raw["code"],
        owner=raw["owner"],
        legal_source=raw["legal_source"],
        content=raw,
        valid_from=date.fromisoformat(raw["valid_from"]),
        valid_to=date.fromisoformat(raw["valid_to"]) if raw.get("valid_to") else None,
        recorded_at=now,
    )
