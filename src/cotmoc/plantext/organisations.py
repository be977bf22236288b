"""Finds the organisations a text names, as written, and cuts lists of them.

`Sở Nội vụ, Sở Tài chính và các đơn vị liên quan` are three, `Sở Nông nghiệp và Môi trường` one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cotmoc.core.text import fold as searchable
from cotmoc.core.text import same_tone_place
from cotmoc.plantext.words import GAP, UPPER, one_line, phrase, trim

LOWER = UPPER.lower()
_BLANK = r"[ \u00a0]{1,2}"
_AND = rf"(?:{GAP}và{GAP}|{GAP}&{GAP}|&|\s{{0,2}}[-–]\s{{0,2}}|\s{{0,2}},\s{{1,4}})"


def _any(*alternatives: str) -> str:
    """Alternatives, longest first, with gaps for blanks."""
    ordered = sorted(alternatives, key=len, reverse=True)
    return "(?:" + "|".join(words.replace(" ", GAP) for words in ordered) + ")"


# --- proper names ---------------------------------------------------------------------------------

# The fields of the provincial departments, before and after the reorganisation of 2025.
_FIELD = _any(
    rf"khoa học{_AND}công nghệ",
    rf"thông tin{_AND}truyền thông",
    rf"kế hoạch{_AND}đầu tư",
    rf"giáo dục{_AND}đào tạo",
    rf"tài nguyên{_AND}môi trường",
    rf"nông nghiệp{_AND}môi trường",
    rf"nông nghiệp{_AND}phát triển nông thôn",
    rf"nông nghiệp{_AND}ptnt",
    rf"lao động{_AND}thương binh{_AND}xã hội",
    rf"văn h(?:óa|oá){_AND}thể thao{_AND}du lịch",
    rf"văn h(?:óa|oá){_AND}thể thao",
    rf"dân tộc{_AND}tôn giáo",
    rf"quy hoạch{_AND}kiến trúc",
    rf"giao thông{_AND}xây dựng",
    *("giao thông vận tải", "giao thông công chánh", "an toàn thực phẩm", "nội vụ", "tài chính"),
    *("tư pháp", "công thương", "xây dựng", "y tế", "ngoại vụ", "du lịch", "công nghiệp"),
    *(r"kh\s?(?:&|và)\s?cn", "khcn", r"tt\s?(?:&|và)\s?tt", "tttt", r"kh\s?(?:&|và)\s?đt", "khđt"),
    *(r"gd\s?(?:&|và)\s?đt", "gdđt", r"tn\s?(?:&|và)\s?mt", "tnmt", r"nn\s?(?:&|và)\s?mt", "nnmt"),
    *(r"nn\s?(?:&|và)\s?ptnt", "nnptnt", "gtvt", "qhkt", r"lđ\s?-?\s?tb\s?(?:&|và)\s?xh", "lđtbxh"),
    *(r"vh\s?,?\s?tt\s?(?:&|và)\s?dl", "vhttdl", r"vh\s?(?:&|và)\s?tt", "vhtt", r"dt\s?&\s?tg"),
)
_FIELD_ITEM = rf"(?i:{_FIELD})(?!\w)"
_HEADS = (
    r"(?:Sở|Ban|Văn phòng|Công (?:an|ty)|Ủy|Uỷ|UBND|HĐND|Hội|Trung tâm|Bưu điện|VNPT|Viettel"
    r"|MobiFone|Mobifone|Đài|Báo|Đoàn|Ngân hàng|Kho bạc|Cục|Chi (?:cục|nhánh)|Thanh tra|Tỉnh|Các"
    r"|Bộ|Giao|Chủ|Khu vực|Phối hợp|Thuế|Thống kê|Bảo hiểm|Liên (?:đoàn|minh|hiệp)|Trường"
    r"|BHXH)(?!\w)"
)
_CAPITAL = rf"(?!{_HEADS})[{UPPER}][\w’']{{0,14}}"
_PLACE = rf"(?:{_BLANK}{_CAPITAL}(?:(?:{_BLANK}|\s[-–]\s){_CAPITAL}){{0,4}})"
_LEVEL = _any("tỉnh", "thành phố", "huyện", "thị xã", "thị trấn", "xã", "phường", "đặc khu", "quận")
_LEVELS = (
    rf"(?i:cấp{GAP}(?:tỉnh|huyện|xã)(?:(?:,|{GAP}và){GAP}cấp{GAP}(?:huyện|xã)(?!\w))?|các{GAP}cấp"
    rf"|(?:các{GAP})?{_LEVEL}(?:(?:\s{{0,2}},\s{{0,4}}|\s?/\s?|{GAP}và{GAP}|\s-\s)"
    rf"(?:các{GAP})?{_LEVEL}(?!\w)){{0,5}})(?!\w)"
)
_OF = rf"(?:{GAP}(?i:tỉnh|thành{GAP}phố|TP\.?)(?!\w){_PLACE}?)"
_AREA = rf"(?:{_OF}|{GAP}[Kk]hu{GAP}vực(?:{GAP}(?:\d{{1,2}}|[IVX]{{1,5}})(?!\w))?{_OF}?|{_PLACE})"
_COMMITTEE = rf"(?i:(?:ủy|uỷ){GAP}ban{GAP}nhân{GAP}dân|ubnd)"
_COUNCIL = rf"(?i:hội{GAP}đồng{GAP}nhân{GAP}dân|hđnd)"
# Words that begin what an organisation does: no name reaches beyond them.
_PREDICATE = phrase(
    *("chủ trì", "phối hợp", "tham mưu", "triển khai", "thực hiện", "rà soát", "hướng dẫn", "có"),
    *("chịu", "là", "tiếp tục", "đẩy mạnh", "tăng cường", "theo dõi", "đôn đốc", "báo cáo"),
    *("kiểm tra", "bố trí", "cân đối", "thẩm định", "căn cứ", "chỉ đạo", "ban hành", "hoàn thành"),
    *("cung cấp", "vận hành", "cập nhật", "trình", "giúp", "nghiên cứu", "đề xuất", "duy trì"),
    *("bảo đảm", "đảm bảo", "tích cực", "chủ động", "định kỳ", "thường xuyên", "kịp thời"),
    *(
        "khẩn trương",
        "làm",
        "đề nghị",
        "trước",
        "trong",
        "theo",
        "lãnh đạo",
        "để",
        "với",
        "cùng",
        "từ",
        "đến",
    ),
    *("về", "sử dụng", "tập trung", "lồng ghép", "thống nhất", "xem xét", "tổng hợp", "nâng cấp"),
    *("kết nối", "tổ chức", "xây dựng", "tuyên truyền", "vận động", "giao", "các", "do", "hằng"),
    *("hàng", "nhằm", "khi", "tại", "trên", "dưới", "đã", "được", "phải", "cần", "sẽ", "thuộc"),
)
_WORD = rf"(?!{_PREDICATE})[\w&]{{1,14}}"
_TAIL = (
    rf"(?:{_BLANK}|\n){_CAPITAL}(?:{GAP}(?!và(?!\w)|{_HEADS}){_WORD}"
    rf"|{_AND}(?={_CAPITAL}){_WORD}){{0,8}}"
)
# After a comma a capital letter more likely begins another name.
_TAIL = _TAIL.replace(r"|\s{0,2},\s{1,4}", "")
_PRESS = rf"(?i:phát{GAP}thanh(?:,|{GAP}và|\s?[-–])?{GAP}truyền{GAP}hình|pt ?[-&]? ?th(?:{GAP}và)?)"
# The committees of the Party below the province, before `các huyện` is read as a group.
_BELOW = (
    rf"(?:{GAP}(?i:(?:các{GAP})?xã,{GAP}phường(?:,{GAP}đặc{GAP}khu)?(?!\w)"
    rf"|(?:trực{GAP})?thuộc(?:{GAP}tỉnh{GAP}(?:ủy|uỷ))?)){{0,2}}"
)
_COMMITTEE_OF_PARTY = rf"(?:huyện|thị|quận|thành|đảng|cấp){GAP}(?:ủy|uỷ)"
_PARTY = (
    rf"(?i:các{GAP}{_COMMITTEE_OF_PARTY}(?:(?:,|{GAP}và){GAP}{_COMMITTEE_OF_PARTY}){{0,4}}"
    rf"|{_COMMITTEE_OF_PARTY}(?:(?:,|{GAP}và){GAP}{_COMMITTEE_OF_PARTY}){{1,4}}){_BELOW}"
)
_PROPER = (
    rf"(?i:sở){GAP}{_FIELD_ITEM}{_OF}?",
    rf"Sở{GAP}{_CAPITAL}(?:{GAP}{_WORD})?{_OF}?",
    rf"Bộ{GAP}(?:{_FIELD_ITEM}|(?i:công{GAP}an|quốc{GAP}phòng|ngoại{GAP}giao)(?!\w))",
    rf"(?i:đảng{GAP}đoàn|ban{GAP}cán{GAP}sự{GAP}đảng|đảng{GAP}(?:ủy|uỷ)){GAP}"
    rf"(?:{_COMMITTEE}|{_COUNCIL})(?:{GAP}{_LEVELS}{_PLACE}?)?",
    rf"(?i:thường{GAP}trực){GAP}{_COUNCIL}(?:{GAP}{_LEVELS}{_PLACE}?)?",
    rf"(?i:ban{GAP}thường{GAP}vụ|thường{GAP}trực){GAP}(?i:(?:tỉnh|thành|đảng){GAP}(?:ủy|uỷ))",
    rf"(?i:(?:các{GAP})?thành{GAP}viên){GAP}Ban{GAP}Chỉ{GAP}đạo(?:{GAP}{_WORD}){{0,6}}",
    rf"(?:Viễn{GAP}thông){_AREA}",
    rf"(?i:văn{GAP}phòng|vp)\s{{0,2}}{_COMMITTEE}{GAP}{_LEVELS}{_PLACE}?",
    rf"(?i:văn{GAP}phòng){GAP}(?i:đoàn{GAP}(?:đại{GAP}biểu{GAP}quốc{GAP}hội|đbqh)){GAP}(?:và|&)"
    rf"{GAP}{_COUNCIL}{_OF}?",
    rf"(?i:văn{GAP}phòng){GAP}(?:{_COUNCIL}{_OF}?|(?i:tỉnh{GAP}(?:ủy|uỷ)|thành{GAP}(?:ủy|uỷ)))",
    rf"{_COUNCIL}(?:{GAP}và{GAP}{_COMMITTEE})?(?:{GAP}{_LEVELS}{_PLACE}?)?",
    rf"{_COMMITTEE}{GAP}{_LEVELS}{_PLACE}?",
    rf"(?i:(?:(?:ủy|uỷ){GAP}ban{GAP})?(?:(?:ub)?mttq|mặt{GAP}trận{GAP}tổ{GAP}quốc)(?:{GAP}việt{GAP}nam)?)"
    rf"(?:{GAP}{_LEVELS}{_PLACE}?)?",
    rf"(?i:công{GAP}an){GAP}{_LEVELS}{_PLACE}?",
    rf"(?i:bộ{GAP}(?:chỉ{GAP}huy|ch){GAP}(?:quân{GAP}sự|bộ{GAP}đội{GAP}biên{GAP}phòng)|bộ{GAP}chqs"
    rf"|ban{GAP}chỉ{GAP}huy{GAP}quân{GAP}sự){_OF}?",
    rf"(?:Thanh{GAP}tra|THANH{GAP}TRA|Thuế|Thống{GAP}kê|Hải{GAP}quan|Điện{GAP}lực|Cục{GAP}Thuế"
    rf"|Cục{GAP}Thống{GAP}kê|Kho{GAP}bạc(?:{GAP}[Nn]hà{GAP}nước)?|KBNN|BHXH|TAND|VKSND"
    rf"|Bảo{GAP}hiểm{GAP}xã{GAP}hội|Bưu{GAP}điện|T(?:òa|oà){GAP}án(?:{GAP}nhân{GAP}dân)?"
    rf"|Viện{GAP}[Kk]iểm{GAP}sát(?:{GAP}nhân{GAP}dân)?){_AREA}",
    rf"(?i:bảo{GAP}hiểm{GAP}xã{GAP}hội)(?={GAP}{phrase('chủ trì', 'phối hợp')})",
    rf"(?:Ngân{GAP}hàng{GAP}(?i:nhà{GAP}nước|chính{GAP}sách{GAP}xã{GAP}hội)|NHNN|NHCSXH)"
    rf"(?:{GAP}Việt{GAP}Nam)?(?:\s?[-–])?(?:{GAP}(?i:chi{GAP}nhánh){_AREA}?|{_AREA})?"
    rf"(?:{GAP}Khu{GAP}vực{GAP}\d{{1,2}})?",
    rf"(?i:đài){GAP}{_PRESS}{_AREA}?",
    rf"(?i:báo)(?:{_OF}|{_PLACE})?{GAP}(?:và|&){GAP}(?i:đài{GAP})?{_PRESS}{_AREA}?",
    rf"(?:Báo{_AREA}|Thông{GAP}tấn{GAP}xã(?:{GAP}Việt{GAP}Nam)?)",
    rf"(?:VNPT|Viettel|VIETTEL|MobiFone|Mobifone|FPT(?:{GAP}Telecom)?|VietNamPost)(?:{_AREA})?",
    rf"(?:Tỉnh|Thành|TỈNH|THÀNH){GAP}(?i:đoàn|ủy|uỷ)(?:{_PLACE})?",
    rf"Đoàn{GAP}(?i:tncs|thanh{GAP}niên(?:{GAP}cộng{GAP}sản)?)(?:{GAP}Hồ{GAP}Chí{GAP}Minh)?{_OF}?",
    rf"Hội{GAP}(?i:lhpn|liên{GAP}hiệp{GAP}phụ{GAP}nữ|phụ{GAP}nữ|nông{GAP}dân|cựu{GAP}chiến{GAP}binh"
    rf"|ccb|chữ{GAP}thập{GAP}đỏ|khuyến{GAP}học|nhà{GAP}báo|luật{GAP}gia)"
    rf"(?:{_AREA}|{GAP}(?i:xã|phường|huyện)(?!\w))?",
    rf"(?:Liên{GAP}đoàn{GAP}[Ll]ao{GAP}động|LĐLĐ|Liên{GAP}minh{GAP}(?:HTX|[Hh]ợp{GAP}tác{GAP}xã))"
    rf"(?:{_AREA})?",
    rf"(?:BQL|[Bb]an{GAP}[Qq]uản{GAP}lý){GAP}(?:các{GAP})?(?i:khu|kcn|kkt|dự{GAP}án)"
    rf"(?:{GAP}(?!và(?!\w)|{_HEADS}){_WORD}|{GAP}và{GAP}(?:các{GAP})?(?i:khu|kcn)(?!\w)"
    rf"|,{GAP}(?i:khu|kcn)(?!\w)){{0,8}}",
    rf"(?i:trung{GAP}tâm){GAP}(?i:phục{GAP}vụ{GAP}(?:hành{GAP}chính{GAP}công|hcc)){_OF}?"
    rf"(?:{GAP}{_LEVELS})?",
    rf"(?i:cổng{GAP}thông{GAP}tin{GAP}điện{GAP}tử){_AREA}",
    rf"(?i:tổ{GAP}công{GAP}nghệ{GAP}số{GAP}cộng{GAP}đồng)",
    rf"(?:Đảng{GAP}(?:ủy|uỷ)){GAP}(?:các{GAP})?(?:{_COMMITTEE}{GAP}tỉnh|cơ{GAP}quan|xã|phường)"
    rf"(?:{GAP}(?:Đảng|tỉnh))?(?:,{GAP}phường)?",
    # A kind of organisation with a name that no list holds.
    rf"(?:Trung{GAP}tâm|Chi{GAP}cục|Cục|Ban|Phòng|Trường|Học{GAP}viện|Viện|Quỹ|Hội|Hiệp{GAP}hội"
    rf"|Liên{GAP}hiệp(?:{GAP}các)?|Văn{GAP}phòng|Công{GAP}ty|Tổng{GAP}[Cc]ông{GAP}ty|Tập{GAP}đoàn"
    rf"|Ngân{GAP}hàng|Bệnh{GAP}viện|Tổ|Đoàn){_TAIL}(?:{GAP}(?:Tỉnh|Thành){GAP}(?:ủy|uỷ))?",
)

# --- groups ---------------------------------------------------------------------------------------

_NOUN = _any(
    *("sở", "ban", "ngành", "bộ", "đoàn thể", "địa phương", "cơ quan", "đơn vị", "tổ chức"),
    *("doanh nghiệp", "hội", "cấp", "phòng", "xã", "phường", "huyện", "thị xã", "thành phố"),
    *("đặc khu", "hiệp hội", "tổ chức chính trị ?[-–] ?xã hội", "mặt trận", "hội đoàn thể"),
    *("tổ chức đoàn thể", "cơ quan chuyên môn", "doanh nghiệp viễn thông", "cơ quan báo chí"),
    *("doanh nghiệp bưu chính, viễn thông", "doanh nghiệp bưu chính", "viễn thông", "ngân hàng"),
    *("cơ quan thông tấn, báo chí", "tổ chức tín dụng", "ngân hàng thương mại", "tổ chức hội"),
    *("cơ sở giáo dục", "cơ sở y tế", "cơ sở khám bệnh, chữa bệnh", "đơn vị sự nghiệp công lập"),
    *("đơn vị sự nghiệp", "trường đại học", "cao đẳng", "trường học", "bệnh viện", "trường"),
    *("chủ đầu tư", "nhà mạng", "doanh nghiệp công nghệ số", "doanh nghiệp công nghệ thông tin"),
    *("đơn vị chủ quản hệ thống thông tin", "chủ quản hệ thống thông tin", "cơ quan nhà nước"),
    *("tổ chức xã hội", "tổ chức chính trị", "xã hội ?[-–] ?nghề nghiệp", "thôn", "tổ dân phố"),
    *(
        "cơ quan trung ương",
        "cntt",
        "công nghệ thông tin",
        "công nghệ số",
        "cấp ủy",
        "tổ chức đảng",
        "chi bộ",
        "cơ sở khám, chữa bệnh",
        "tổ đại biểu",
        "đại biểu",
        "cơ quan hành chính nhà nước",
        "cơ quan hành chính",
        "chi nhánh",
    ),
)
_GROUP_TAIL = (
    rf"(?:{GAP}(?:"
    + "|".join(
        (
            rf"(?:có{GAP})?liên{GAP}quan",
            rf"cấp{GAP}(?:tỉnh|huyện|xã)",
            rf"(?:trực{GAP})?thuộc{GAP}(?:ủy{GAP}ban{GAP}nhân{GAP}dân{GAP}|ubnd{GAP})?tỉnh",
            rf"(?:của|trong){GAP}tỉnh",
            rf"(?:của{GAP})?(?:hđnd|hội{GAP}đồng{GAP}nhân{GAP}dân)(?:{GAP}tỉnh)?",
            rf"trên{GAP}địa{GAP}bàn(?:{GAP}(?:toàn{GAP})?tỉnh)?",
            rf"(?:của{GAP})?trung{GAP}ương(?:{GAP}đóng)?",
            rf"(?:được{GAP}giao{GAP})?chủ{GAP}trì{GAP}(?:các{GAP})?(?:chỉ{GAP}tiêu|nhiệm{GAP}vụ)"
            rf"(?:{GAP}thành{GAP}phần)?(?:{GAP}tại{GAP}phụ{GAP}lục(?:{GAP}[IVX\d]{{1,4}}(?!\w))?)?",
            rf"(?:trực{GAP})?thuộc(?:{GAP}sở)?|xã|phường|huyện|thôn",
            rf"chức{GAP}năng|chuyên{GAP}môn|nhà{GAP}nước|tỉnh",
        )
    )
    + r")(?!\w)){0,4}"
)
# `…, Hội Nông dân tỉnh` is a name of its own; `bộ, ngành Trung ương` is not.
_MORE = (
    rf"(?:(?:\s{{0,2}}[,;/]\s{{0,4}}|{GAP}và{GAP}){_NOUN}(?!\w)"
    rf"(?-i:(?!{GAP}(?!Trung{GAP}ương|Hội{GAP}đồng|HĐND)[{UPPER}][{LOWER}])))"
)
_GROUPS = (
    rf"(?i:(?:(?:tất{GAP}cả|toàn{GAP}bộ){GAP})?các{GAP}{_NOUN}(?!\w){_MORE}{{0,8}}{_GROUP_TAIL})"
    rf"(?:(?<=tỉnh){_PLACE})?",
    rf"(?i:(?:sở|cơ{GAP}quan|đơn{GAP}vị|ban|địa{GAP}phương)(?!\w){_MORE}{{1,8}}{_GROUP_TAIL})",
    rf"(?i:(?:các{GAP})?doanh{GAP}nghiệp{GAP}(?:bưu{GAP}chính(?:,|{GAP}và)?{GAP})?"
    rf"(?:viễn{GAP}thông|công{GAP}nghệ{GAP}(?:số|thông{GAP}tin)|bưu{GAP}chính)"
    rf"(?:(?:,|{GAP}và){GAP}(?:viễn{GAP}thông|công{GAP}nghệ{GAP}(?:số|thông{GAP}tin)))?{_GROUP_TAIL})",
    rf"(?i:(?:sở|ngành|cơ{GAP}quan|đơn{GAP}vị|địa{GAP}phương|tổ{GAP}chức){GAP}(?:có{GAP})?liên"
    rf"{GAP}quan)",
)
# `các Sở: Nội vụ, Tài chính và Tư pháp` names three departments.
_SERIES = re.compile(
    rf"(?<!\w)(?i:(?:các{GAP})?sở)\s?:?\s{{1,4}}(?P<fields>{_FIELD_ITEM}"
    rf"(?:(?:\s?[,;]\s{{0,4}}(?:và{GAP})?|{GAP}và{GAP}){_FIELD_ITEM}){{1,20}})"
)
_FIELD_ALONE = re.compile(_FIELD_ITEM)
_SITE = r"(?<!cơ )(?<!cơ\n)(?<!trụ )(?<!cán )(?<!đồng )(?<!nội )"
_NAME = re.compile(
    rf"(?<![\w-]){_SITE}(?:"
    + "|".join((_PARTY, *_PROPER[:1], *_GROUPS[:1], *_PROPER[1:], *_GROUPS[1:]))
    + r")(?!\w)"
)
_BETWEEN = re.compile(r"[\s,;:.+/&•–-]{0,12}(?:(?:và|cùng|với|hoặc)\s{1,4}){0,2}")
TITLE = (
    r"(?:Giám đốc|Phó Giám đốc|Chủ tịch|Phó Chủ tịch|Thủ trưởng|Chánh|Người đứng đầu|Lãnh đạo"
    r"|Cục trưởng|Đồng chí|Trưởng|Bí thư"
    r"|Tổng Giám đốc|Tổng Biên tập)"
)
_BEFORE_NAME = re.compile(rf"(?!lãnh)(?i:{TITLE}(?:{GAP}và{GAP}|,{GAP})?){GAP}$")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as written; in a series (`các Sở: Nội vụ, …`) the name is completed."""

    name: str
    start: int
    end: int

    @property
    def is_group(self) -> bool:
        """Does the name stand for several bodies (`các sở, ngành`, `UBND các xã`)?"""
        return _IS_GROUP.search(self.name.lower()) is not None


