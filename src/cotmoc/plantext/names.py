"""Gives a target its title: its noun phrase without number, comparator, date or bracket."""

from __future__ import annotations

import re

from cotmoc.plantext.deadlines import deadline_spans
from cotmoc.plantext.scope import LEVEL_LIST, LEVEL_PHRASE, eligibility_span, exception_span
from cotmoc.plantext.words import GAP, UPPER, fold, one_line, phrase, sentence_case, trim

MAX_NAME = 300

_CUE = re.compile(
    phrase(
        *("đặt mục tiêu", "với mục tiêu", "mục tiêu là", "phấn đấu", "dự kiến", "hướng tới"),
        *("quyết tâm", "nỗ lực", "đặt ra mục tiêu", "đề ra mục tiêu", "đặt chỉ tiêu"),
        *("đặt ra chỉ tiêu", "đề ra chỉ tiêu", "mục tiêu của chúng tôi là"),
    )
    + r"|(?<!\w)yêu cầu(?=[\s,:]{0,4}$)"
    + r"|(?<!\w)(?:nghị quyết|quyết định|kế hoạch|đề án|chương trình)\s"
    r"[^,;]{0,60}?(?:xác định|nêu rõ|đề ra)" + r"|(?<!\w)cho rằng(?:\scần)?(?!\w)"
)
# Before these stands who sets the goal, never what it measures.
_NO_SUBJECT_BEFORE = (
    *("mục tiêu", "chỉ tiêu", "là", "yêu cầu", "xác định", "nêu rõ", "đề ra", "cho rằng", "cần"),
)
_LINKS = phrase(
    *("theo đó", "trong đó", "bảo đảm", "đảm bảo", "có", "và", "cũng", "là", "bao gồm", "đạt"),
    *("cụ thể", "đến", "với", "năm", "đồng thời", "chủ động", "mục tiêu", "chỉ tiêu", "duy trì"),
    *("trên địa bàn tỉnh có", "toàn tỉnh có", "tất cả", "toàn bộ", "mục tiêu cụ thể", "như sau"),
    *("hoàn thành", "tiếp tục", "tập trung", "xác định", "kế hoạch", "nâng", "giữ vững", "thêm"),
)
_ONLY_LINKS = re.compile(rf"(?:{_LINKS}[\s,:]{{0,4}})+")
_ONLY_SMALL = re.compile(
    rf"(?:{phrase('và', 'là', 'đạt', 'có', 'đến', 'vào', 'phấn đấu')}[\s,:]{{0,4}})+"
)
_LEADING = re.compile(
    phrase(
        *("theo đó", "trong đó", "cụ thể", "phấn đấu", "bảo đảm", "đảm bảo", "dự kiến"),
        *("hướng tới", "đồng thời", "và", "ngoài ra", "bên cạnh đó", "tiếp tục", "trong năm"),
        *("cụ thể là", "phấn đấu đến", "quyết tâm", "nỗ lực"),
    )
    + r"[\s,:]{1,4}"
)
# A title never ends with a word that waits for the number that was taken out.
_DANGLING = re.compile(
    r"(?<!nhà)[\s,]{1,4}"
    + phrase(
        *("đạt", "là", "chiếm", "tăng", "giảm", "tới", "đến", "từ", "ở", "và", "phải"),
        *("với", "có", "mức", "ở mức", "bằng", "được nâng", "trong", "của", "vào", "hoặc", "cho"),
        *("phấn đấu", "dự kiến", "hướng tới", "xuống", "xuống còn", "sẽ"),
        *("còn", "lần lượt", "tương ứng", "giảm còn", "ước", "đã", "hoàn thành đạt", "theo"),
        *("so với", "tăng lên", "giảm xuống", "rút ngắn", "được rút ngắn", "hằng", "cụ thể"),
        *("duy trì", "duy trì ổn định", "ổn định", "giữ ổn định"),
    )
    + r"$|(?<!trở)[\s,]{1,4}lên$"
)
# `nâng tỷ lệ … lên 95%`: the verb belongs to the promise, not to the title.
_LIFTING = re.compile(
    phrase(
        *(
            "nâng cao",
            "nâng",
            "đưa",
            "duy trì",
            "giữ vững",
            "giữ",
            "hạ",
            "kéo giảm",
            "tăng",
            "giảm",
        ),
        *("đóng góp vào",),
    )
    + r"\s{1,4}(?:dần\s|hạng\s)?(?="
    + phrase(
        *("mức", "tỷ lệ", "tỉ lệ", "tỷ trọng", "chỉ số", "số", "thu nhập", "thời gian", "điểm"),
        *("thứ hạng", "vị trí", "xếp hạng", "doanh thu", "tổng", "giá trị", "kim ngạch", "tốc độ"),
        *("quy mô", "mật độ", "năng suất", "bội chi", "diện tích", "sản lượng"),
    )
    + ")"
)
# `Chính quyền số: …`, `Đến năm 2025: …`: a label, unless it is what the numbers measure.
_LABEL = re.compile(r"[^:]{0,160}:\s{1,4}")
# `Về kinh tế số - Kinh tế số …`: a heading and its first bullet in one line.
_ABOUT = re.compile(rf"\s{{0,4}}[Vv]ề\s[^-–:;,]{{3,60}}\s[-–]\s{{1,4}}(?=[{UPPER}])")
_MEASURED = re.compile(
    r"(?:nâng\s|tăng\s|giảm\s)?"
    + phrase(
        *("tỷ lệ", "tỉ lệ", "tỷ trọng", "số", "số lượng", "mức độ", "mức", "tổng", "chỉ số"),
        *("cơ cấu", "thu nhập", "tốc độ", "giá trị", "thời gian", "năng suất", "quy mô"),
        *("xếp hạng", "thứ hạng"),
    )
    + r"(?!\s(?:hóa|hoá|liệu|định))"
)
_LEGAL_REFERENCE = re.compile(
    r"[\s,]{1,4}(?:theo|tại)\s(?:quy định tại\s)?"
    + phrase(
        *("quyết định", "nghị định", "nghị quyết", "luật", "thông tư", "kế hoạch"),
        *("đề án", "chỉ thị", "chương trình", "kết luận", "công văn"),
    )
    + r"\s(?:số\s)?\d[^,;]{0,80}"
    r"|[\s,]{1,4}theo chỉ tiêu (?:của\s)?(?:quốc gia|tỉnh)(?!\w)"
)
# Small words between a level list and the numbers that follow it in turn.
_IN_TURN = re.compile(r"(?:,\s|\s)?" + phrase("lần lượt", "tương ứng") + r"(?:\s(?:là|đạt|với))?")
_COMPARED_WITH = re.compile(rf"(?:^|[\s,]{{1,4}})so{GAP}với\s([^,;]{{1,80}})")
# After such a comma the sentence explains; the title is complete before it.
_EXPLANATION = re.compile(
    r",\s{1,4}"
    + phrase("người dân chỉ", "trong đó", "bảo đảm", "đảm bảo", "nhằm", "để", "góp phần")
    + r"|,\s{1,4}"
    + phrase(
        *("qua đó", "hướng tới", "từng bước", "phục vụ", "bao gồm", "sẵn sàng"),
        *("phù hợp với", "đáp ứng", "thông qua", "trên cơ sở", "tiến tới", "ưu tiên", "nhất là"),
        *("đặc biệt", "trong trường hợp", "làm cơ sở", "đồng thời", "không để", "tiếp tục"),
    )
    + r"|,\s{1,4}tạo(?!\w|\slập)"
    + r"|(?<=.{12})\svà tiếp tục\s(?:tăng|nâng|duy trì|mở rộng|cắt|giảm)(?!\w)"
)
# `đạt 95%, không để …`: what follows a complete promise explains it.
_MERELY_EXPLAINS = re.compile(
    phrase("không để", "không phát sinh", "góp phần", "qua đó", "nhằm", "từng bước")
    + r"|[\s,\"”]{0,5}(?:ông|bà|đồng chí)\s(?!con\s|mẹ\s).{0,120}"
    r"(?:nói|cho biết|nhấn mạnh|khẳng định|chia sẻ)"
)
_FINAL_YEAR = re.compile(r"(?<!so với)(?<!kế hoạch)(?:\strong)?\snăm\s20\d\d$")
_SHARE = re.compile(r"(?:tỷ|tỉ)\s(?:lệ|trọng)\s")
_BRACKETS = re.compile(r"\([^()]{0,600}\)")


