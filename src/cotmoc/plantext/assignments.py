"""Reads who does what with whom by when out of the words of one piece of work."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cotmoc.plantext.actions import begins_with_action, tells_the_past, topic_end
from cotmoc.plantext.details import Due, find_budget, find_due, find_frequency
from cotmoc.plantext.labels import Detail, find_details, opening_label
from cotmoc.plantext.model import Frequency
from cotmoc.plantext.organisations import (
    TITLE,
    Organisation,
    find_organisations,
    read_names,
    run_from,
)
from cotmoc.plantext.words import GAP, fold, has_letters, one_line, phrase, sentence_case, trim

_PREFIX = re.compile(
    r"\s{0,4}"
    + phrase(
        *("căn cứ", "trên cơ sở", "theo", "hằng năm", "hàng năm", "trước", "đến", "trong"),
        *("định kỳ", "từ", "sau khi", "ngoài ra", "đồng thời", "bên cạnh đó", "khi", "để", "nhằm"),
        *("hằng quý", "hàng quý", "hằng tháng", "hàng tháng", "riêng", "chậm nhất", "năm"),
    )
    + r"[^.;]{0,300}?,\s{1,4}"
)
_ASSIGNS = re.compile(
    rf"\s{{0,4}}(?:(?:đồng{GAP}ý|thống{GAP}nhất|nhất{GAP}trí)(?:{GAP}(?:về{GAP})?(?:chủ{GAP}trương|việc))?{GAP}"
    rf"(?=giao(?!\w)))?(?:(?:(?:đồng{GAP}chí{GAP})?chủ{GAP}tịch{GAP})?"
    rf"(?:(?:ubnd|(?:ủy|uỷ){GAP}ban{GAP}nhân{GAP}dân){GAP})?tỉnh{GAP})?(?P<verb>"
    + phrase(
        *("giao cho", "giao nhiệm vụ cho", "giao trách nhiệm cho", "giao", "yêu cầu", "đề nghị"),
        *("phân công", "ủy quyền cho", "uỷ quyền cho", "trách nhiệm của", "nhiệm vụ của"),
        *("đối với", "trách nhiệm", "phân công cho", "giao trách nhiệm", "giao nhiệm vụ"),
    )
    + rf"){GAP}"
)
_TITLES = re.compile(rf"(?:(?i:{TITLE})(?:{GAP}và{GAP}|,{GAP}|{GAP})){{0,3}}")
_TITLES_BEFORE = re.compile(rf"(?<!\w)(?i:{TITLE}){GAP}$")
_TITLE_WORD = re.compile(rf"(?<!\w){TITLE}(?!\w)")
_AFTER_NAME = re.compile(r"(?:\s{0,4}\([^()]{0,300}\))?[\s,:–-]{0,6}")
_DUTY = re.compile(
    r"(?:"
    + "|".join(
        (
            rf"(?:có|chịu){GAP}trách{GAP}nhiệm(?:{GAP}chính)?(?:{GAP}trong{GAP}việc)?",
            rf"có{GAP}nhiệm{GAP}vụ",
            rf"(?:là|làm){GAP}(?:(?:cơ{GAP}quan|đơn{GAP}vị){GAP})?"
            rf"(?:đầu{GAP}mối|thường{GAP}trực|chủ{GAP}trì|chịu{GAP}trách{GAP}nhiệm)",
            rf"theo{GAP}(?:đúng{GAP})?chức{GAP}năng,{GAP}nhiệm{GAP}vụ(?:{GAP}được{GAP}(?:giao|phân{GAP}công))?",
        )
    )
    + r")(?!\w)[\s,:]{0,4}(?:để(?!\w)\s{1,4})?"
)
_WITH = rf"phối{GAP}hợp(?:{GAP}chặt{GAP}chẽ)?(?:{GAP}(?:cùng{GAP})?với|{GAP}cùng|:)?{GAP}"
_LEADS_WITH = re.compile(rf"chủ{GAP}trì(?:\s{{0,2}}[,và]{{1,2}}){{0,2}}\s{{0,4}}{_WITH}")
_LEADS = re.compile(rf"(?:chủ{GAP}trì|làm{GAP}đầu{GAP}mối)(?:,|{GAP}và)?{GAP}")
_CHIEF = re.compile(rf"(?<=\w)[\s,:]{{1,4}}chủ{GAP}trì(?!\w)(?:{GAP}thực{GAP}hiện)?")
_COORDINATES = re.compile(rf"(?<!\w){_WITH}")
_IS_LEAD = re.compile(
    rf"[\s,:]{{0,4}}(?:(?:là|làm){GAP})?(?:(?:cơ{GAP}quan|đơn{GAP}vị){GAP})?"
    rf"(?:chủ{GAP}trì|đầu{GAP}mối|chủ{GAP}đầu{GAP}tư)(?!\w)"
)
_IS_HELP = re.compile(
    rf"[\s,:]{{0,4}}(?:cùng{GAP})?phối{GAP}hợp(?:{GAP}thực{GAP}hiện)?\s{{0,4}}(?:$|[.,;)])"
)
_GIVEN_TO = re.compile(rf"(?<!\w)(?:giao(?:{GAP}cho)?|do){GAP}$", re.I)
_NO_WORK = re.compile(
    rf"(?:(?:tham{GAP}mưu|tổ{GAP}chức|triển{GAP}khai|thực{GAP}hiện|hoàn{GAP}thành|chủ{GAP}trì|phối{GAP}hợp|nội{GAP}dung|nhiệm{GAP}vụ"
    rf"|làm|chủ{GAP}đầu{GAP}tư|đầu{GAP}mối|việc|các|này|nêu{GAP}trên)\s{{0,4}}){{0,6}}"
)
# Stands in for an unknown year, so that `trước 30/6` is at least seen as a date.
_LEAP_YEAR = 2000
# `Sở Y tế (chủ trì); các sở, ngành (phối hợp)`
_MARKED_NAMES = re.compile(
    r"(?P<chief>[^()]{2,300}?)\s{0,3}\(chủ\strì\)[\s;,.]{1,6}(?P<help>[^()]{2,600}?)\s{0,3}\(phối\shợp\)[\s.;]{0,4}"
)
# `…; thời gian thực hiện từ tháng 3 đến tháng 9/2026; …`, `… (thực hiện thường xuyên)`
_WHEN_CLAUSE = re.compile(
    r"[;,]\s{1,4}(?:thời\s(?:gian|hạn)|tiến\sđộ)(?:\s(?:thực\shiện|hoàn\sthành|triển\skhai))?"
    r"\s(?:từ|trong|đến|trước|là)\s[^;.()]{1,60}(?=[;.)]|$)"
    r"|\s?\((?:thực\shiện\s)?(?:thường\sxuyên|(?:định\skỳ\s)?(?:hằng|hàng)\s(?:tuần|tháng|quý|năm))\)"
)
# `… (Sở Y tế, Công an tỉnh).` and `…: Sở Y tế.`
_LAST_BRACKET = re.compile(r"(?:\(|:\s{1,4}(?=\S[^:()]{3,200}$))([^():]{3,250}?)\)?[\s.;,]{0,4}$")
_BRACKET = re.compile(r"\(([^()]{1,600})\)")
_UNTIL_WORK = re.compile(
    phrase("chủ trì", "phối hợp", "tham mưu", "triển khai", "xây dựng", "tổ chức")
)
_BY_REASON = re.compile(phrase("căn cứ", "theo", "trên cơ sở"))
_TRAILING = re.compile(
    r"[\s,;]{1,4}(?:và|hoàn thành|xong|thời gian|thời hạn|(?:bao )?gồm|gồm có|(?:cụ thể )?như sau"
    r"|cụ thể)$|,\s{1,4}(?:thực hiện |định kỳ )?(?:hằng|hàng) (?:tuần|tháng|quý|năm)$"
    r"|,\s{1,4}thực hiện thường xuyên$|\s{1,4}(?:hằng|hàng) (?:tuần|tháng|quý)$"
    r"|\s{1,4}(?:trước|vào) ngày \d{1,2} (?:tháng cuối (?:mỗi )?quý|(?:hằng|hàng) (?:tháng|quý))$"
    r"|,\s{1,4}(?:với )?(?:dự kiến |tổng )?(?:kinh phí|mức đầu tư)\s[^;.]{1,60}đồng$",
    re.I,
)
_MOST_TRAILING, _WINDOW = 6, 120
_FORMALITY = re.compile(
    r"\s{0,4}(?:"
    + phrase(
        *("trong quá trình", "trên đây", "kế hoạch này", "quyết định này", "nghị quyết này"),
        *("chương trình này", "đề án này", "chỉ thị này", "nơi nhận", "quá trình"),
    )
    + r")|\s{0,4}(?:yêu\scầu|đề\snghị)\s[^.;:]{3,160}?\snghiêm\stúc"
    r"\s(?:tổ\schức\s|triển\skhai,?\s){0,2}"
    r"thực\shiện(?:\s(?:kế\shoạch|chỉ\sthị|quyết\sđịnh|thông\sbáo|các\snội\sdung)[^.;]{0,40})?[\s./]{0,6}$"
    r"|.{0,600}(?:chịu\strách\snhiệm\s)?thi\shành\s(?:quyết\sđịnh|nghị\squyết|kế\shoạch)\snày"
    r"|.{0,100}thông\sbáo\sđể\s.{0,60}\sbiết(?!\w)",
    re.S,
)
_MONTHLY_START = re.compile(
    rf"\s{{0,4}}(?:định{GAP}kỳ{GAP})?(?:hằng|hàng){GAP}(?:tuần|tháng|quý|năm)(?:,{GAP}(?=\w)|{GAP}(?=tổ))"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is named at the beginning to do something, and where what they do begins."""

    lead: str
    several: bool
    work: int
    assigned: bool
    organisations: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the words of one piece of work say; None where they are silent."""

    action: str
    lead: str | None
    coordinating: tuple[str, ...]
    deadline: str | None
    frequency: Frequency | None
    product: str | None
    budget: str | None
    flags: tuple[str, ...]
    rule: str | None


def is_formality(folded: str) -> bool:
    """`Trong quá trình thực hiện, nếu có vướng mắc …`, `… chịu trách nhiệm thi hành …`."""
    return _FORMALITY.match(folded) is not None


# --- who opens a sentence -------------------------------------------------------------------------


def read_opening(text: str) -> Opening | None:
    """`Giao Sở Y tế chủ trì …`, `Sở Y tế có trách nhiệm …`, `Trước 30/6, Sở Y tế báo cáo …`."""
    folded = fold(text)
    if is_formality(folded):
        return None
    organisations = find_organisations(text)
    for start in _possible_starts(folded):
        if opening := _opening_at(text, folded, start, organisations):
            return opening
    return None


def _possible_starts(folded: str) -> list[int]:
    """The beginning, and every place behind a comma of an opening clause."""
    starts = [0]
    if _PREFIX.match(folded):
        commas = re.finditer(r",\s{1,4}", folded[:400])
        starts += [match.end() for match in commas]
    return starts


def _opening_at(
    text: str, folded: str, start: int, organisations: list[Organisation]
) -> Opening | None:
    assigns = _ASSIGNS.match(folded, start)
    position = assigns.end() if assigns else start + _blank(text, start)
    titles = _TITLES.match(text, position)
    position = titles.end() if titles else position
    index = next((i for i, each in enumerate(organisations) if each.start >= position), None)
    if index is None or not _begins(text, position, organisations[index]):
        return _unknown_opening(text, folded, position) if _gives(assigns) else None
    run = run_from(organisations, text, index)
    work = _work_start(text, folded, run[-1].end)
    if not assigns and not _does_something(folded, run[-1].end, work):
        return None
    return Opening(
        lead=_lead_words(text, run),
        several=len(run) > 1 and not any(each.is_group for each in run),
        work=work,
        assigned=assigns is not None,
        organisations=tuple(run),
    )


def _blank(text: str, start: int) -> int:
    return len(text[start : start + 8]) - len(text[start : start + 8].lstrip(" \n\t\u00a0"))


def _begins(text: str, position: int, organisation: Organisation) -> bool:
    """Does the name stand here?  In a series (`các Sở: Nội vụ, …`) its first words come before."""
    between = text[position : organisation.start].strip().lower()
    return between in ("", "các sở", "các sở:", "sở:", "các sở :", "sở")


def _gives(assigns: re.Match[str] | None) -> bool:
    return assigns is not None and assigns["verb"].startswith(("giao", "phân công", "ủy quyền"))


def _unknown_opening(text: str, folded: str, position: int) -> Opening | None:
    """`Giao Trạm Khuyến nông chủ trì …`: the name reaches as far as the verb."""
    verb = _UNTIL_WORK.search(folded, position, position + 120)
    name = trim(one_line(text[position : verb.start()])) if verb else ""
    if verb is None or not name[:1].isupper() or len(name.split()) < 2:
        return None
    return Opening(name, True, verb.start(), True, ())


def _work_start(text: str, folded: str, position: int) -> int:
    after = _AFTER_NAME.match(text, position)
    position = after.end() if after else position
    for _ in range(2):
        duty = _DUTY.match(folded, position)
        if duty and not folded.startswith(("trước", "về", "toàn diện"), duty.end()):
            position = duty.end()
    return position


def _does_something(folded: str, end: int, work: int) -> bool:
    rest = folded[work : work + 400]
    if tells_the_past(folded[end : end + 20]) or tells_the_past(rest):
        return False
    if begins_with_action(rest) or (_DUTY.search(folded, end, work) and rest.strip()):
        return True
    prefix = _PREFIX.match(rest)
    if prefix and begins_with_action(rest[prefix.end() :]):
        return True
    return bool(_BY_REASON.match(rest) and _UNTIL_WORK.search(rest))


def _lead_words(text: str, run: list[Organisation]) -> str:
    """As written where only commas and `và` stand between the names."""
    written = text[run[0].start : run[-1].end]
    plain = "(" not in written and not _TITLE_WORD.search(written)
    if len(run) > 1 and plain and one_line(written).startswith(run[0].name):
        return one_line(written)
    before = _TITLES_BEFORE.search(text, max(0, run[0].start - 40), run[0].start)
    if len(run) > 1 and before and "(" not in written and written.startswith(run[0].name):
        return one_line(text[before.start() : run[-1].end])
    return ", ".join(each.name for each in run)


# --- the whole piece of work ----------------------------------------------------------------------


def read_assignment(text: str, year: int | None) -> Assignment:
    """Reads one bullet or sentence; `year` completes dates without one."""
    folded = fold(text)
    organisations = find_organisations(text)
    details = find_details(folded)
    opening = read_opening(text)
    lead, rule, flags = _lead(text, folded, organisations, details, opening)
    due = _due(folded, details, year)
    frequency = _frequency(folded, details)
    return Assignment(
        action=_action(text, folded, organisations, details, opening, year),
        lead=lead,
        coordinating=_coordinating(text, folded, organisations, details, lead),
        deadline=due,
        frequency=frequency,
        product=_value(text, details, "product"),
        budget=_budget(folded, details),
        flags=(*flags, *_due_flags(folded, details, due, frequency, year)),
        rule=rule,
    )


def says_only_who(text: str, year: int | None) -> bool:
    """`Giao Sở Y tế chủ trì, hoàn thành trước 30/6.`: the work was named before."""
    opening = read_opening(text)
    if opening is None:
        return False
    spans = _cuts(text, fold(text), find_organisations(text), [], opening, year)
    return _NO_WORK.fullmatch(fold(trim(_without(text, spans)))) is not None


def lead_of_value(value: str) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Lead, coordinating and flags of `Sở Y tế, phối hợp: Sở Nội vụ` or a table's cell."""
    folded = fold(value)
    if marked := _MARKED_NAMES.fullmatch(folded):
        chief, help_ = marked.span("chief"), marked.span("help")
        lead, _, flags = lead_of_value(value[slice(*chief)])
        return lead, read_names(value[slice(*help_)]), flags
    cut = _CHIEF.search(folded) or _COORDINATES.search(folded)
    names = read_names(value[: cut.start()] if cut else value)
    helpers = read_names(value[cut.end() :]) if cut else ()
    if not names:
        words = trim(one_line(value))
        return (words if has_letters(words) else None), (), ()
    several = len(names) > 1 and not any(
        each.is_group for name in names for each in find_organisations(name)
    )
    return ", ".join(names), helpers, ("lead_unclear",) if several else ()