_IS_GROUP = re.compile(
    phrase("các", "cấp xã", "cấp huyện", "liên quan") + r"|^(?:sở|cơ quan|đơn vị|ban), "
)


def find_organisations(text: str) -> list[Organisation]:
    """The organisations of a text in order; linear in its length."""
    found: list[Organisation] = []
    position = 0
    for match in _NAME.finditer(text):
        if match.start() < position:
            continue
        series = _SERIES.match(text, match.start())
        if series and series.end() > match.end() and _is_series(series):
            found.extend(_fields(text, series))
            position = series.end()
        else:
            start, end = match.span()
            found.append(Organisation(one_line(text[start:end]), start, end))
            position = end
    return found


def _is_series(series: re.Match[str]) -> bool:
    """Not `Sở Tư pháp, xây dựng …`: a series says `các sở` or has a colon."""
    return series.group().lower().startswith("các") or ":" in series.group()


def _fields(text: str, series: re.Match[str]) -> Iterator[Organisation]:
    for match in _FIELD_ALONE.finditer(text, *series.span("fields")):
        yield Organisation(f"Sở {one_line(match.group())}", *match.span())


def run_from(organisations: list[Organisation], text: str, first: int) -> list[Organisation]:
    """The organisations listed one after the other from index `first` on."""
    run = organisations[first : first + 1]
    for before, after in pairwise(organisations[first:]):
        gap = _BEFORE_NAME.sub("", _without_brackets(text[before.end : after.start]))
        if not _BETWEEN.fullmatch(gap):
            break
        run.append(after)
    return run