def clean(words: str, keep_levels: bool = True, keep_end: bool = False) -> str:
    """The words without everything that does not belong in a title.

    With `keep_end` a last `có` or `tới` stays, because more words will follow.
    """
    folded = fold(words)
    cuts = deadline_spans(folded) + [match.span() for match in _BRACKETS.finditer(folded)]
    cuts += [match.span() for match in _LEGAL_REFERENCE.finditer(folded)]
    cuts += [match.span() for match in _COMPARED_WITH.finditer(folded)]
    cuts += [match.span() for match in _IN_TURN.finditer(folded)]
    cuts += [span for span in (eligibility_span(words), exception_span(words)) if span]
    if not keep_levels:
        cuts += [match.span() for match in LEVEL_LIST.finditer(folded)]
        cuts += [match.span() for match in LEVEL_PHRASE.finditer(folded)]
    text = trim(one_line(_without(words, cuts)))
    if explanation := _EXPLANATION.search(fold(text)):
        text = text[: explanation.start()]
    if keep_end:
        return _strip_start(text)
    return "" if _ONLY_SMALL.fullmatch(fold(text)) else _strip_edges(text)


def head_of(words: str, keep_actor: bool = False) -> str:
    """The subject before a number; what merely announces a target is dropped.

    `Phấn đấu kinh tế số …` has its subject after the announcement, `Tỷ lệ … phấn đấu` before it.
    Who strives (`tỉnh phấn đấu`) is no subject, except of a rank.
    """
    words = _last_measured(_without_holder(unlabelled(words)))
    if assigned := _ASSIGNED.match(fold(words)):
        words = words[assigned.end() :]
    if _ORDER.search(fold(words)):
        return ""
    cues = list(_CUE.finditer(fold(words)))
    if not cues:
        return _meaningful(words)
    cue = cues[-1]
    if after := _meaningful(words[cue.end() :]):
        return after
    if cue.group().endswith(_NO_SUBJECT_BEFORE) or (
        not keep_actor and is_actor(words[: cue.start()])
    ):
        return ""
    return _meaningful(words[: cue.start()])