def _lead(
    text: str,
    folded: str,
    organisations: list[Organisation],
    details: list[Detail],
    opening: Opening | None,
) -> tuple[str | None, str | None, tuple[str, ...]]:
    if value := _value(text, details, "lead", keep_lines=True):
        lead, _, flags = lead_of_value(_names_part(value))
        return lead, "labelled", flags
    if opening:
        rule = "assigned" if opening.assigned else "stated"
        return opening.lead, rule, ("lead_unclear",) if opening.several else ()
    run = _named_as_lead(text, folded, organisations)
    if run:
        several = len(run) > 1 and not any(each.is_group for each in run)
        return _lead_words(text, run), "bracketed", ("lead_unclear",) if several else ()
    run = [] if details else _named_at_the_end(text, organisations)
    if run:
        return _lead_words(text, run), "named", ("lead_unclear",)
    return None, None, ()


def _named_at_the_end(text: str, organisations: list[Organisation]) -> list[Organisation]:
    """`Thúc đẩy chi trả không dùng tiền mặt (Công an tỉnh, Sở Y tế)`."""
    bracket = _LAST_BRACKET.search(text, max(0, len(text) - 300))
    if bracket is None:
        return []
    inside = [each for each in organisations if each.start >= bracket.start(1)]
    run = run_from(inside, text, 0)
    whole = inside and inside[0].start == bracket.start(1) and run[-1].end == bracket.end(1)
    return run if whole else []


