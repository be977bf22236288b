"""A small index of three leaves, for tests: a ratio, a share of the published, an answer."""

from datetime import UTC, datetime

from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.core.text import fold
from cotmoc.indicators.indices.read import read_index


def words(text):
    return {"vi": text, "en": text}


ON_TIME = {
    "code": "ON_TIME",
    "name": words("Đúng hạn"),
    "max": 20,
    "zero": "zero",
    "published_as": "progress.score",
    "rule": {"kind": "ratio", "of": {"indicator": "dossiers_on_time"}},
}
PAID = {
    "code": "PAID",
    "name": words("Thanh toán"),
    "max": 10,
    "zero": "zero",
    "rule": {"kind": "ratio", "of": {"indicator": "dossiers_paid_online"}},
}
GIVEN = {
    "code": "GIVEN",
    "name": words("Công bố"),
    "max": 100,
    "rule": {"kind": "given", "of": {"published": 1}},
}
TEAM = {
    "code": "TEAM",
    "name": words("Tổ công tác"),
    "max": 5,
    "rule": {"kind": "yes_no"},
}
UNKNOWN = {
    "code": "HIDDEN",
    "name": words("Không rõ"),
    "max": 5,
    "rule": {"kind": "unknown", "why": words("không nguồn nào nói")},
}


def group(code, *children):
    most = sum(child["max"] for child in children)
    return {"code": code, "name": words(code), "max": most, "children": list(children)}


def method(*children, **about):
    """Record a method with these nodes, as the catalogue would."""
    raw = {
        "code": "trial",
        "method": "a",
        "name": words("Bộ thử"),
        "description": words("Chỉ để kiểm thử"),
        "legal_source": "1/QĐ",
        "owner": "Văn phòng",
        "valid_from": "2026-01-01",
        "applies_to": ["province", "department", "commune"],
        "periods": ["month", "quarter", "year"],
        "max": sum(child["max"] for child in children),
        "rounding": {"leaf": 2, "node": 2, "total": 2},
        "children": list(children),
        **about,
    }
    days = {
        key: raw[key] and datetime.fromisoformat(raw[key]).date() for key in _DAYS if key in raw
    }
    index = read_index({**raw, **days}, "")
    return IndexVersion.objects.create(
        code=index.code,
        method=index.method,
        digest=index.digest or str(hash(str(raw))),
        name_vi=index.name["vi"],
        name_en=index.name["en"],
        search=fold(index.code),
        owner=index.owner,
        legal_source=index.legal_source,
        content=raw,
        valid_from=index.valid_from,
        valid_to=index.valid_to,
        recorded_at=datetime(2026, 10, 1, tzinfo=UTC),
    )


_DAYS = ("valid_from", "valid_to")