_MEASURED_AFTER_COMMA = re.compile(
    r",\s{1,4}((?:duy trì\s|nâng\s|giảm\s|tăng\s|đưa\s|đóng góp vào\s|bảo đảm\s|đảm bảo\s)?"
    + phrase(
        *("chỉ số", "tỷ lệ", "tỉ lệ", "tỷ trọng", "mức độ", "doanh thu", "thu nhập", "năng suất"),
        *("tốc độ", "kim ngạch"),
    )
    + r"(?!\s\d))"
)
# `Đẩy mạnh số hóa, bảo đảm trên 80% hồ sơ …`: the subject follows, what stands before is another.
_ORDER = re.compile(
    r",\s{1,4}(?:đồng thời\s)?"
    + phrase("bảo đảm", "đảm bảo", "phấn đấu", "hướng tới", "trong đó")
    + r"(?:\s(?:có|đạt|cho|bố trí|dành|chi))?\s{0,4}$"
)


# `Giao UBND cấp xã hoàn thành 100% …`: who is told to, not what is reached.
_ASSIGNED = re.compile(
    r"\s{0,4}giao\s[^,;:]{3,80}?\s(?="
    + phrase("hoàn thành", "thực hiện", "bảo đảm", "đảm bảo", "triển khai", "bố trí")
    + ")"
)
_ACTOR = re.compile(
    r"(?:[^,:]{0,60}[,:]\s{1,4}){0,2}(?:[Tt]oàn |[Cc]ác )?"
    r"(?:(?:UBND |[Ủủ]y ban nhân dân )?(?:[Tt]ỉnh|[Tt]hành phố|TP\.?|[Đđ]ịa phương|[Kk]ế hoạch"
    r"|[Đđ]ề án|[Nn]gành|[Nn]ghị quyết|[Cc]hương trình|[Xx]ã|[Pp]hường|[Cc]hính phủ|[Ss]ở)"
    rf"[^,;:]{{0,80}}|(?:[{UPPER}]\w+\s){{1,3}}(?:sẽ|cũng)?"
    rf"|[\"“]?[Cc]húng t(?:a|ôi)[^,;:]{{0,20}})\s{{0,4}}"
)
_INDEX_NAMED = re.compile(
    r"(?<!\w)(?:bộ )?chỉ số\s[^,;.]{2,80}?"
    r"(?=\s(?:của|cấp|năm|xếp|đạt|thuộc|nằm|đứng|trong|vào|tăng|cao|tốt)\s|[,;.]|$)"
)


# `Cà Mau có 80% dịch vụ …`, `Việt Nam có quy mô kinh tế số đạt …`: whose target it is.
_HOLDER = re.compile(
    r"(?:(?:nay|[Mm]ục tiêu)[\s,:]{1,4})?(?:[Tt]oàn |[Cc]ả )?"
    r"(?:(?:[Tt]ỉnh|[Tt]hành phố|[Hh]uyện|TP\.?)(?:\s[^\W\d_a-z][^\W\d_]*){0,3}"
    rf"|(?:[{UPPER}]\w+\s){{1,3}}[{UPPER}]\w+)\s(?:sẽ\s|phải\s|cần\s)?có"
)


def _without_holder(words: str) -> str:
    holder = _HOLDER.match(words.lstrip())
    if holder is None:
        return words
    rest = words.lstrip()[holder.end() :]
    return rest if _MEASURED.match(fold(rest).lstrip()) else words


def is_actor(words: str) -> bool:
    """Do the words only say who strives: `Theo đó, tỉnh`, `Bình Định`?"""
    return _ACTOR.fullmatch(one_line(words) + " ") is not None


def index_named(words: str) -> str | None:
    """`chỉ số DTI`, when the words speak of an index."""
    match = _INDEX_NAMED.search(fold(words))
    return trim(one_line(words[slice(*match.span())])) if match else None