def _names_part(value: str) -> str:
    """A labelled lead may be followed by `; hoàn thành trong quý II`."""
    kept: list[str] = []
    for piece in re.split(r"(?<=[;,])", value):
        if kept and find_due(fold(piece), _LEAP_YEAR) and not find_organisations(piece):
            break
        kept.append(piece)
    return "".join(kept)


def _named_as_lead(text: str, folded: str, organisations: list[Organisation]) -> list[Organisation]:
    """`(Sở Y tế chủ trì; …)`, `…, do Sở Y tế chủ trì`, `…; giao Sở Y tế …`."""
    index = 0
    while index < len(organisations):
        run = run_from(organisations, text, index)
        before = folded[max(0, run[0].start - 12) : run[0].start]
        if _IS_LEAD.match(folded, run[-1].end):
            return _nearest(run, folded)
        if _GIVEN_TO.search(before) and (
            "giao" in before or begins_with_action(folded[run[-1].end : run[-1].end + 60])
        ):
            return run
        index += len(run)
    return []


def _lead_clause(folded: str, run: list[Organisation]) -> list[tuple[int, int]]:
    """`…; giao Sở Y tế chủ trì` and `… do Sở Y tế chủ trì`: words that only name the lead."""
    before = _GIVEN_TO.search(folded, max(0, run[0].start - 12), run[0].start)
    after = _IS_LEAD.match(folded, run[-1].end)
    if not after or folded[after.end() : after.end() + 1].strip(" .,;)"):
        return []
    return [(before.start() if before else run[0].start, after.end())]