def read_names(value: str) -> tuple[str, ...]:
    """Everybody named by a value that lists organisations, also those of unknown kinds.

    For labelled lines and table cells; `value` holds nothing else.
    """
    names: list[str] = []
    position = 0
    for organisation in find_organisations(value):
        names += _unknown(value[position : organisation.start])
        names.append(organisation.name)
        position = organisation.end
    names += _unknown(value[position:])
    return tuple(dict.fromkeys(names))


_SPLIT = re.compile(r"[,;\n+•]|\s[-–]\s|^[-–]\s?|\svà\s|\.\s|\.$")
_NO_NAME = re.compile(
    rf"(?i:{TITLE}|(?:các )?sở|và|cùng|với|của|tỉnh|theo|do|chủ trì|phối hợp|thực hiện|khác"
    r"|một số|-|–|/)*"
)


def _unknown(gap: str) -> Iterator[str]:
    for piece in _SPLIT.split(_without_brackets(gap)):
        words = trim(one_line(piece))
        bare = _NO_NAME.sub("", words).strip(" .:/")
        if len(bare) > 1 and any(char.isalpha() for char in bare) and words[:1].isupper():
            yield words


def _without_brackets(text: str) -> str:
    return re.sub(r"\([^()]{0,300}\)", " ", text)