def unlabelled(words: str) -> str:
    """Without a label such as `Kinh tế số:`; a label that is measured itself is kept."""
    if about := _ABOUT.match(words):
        words = words[about.end() :]
    label = _LABEL.match(words)
    if label is None or not _meaningful(words[label.end() :]):
        return words
    if _MEASURED.match(fold(words).lstrip()) and not fold(words).lstrip().startswith("cơ cấu"):
        return words[: label.end()].rstrip().rstrip(":") + " " + words[label.end() :]
    return words[label.end() :]


def _last_measured(words: str) -> str:
    """`Phát triển …, duy trì chỉ số HDI` before its number: only what is measured."""
    folded = fold(words)
    cuts = list(_MEASURED_AFTER_COMMA.finditer(folded))
    if not cuts or _MEASURED.match(folded.lstrip()):
        return words
    return words[cuts[-1].start(1) :]


def is_mere_label(words: str) -> bool:
    """`Phát triển xã hội số:`: a label that is not what the number measures."""
    return words.rstrip().endswith(":") and _MEASURED.match(fold(words).lstrip()) is None


def measured_label(words: str) -> str | None:
    """`Cơ cấu kinh tế` of `Cơ cấu kinh tế: nông nghiệp chiếm 20%; …`: it holds for what follows."""
    label = _LABEL.match(words + " ")
    if label is None or not _MEASURED.match(fold(words).lstrip()):
        return None
    return clean(label.group()) or None


def merely_explains(tail: str) -> bool:
    """Does the tail of a promise whose subject is known say nothing of what is measured?"""
    return _MERELY_EXPLAINS.match(fold(tail)) is not None


def lifted(words: str) -> str:
    """Without the verb of `nâng tỷ lệ …` or `giảm số …`, which belongs to the promise."""
    match = _LIFTING.match(fold(words))
    return words[match.end() :] if match else words


def _meaningful(words: str) -> str:
    """The words, or nothing when they only link (`có`, `bảo đảm`, `đến năm 2025,`)."""
    text = _strip_start(trim(one_line(_without(words, deadline_spans(fold(words))))))
    is_idle = _ONLY_LINKS.fullmatch(fold(text)) or _HOLDER.fullmatch(text)
    return "" if not text or is_idle else text


def compared_with(words: str) -> str | None:
    match = _COMPARED_WITH.search(fold(words))
    return one_line(words[match.start(1) : match.end(1)]) if match else None


def title(*parts: str) -> str:
    """One phrase in sentence case; too long for a title is cut at a word."""
    text = trim(one_line(" ".join(part for part in parts if part)))
    if len(text) > MAX_NAME:
        text = text[:MAX_NAME].rsplit(" ", 1)[0]
    if text.count('"') == 1:
        text = trim(text.replace('"', ""))
    return sentence_case(_strip_edges(text))


def share_title(part: str, whole: str) -> str:
    """`kinh tế số` and `GRDP của tỉnh` → `Tỷ trọng kinh tế số trong GRDP của tỉnh`."""
    part = _strip_edges(part)
    prefix = "" if _SHARE.match(fold(part)) else "Tỷ trọng "
    return title(f"{prefix}{_small(part) if prefix else part}", "trong", whole)


def growth_title(what: str, falling: bool) -> str:
    folded = fold(what)
    if folded.startswith(("tốc độ", "mức tăng", "mức giảm", "tăng trưởng", "nhịp độ")):
        return title(what)
    return title("Mức giảm" if falling else "Tốc độ tăng", _small(what))


def change_title(what: str, falling: bool) -> str:
    """`Số người tham gia tăng 10.000 người`: by how much, not up to which number."""
    return title("Mức giảm" if falling else "Mức tăng", _small(what))


def contribution_title(who: str, to: str) -> str:
    return title("Đóng góp của", _small(who), to)


def rank_title(what: str) -> str:
    return title(
        what if fold(what).startswith(("xếp hạng", "thứ hạng")) else "Xếp hạng " + _small(what)
    )


def _small(words: str) -> str:
    """Lower-case first letter, unless the word is an acronym or a name of two words."""
    second = words.partition(" ")[2]
    if second[:1].isupper() and second[1:2].islower():
        return words
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def _without(words: str, spans: list[tuple[int, int]]) -> str:
    kept: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            kept.append(words[position:start])
        position = max(position, end)
    kept.append(words[position:])
    return " ".join(kept).replace(" ,", ",")


def _strip_start(text: str) -> str:
    while match := _LEADING.match(fold(text)):
        text = text[match.end() :]
    return trim(text)


def _strip_edges(text: str) -> str:
    text = _FINAL_YEAR.sub("", _strip_start(text))
    while match := _DANGLING.search(fold(text)):
        text = trim(text[: match.start()])
    return text