def _nearest(run: list[Organisation], folded: str) -> list[Organisation]:
    """`… báo cáo UBND tỉnh; Sở Y tế chủ trì`: only what follows the last semicolon leads."""
    for index in range(len(run) - 1, 0, -1):
        if ";" in folded[run[index - 1].end : run[index].start]:
            return run[index:]
    return run


def _coordinating(
    text: str,
    folded: str,
    organisations: list[Organisation],
    details: list[Detail],
    lead: str | None,
) -> tuple[str, ...]:
    names: list[str] = []
    for cue in _COORDINATES.finditer(folded):
        start = cue.end()
        titles = _TITLES.match(text, start)
        start = titles.end() if titles else start
        index = next((i for i, each in enumerate(organisations) if each.start >= start), None)
        if index is not None and _begins(text, start, organisations[index]):
            names += [each.name for each in run_from(organisations, text, index)]
    names += _named_as_helpers(text, folded, organisations)
    for detail in details:
        value = text[detail.value_start : detail.end]
        if detail.field == "coordinating":
            names += read_names(value)
        elif detail.field == "lead":
            names += lead_of_value(_names_part(value))[1]
    leads = {lead, *(each.name for each in find_organisations(lead or ""))}
    return tuple(dict.fromkeys(name for name in names if name not in leads))


