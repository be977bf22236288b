"""The labels that introduce who does a piece of work, until when, with what result and cost:
`Cơ quan chủ trì:`, `Thời gian hoàn thành:`, `Sản phẩm:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cotmoc.plantext.words import GAP, fold

Field = Literal["lead", "coordinating", "deadline", "product", "budget", "other"]

_WHO = r"(?:(?:các )?(?:cơ quan|đơn vị)(?:\s?[,/-]\s?(?:cơ quan|đơn vị|tổ chức)){0,2} )"
_DO = r"(?: (?:thực hiện|triển khai|tham mưu|chính|dự kiến|hoàn thành|đạt được|đầu ra))?"
_LABELS: tuple[tuple[str, Field], ...] = (
    (rf"{_WHO}?chủ trì(?:(?: và|,) phối hợp)?{_DO}", "lead"),
    (
        rf"{_WHO}(?:được giao )?"
        rf"(?:thực hiện|đầu mối|phụ trách|chịu trách nhiệm|tham mưu|triển khai){_DO}",
        "lead",
    ),
    (
        r"phân công(?: (?:thực hiện|chủ trì|nhiệm vụ))?|chủ đầu tư"
        r"|(?:trách nhiệm|đầu mối) thực hiện|(?<=\()thực hiện",
        "lead",
    ),
    (rf"{_WHO}?phối hợp{_DO}", "coordinating"),
    (
        rf"(?:dự kiến )?(?:thời (?:gian|hạn|điểm)|tiến độ|lộ trình|hạn){_DO}(?: dự kiến)?"
        r"|hoàn thành(?: trước)?",
        "deadline",
    ),
    (
        r"(?:dự kiến )?(?:yêu cầu )?(?:sản phẩm|kết quả)(?:\s?[,/]\s?(?:sản phẩm|kết quả))?"
        rf"{_DO}(?: (?:dự kiến|của nhiệm vụ))?",
        "product",
    ),
    (
        rf"(?:(?:dự kiến|nhu cầu|tổng|khái toán) )?kinh phí{_DO}|tổng mức đầu tư|dự toán",
        "budget",
    ),
    (
        rf"(?:nội dung|phạm vi|địa bàn|hình thức|giải pháp){_DO}|mục (?:tiêu|đích)|quy mô|địa điểm"
        r"|ghi chú|đối tượng|nguồn (?:vốn|kinh phí|lực)|yêu cầu",
        "other",
    ),
)
_LABEL = re.compile(
    r"(?:^|(?<=[.;,(\n/–-]))\s{0,4}(?:[-–+•*]\s{1,4})?(?:"
    + "|".join(
        f"(?P<f{index}>{words.replace(' ', GAP)})" for index, (words, _) in enumerate(_LABELS)
    )
    + r")\s{0,2}(?:\([^()\n]{0,60}\)\s?)?:\s{0,4}"
)
_CLAUSE_END = re.compile(r";|\.(?=\s|$)")
_SENTENCE_END = re.compile(r"\.(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Detail:
    """`Thời gian: quý II/2026`: from `start`, with the value at `value_start:end`."""

    field: Field
    start: int
    value_start: int
    end: int


def find_details(folded: str) -> list[Detail]:
    """The labelled values of a text, in order."""
    return list(_details(folded))


def _details(folded: str) -> Iterator[Detail]:
    labels = list(_LABEL.finditer(folded))
    for index, label in enumerate(labels):
        following = labels[index + 1].start() if index + 1 < len(labels) else len(folded)
        field = _field(label)
        stop = _SENTENCE_END if field in ("lead", "coordinating") else _CLAUSE_END
        end = following
        if field != "other" and (match := stop.search(folded, label.end(), following)):
            end = match.start()
        bracket = _closing(folded, label.end(), end)
        yield Detail(field, label.start(), label.end(), bracket)


def _closing(folded: str, start: int, end: int) -> int:
    """Where the bracket that was opened before `start` closes, if it does before `end`."""
    depth = 0
    for position in range(start, end):
        if folded[position] == "(":
            depth += 1
        elif folded[position] == ")":
            depth -= 1
            if depth < 0:
                return position
    return end


def _field(label: re.Match[str]) -> Field:
    index = next(i for i in range(len(_LABELS)) if label[f"f{i}"] is not None)
    return _LABELS[index][1]


def opening_label(text: str) -> Field | None:
    """The field when the text begins with a label."""
    label = _LABEL.match(fold(text[:200]))
    return _field(label) if label else None
