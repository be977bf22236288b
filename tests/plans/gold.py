"""The corpus: the documents in `documents/`, each with what a careful person reads there.

A target is `[name, measure, more]`, a task `[action, lead, more]`; where the language allows two
honest readings a list stands in place of the value. Measures: `>= 90 %`, `= 8.3..8.5 %/year`,
`rank<= 25 rank`, `maintain`, `yes/no`. In `more`:

- `by` a year or a day, `every` a frequency, `with` coordinating organisations, `level`, `lead`,
  `of`, `baseline`;
- `optional: true`: reading it is right and leaving it to a person is right as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from writers import Layout, write

DOCUMENTS = Path(__file__).parent / "documents"
_SIGNS = ("rank<=", "maintain", "raise", ">=", "<=", "=", ">", "<", "~")


@dataclass(frozen=True)
class Measure:
    comparator: str
    value: str | None = None
    value_high: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class GoldTarget:
    names: tuple[str, ...]
    measures: tuple[Measure, ...]
    deadline: str | None
    level: str | None = None
    lead: str | None = None
    of: str | None = None
    baseline: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class GoldTask:
    actions: tuple[str, ...]
    leads: tuple[str | None, ...]
    coordinating: tuple[str, ...] = ()
    deadlines: tuple[str | None, ...] = ()
    frequencies: tuple[str | None, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Gold:
    """`optional_tasks` is how many more tasks without an organisation a reader may see."""

    head: dict[str, Any]
    targets: tuple[GoldTarget, ...]
    tasks: tuple[GoldTask, ...]
    optional_tasks: int = 0
    doubts: tuple[str, ...] = ()
    left_alone: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    name: str
    about: str
    kind: str
    text: str
    layout: Layout
    gold: Gold

    def make(self, folder: Path) -> Path:
        """Its file, in the format it is kept for."""
        return write(self.text, self.kind, self.layout, folder, self.name)


def read_corpus(folder: Path = DOCUMENTS) -> list[Sample]:
    return [read_sample(path) for path in sorted(folder.glob("*.yaml"))]


def read_sample(path: Path) -> Sample:
    raw = yaml.safe_load(path.read_text("utf-8"))
    known = {**raw.get("layout", {})}
    for name in ("menu", "related"):
        known[name] = tuple(known.get(name, ()))
    return Sample(path.stem, raw["about"], raw["format"], raw["text"], Layout(**known), _gold(raw))


def _gold(raw: dict[str, Any]) -> Gold:
    gold = raw["gold"]
    horizon = _day(gold.get("horizon"))
    return Gold(
        head={key: value if key != "date" else str(value) for key, value in gold["head"].items()},
        targets=tuple(_target(row, horizon) for row in gold["targets"]),
        tasks=tuple(_task(row) for row in gold["tasks"]),
        optional_tasks=gold.get("optional_tasks", 0),
        doubts=tuple(gold.get("doubts", ())),
        left_alone=gold.get("left_alone", {}),
    )


def _target(row: list[Any], horizon: str | None) -> GoldTarget:
    name, measure, more = [*row, {}][:3]
    return GoldTarget(
        names=_several(name),
        measures=tuple(read_measure(words) for words in _several(measure)),
        deadline=_day(more.get("by")) or horizon,
        level=more.get("level"),
        lead=more.get("lead"),
        of=more.get("of"),
        baseline=more.get("baseline"),
        optional=more.get("optional", False),
    )


def _task(row: list[Any]) -> GoldTask:
    action, lead, more = [*row, {}][:3]
    return GoldTask(
        actions=_several(action),
        leads=_several(lead),
        coordinating=tuple(more.get("with", ())),
        deadlines=tuple(_day(each) for each in _several(more["by"])) if "by" in more else (),
        frequencies=_several(more["every"]) if "every" in more else (),
        optional=more.get("optional", False),
    )


def read_measure(words: str) -> Measure:
    sign = next((sign for sign in _SIGNS if words.startswith(sign)), None)
    if sign is None:
        return Measure("=", unit=words)
    amount, _, unit = words.removeprefix(sign).strip().partition(" ")
    if amount == "yes/no":
        amount, unit = "", "yes/no"
    low, _, high = amount.partition("..")
    return Measure(sign, low or None, high or None, unit or None)


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _day(value: Any) -> str | None:
    """A year is its last day; None stays None."""
    if value is None:
        return None
    return f"{value}-12-31" if isinstance(value, int) else str(value)


# --- sixty pages ----------------------------------------------------------------------------------

_SUBJECTS = (
    *("hồ sơ đất đai", "văn bản đi", "giấy phép xây dựng", "hồ sơ hộ tịch", "phản ánh, kiến nghị"),
    *("hồ sơ bảo trợ xã hội", "báo cáo định kỳ", "hồ sơ đầu tư", "giấy phép lái xe"),
)
_PREDICATES = (
    *("được xử lý trên môi trường mạng", "được ký số", "được số hóa", "được giải quyết đúng hạn"),
    *("được công khai trên Cổng thông tin điện tử", "được nộp trực tuyến"),
)
_BODIES = ("Sở Nội vụ", "Sở Tài chính", "Sở Y tế", "Sở Xây dựng", "Công an tỉnh", "Sở Tư pháp")


def long_text(sections: int = 150) -> tuple[str, int, int]:
    """A plan of about sixty pages with the number of its targets and of its tasks.

    Sections differ in subjects, numbers and organisations: nothing can be remembered.
    """
    lines = [
        "ỦY BAN NHÂN DÂN || CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "TỈNH SÔNG MÂY || Độc lập - Tự do - Hạnh phúc",
        "Số: 99/KH-UBND || Sông Mây, ngày 05 tháng 01 năm 2026",
        "^ KẾ HOẠCH",
        "^ Chuyển đổi số các ngành tỉnh Sông Mây năm 2026",
        "I. MỤC TIÊU",
    ]
    for number in range(sections):
        lines += _goal_section(number)
    lines.append("II. NHIỆM VỤ")
    for number in range(sections):
        lines += _task_section(number)
    return "\n".join(lines) + "\n", sections * 6, sections * 3


def _goal_section(number: int) -> Iterable[str]:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    more = _PREDICATES[number % len(_PREDICATES)]
    low = 50 + number % 40
    return (
        f"{number + 1}. Lĩnh vực {number + 1}",
        f"- Tối thiểu {low}% {subject} {more}, bảo đảm thuận tiện cho người dân và doanh nghiệp.",
        f"- Tỷ lệ {subject} {more} đạt {low + 9}% đối với cấp tỉnh và {low}% đối với cấp xã.",
        f"- Số hóa {1000 + 7 * number:,} hồ sơ lưu trữ của lĩnh vực.".replace(",", "."),
        f"- Trên {low}% {subject} {more}; duy trì kết nối với cơ sở dữ liệu quốc gia số {number}.",
        "Các nội dung trên được thực hiện đồng bộ, có trọng tâm, trọng điểm, phù hợp với điều kiện "
        "của từng địa phương và khả năng cân đối nguồn lực của ngân sách các cấp.",
    )


def _task_section(number: int) -> Iterable[str]:
    lead, other = _BODIES[number % 6], _BODIES[(number + 1 + number // 6 % 5) % 6]
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    day = f"{1 + number % 28:02}/{1 + number % 12:02}/2026"
    quarter = ("I", "II", "III", "IV")[number % 4]
    return (
        f"{number + 1}. Lĩnh vực {number + 1}",
        f"- Giao {lead} chủ trì, phối hợp với {other} rà soát quy trình {subject}, hoàn thành "
        f"trước ngày {day}.",
        f"- Giao {other} chủ trì xây dựng cơ sở dữ liệu {subject} trong quý {quarter}/2026.",
        f"- Giao {lead} theo dõi, tổng hợp kết quả về {subject}, báo cáo hằng quý.",
        "Việc thực hiện bảo đảm đúng quy định, tiết kiệm, hiệu quả, tránh chồng chéo, trùng lắp "
        "giữa các cơ quan, đơn vị và địa phương trong tỉnh.",
    )