def _named_as_helpers(text: str, folded: str, organisations: list[Organisation]) -> list[str]:
    """`(Sở Y tế chủ trì, Sở Nội vụ phối hợp)`."""
    names: list[str] = []
    index = 0
    while index < len(organisations):
        run = run_from(organisations, text, index)
        if _IS_HELP.match(folded, run[-1].end) and index > 0:
            names += [each.name for each in run]
        index += len(run)
    return names


def _due(folded: str, details: list[Detail], year: int | None) -> str | None:
    labelled = [detail for detail in details if detail.field == "deadline"]
    for detail in labelled:
        if due := find_due(folded[detail.value_start : detail.end], year, labelled=True):
            return due.date
    if labelled:
        return None
    due = find_due(folded, year) or _bare_due(folded, year)
    return due.date if due else None


def _bare_due(folded: str, year: int | None) -> Due | None:
    """`(Sở Y tế; quý II/2026)`: a bracket may hold a date without a preposition."""
    for bracket in _BRACKET.finditer(folded):
        for piece in re.split(r"[;,]", bracket.group(1)):
            if len(piece) < 30 and re.match(r"\s*(?:quý|tháng|\d{1,2}/\d)", piece):
                return find_due(piece, year, labelled=True)
    return None


def _frequency(folded: str, details: list[Detail]) -> Frequency | None:
    for detail in details:
        if detail.field == "deadline":
            return find_frequency(folded[detail.value_start : detail.end], labelled=True)
    return find_frequency(folded)


