"""Lines that belong to the web page or the printed form around the plan, not to the plan."""

from __future__ import annotations

import re

_CAPTION = re.compile(
    r"\(?ảnh(?:\s{1,4}minh\s{1,4}h(?:oạ|ọa))?\s{0,4}[:)]|\(ảnh|\{keywords\}|\S{1,80}\.(?:png|jpe?g|gif|webp)$"
)
_CAPTION_TAIL = re.compile(r"(?:\(ảnh[^)]{0,200}\)|(?<!\w)ảnh:[^.]{0,80})$")
_WEB_PAGE = re.compile(
    r"thứ (?:hai|ba|tư|năm|sáu|bảy) ?[-,]|chủ nhật ?[-,]|\d{1,2}:\d{2}(?: ?/ ?\d{1,2}:\d{2})?$"
    r"|tác giả bài viết|tổng số điểm của bài|xếp hạng: |click |bạn đã không sử dụng|lượt xem"
    r"|(?:• ?)?(?:nam|nữ) miền (?:bắc|trung|nam)$|theo báo |nguồn: |"
    r"(?:xem|đọc) thêm ?:|từ khóa ?:|tags? ?:|tin (?:liên quan|khác) ?:|[a-zđ]\.[a-zđ]\.?$"
)
_RECIPIENTS = re.compile(r"nơi nhận ?:?|(?:(?:tm|kt|tl|tuq|q)\.|t/m|k/t|t/l) ?[^\W\d_]")
_SIGNING_TITLE = re.compile(
    r"(?:q\. ?|quyền )?(?:phó )?(?:chủ tịch|tổng giám đốc|giám đốc|bí thư|bộ trưởng|thứ trưởng"
    r"|thủ tướng|cục trưởng|trưởng ban|chánh văn phòng|trưởng phòng|viện trưởng)(?: thường trực)?$"
)
_PAGE_NUMBER = re.compile(
    r"(?:trang |page )?[-–] ?\d{1,3} ?[-–]$|\d{1,3}(?: ?/ ?\d{1,3})?$"
    r"|trang \d{1,3}(?: ?/ ?\d{1,3})?$"
)
_NATIONAL_NAME = re.compile(r"cộng h(?:òa|oà) xã hội chủ nghĩa|đảng cộng sản việt nam$")
_ILLUSTRATION = re.compile(r"văn bản minh h(?:ọa|oạ)")


def is_caption(folded: str) -> bool:
    return _CAPTION.match(folded) is not None or (
        len(folded) < 400 and _CAPTION_TAIL.search(folded[-250:]) is not None
    )


def is_web_page(folded: str) -> bool:
    return _WEB_PAGE.match(folded) is not None


def opens_recipients(folded: str) -> bool:
    return _RECIPIENTS.match(folded) is not None


def says_illustration(folded: str) -> bool:
    return _ILLUSTRATION.search(folded) is not None


def is_signing_title(folded: str) -> bool:
    """`CHỦ TỊCH` standing alone above the signature."""
    return _SIGNING_TITLE.match(folded) is not None


def is_page_number(folded: str) -> bool:
    return _PAGE_NUMBER.match(folded) is not None


def is_national_name(folded: str) -> bool:
    return _NATIONAL_NAME.search(folded.strip()) is not None