# --- one form for comparing -----------------------------------------------------------------------

_SHORT = {
    "kh&cn": "khoa học và công nghệ",
    "khcn": "khoa học và công nghệ",
    "tt&tt": "thông tin và truyền thông",
    "tttt": "thông tin và truyền thông",
    "kh&đt": "kế hoạch và đầu tư",
    "khđt": "kế hoạch và đầu tư",
    "gd&đt": "giáo dục và đào tạo",
    "gdđt": "giáo dục và đào tạo",
    "tn&mt": "tài nguyên và môi trường",
    "tnmt": "tài nguyên và môi trường",
    "nn&mt": "nông nghiệp và môi trường",
    "nnmt": "nông nghiệp và môi trường",
    "nn&ptnt": "nông nghiệp và phát triển nông thôn",
    "nnptnt": "nông nghiệp và phát triển nông thôn",
    "lđ-tb&xh": "lao động thương binh và xã hội",
    "lđtb&xh": "lao động thương binh và xã hội",
    "lđtbxh": "lao động thương binh và xã hội",
    "vhtt&dl": "văn hóa thể thao và du lịch",
    "vh,tt&dl": "văn hóa thể thao và du lịch",
    "vhttdl": "văn hóa thể thao và du lịch",
    "vh&tt": "văn hóa và thể thao",
    "vhtt": "văn hóa và thể thao",
    "dt&tg": "dân tộc và tôn giáo",
    "gtvt": "giao thông vận tải",
    "qhkt": "quy hoạch kiến trúc",
    "ptnt": "phát triển nông thôn",
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "đbqh": "đại biểu quốc hội",
    "mttq": "mặt trận tổ quốc",
    "chqs": "chỉ huy quân sự",
    "bqlda": "ban quản lý dự án",
    "bql": "ban quản lý",
    "kkt": "khu kinh tế",
    "kcn": "khu công nghiệp",
    "hcc": "hành chính công",
    "lhpn": "liên hiệp phụ nữ",
    "ccb": "cựu chiến binh",
    "tncs": "thanh niên cộng sản",
    "lđlđ": "liên đoàn lao động",
    "htx": "hợp tác xã",
    "bhxh": "bảo hiểm xã hội",
    "kbnn": "kho bạc nhà nước",
    "nhnn": "ngân hàng nhà nước",
    "nhcsxh": "ngân hàng chính sách xã hội",
    "tand": "tòa án nhân dân",
    "vksnd": "viện kiểm sát nhân dân",
    "pt-th": "phát thanh truyền hình",
    "pt&th": "phát thanh truyền hình",
    "ptth": "phát thanh truyền hình",
    "cntt": "công nghệ thông tin",
    "vp": "văn phòng",
    "tp": "thành phố",
}
_SHORT_WORD = re.compile(
    r"(?<!\w)(?:"
    + "|".join(re.escape(short) for short in sorted(_SHORT, key=len, reverse=True))
    + r")(?!\w)"
)
_AROUND_AND = re.compile(r"\s*([&,-])\s*")
_IDLE = re.compile(r"[-–,.;:()&]|(?<!\w)và(?!\w)")
_PROVINCE_OF_DEPARTMENT = re.compile(r"^(so .{3,80}?) (?:tinh|thanh pho)(?: .{1,40})?$")
_NAMED_PROVINCE = re.compile(r"(?<!\w)tỉnh(?:\s[^\s,;]+){1,5}$")


def canonical(name: str) -> str:
    """A form in which two spellings of one organisation are equal; not for showing.

    >>> canonical("Sở KH&CN")
    'so khoa hoc cong nghe'
    >>> canonical("Sở Khoa học và Công nghệ tỉnh Phú Thọ")
    'so khoa hoc cong nghe'
    """
    words = same_tone_place(one_line(name)).lower().replace("–", "-")
    words = _SHORT_WORD.sub(lambda match: _SHORT[match.group()], _AROUND_AND.sub(r"\1", words))
    words = _NAMED_PROVINCE.sub("tỉnh", words)
    folded = searchable(_IDLE.sub(" ", words))
    if department := _PROVINCE_OF_DEPARTMENT.match(folded):
        folded = department.group(1)
    return folded