def _budget(folded: str, details: list[Detail]) -> str | None:
    for detail in details:
        if detail.field == "budget":
            return find_budget(folded[detail.value_start : detail.end], labelled=True)
    return find_budget(folded)


def _value(text: str, details: list[Detail], field: str, keep_lines: bool = False) -> str | None:
    for detail in details:
        if detail.field == field:
            words = text[detail.value_start : detail.end]
            return (words if keep_lines else trim(one_line(words))) or None
    return None


def _due_flags(
    folded: str,
    details: list[Detail],
    due: str | None,
    frequency: Frequency | None,
    year: int | None,
) -> tuple[str, ...]:
    if due or frequency:
        return ()
    written = find_due(folded, year or _LEAP_YEAR)
    if written:
        return ("impossible_date",) if written.date is None else ("deadline_not_read",)
    if any(
        detail.field == "deadline" and has_letters(folded[detail.value_start : detail.end])
        for detail in details
    ):
        return ("deadline_not_read",)
    return ()


# --- the action -----------------------------------------------------------------------------------


def _action(
    text: str,
    folded: str,
    organisations: list[Organisation],
    details: list[Detail],
    opening: Opening | None,
    year: int | None,
) -> str:
    spans = _cuts(text, folded, organisations, details, opening, year)
    words = trim(_without(text, spans))
    if not has_letters(words):
        words = trim(one_line(text))
    return sentence_case(words)


def _cuts(
    text: str,
    folded: str,
    organisations: list[Organisation],
    details: list[Detail],
    opening: Opening | None,
    year: int | None,
) -> list[tuple[int, int]]:
    """The spans that tell who, with whom and when, but not what."""
    year = year or _LEAP_YEAR
    start = opening.work if opening else (topic_end(folded) or 0)
    if opening_label(text):
        start = 0
    spans = [(0, start)]
    start = _after_date(folded, start, year)
    spans.append((0, start))
    start_of_work = _after_partners(text, folded, start, organisations)
    spans.append((start, start_of_work))
    spans += [(detail.start, detail.end) for detail in details]
    spans += [match.span() for match in _WHEN_CLAUSE.finditer(folded, start_of_work)]
    spans += _telling_brackets(text, folded, organisations, year)
    if not opening and (run := _named_as_lead(text, folded, organisations)):
        spans += _lead_clause(folded, run)
    if due := find_due(folded, year):
        rest = folded[due.end : due.end + 3].lstrip(" ")
        if due.start >= start_of_work and (not rest or rest[0] in ".,;)"):
            spans.append((due.start, due.end))
    return spans


def _after_date(folded: str, start: int, year: int | None) -> int:
    """`Trước ngày 30/6/2026, …`, `Hằng năm, …`: where the rest begins."""
    if match := _MONTHLY_START.match(folded, start):
        return match.end()
    due = find_due(folded[start : start + 60], year)
    if due and not folded[start : start + due.start].strip():
        after = re.compile(r",\s{0,4}").match(folded, start + due.end)
        if after:
            return after.end()
    return start


def _after_partners(text: str, folded: str, start: int, organisations: list[Organisation]) -> int:
    """Behind `chủ trì, phối hợp với Sở Nội vụ, các đơn vị liên quan`."""
    match = _LEADS_WITH.match(folded, start)
    if match is None:
        leads = _LEADS.match(folded, start)
        rest = folded[leads.end() :] if leads else ""
        return leads.end() if leads and begins_with_action(rest) else start
    position = match.end()
    titles = _TITLES.match(text, position)
    position = titles.end() if titles else position
    index = next((i for i, each in enumerate(organisations) if each.start >= position), None)
    if index is None or not _begins(text, position, organisations[index]):
        return start
    end = run_from(organisations, text, index)[-1].end
    after = _AFTER_NAME.match(text, end)
    return after.end() if after else end


def _telling_brackets(
    text: str, folded: str, organisations: list[Organisation], year: int | None
) -> list[tuple[int, int]]:
    """Brackets that hold a lead, a helper or a date."""
    spans = []
    last = _LAST_BRACKET.search(text, max(0, len(text) - 300))
    if last and not find_details(folded) and _named_at_the_end(text, organisations):
        spans.append(last.span())
    for bracket in _BRACKET.finditer(folded):
        words = bracket.group(1)
        named = any(bracket.start() < each.start < bracket.end() for each in organisations)
        tells = named and re.search(phrase("chủ trì", "phối hợp", "đầu mối", "thực hiện"), words)
        if tells or find_details(words) or (find_due(words, year) and len(words) < 80):
            spans.append(bracket.span())
    return spans


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            kept.append(text[position:start])
        position = max(position, end)
    kept.append(text[position:])
    words = trim(one_line(" ".join(kept)))
    words = re.sub(r"\s{1,3}([,.;])", r"\1", words)
    words = re.sub(r"[,;.]{1,3}([.;])", r"\1", words)
    for _ in range(_MOST_TRAILING):
        match = _TRAILING.search(words, max(0, len(words) - _WINDOW))
        if match is None:
            break
        words = trim(words[: match.start()])
    return words
