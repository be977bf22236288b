"""A document handed in and read, waiting to be confirmed."""

import pytest

from cotmoc.apps.programmes.services import record_draft
from cotmoc.plantext import read_plan

TEXT = """ỦY BAN NHÂN DÂN
TỈNH PHÚ THỌ
Số: 12/KH-UBND
Phú Thọ, ngày 20 tháng 02 năm 2026

KẾ HOẠCH
Chuyển đổi số tỉnh Phú Thọ năm 2026

II. MỤC TIÊU
1. Chính quyền số
- Tối thiểu 95% hồ sơ thủ tục hành chính được giải quyết đúng hạn (chủ trì: Sở KH&CN).
- 100% văn bản được ký số.
- Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng đạt 90% đối với cấp tỉnh, 80% đối với cấp \
huyện và 60% đối với cấp xã (chủ trì: Sở Thông tin và Truyền thông).
2. Xã hội số
- Trên 80% hộ gia đình có kết nối băng rộng (chủ trì: Trung tâm Vườn ươm).
- Nâng cao nhận thức của người dân về chuyển đổi số.
Ghi chú: đường truyền tới 70% thôn bản.
"""


@pytest.fixture
def draft(cast, now):
    """The document, read and not decided on."""
    raw = TEXT.encode()
    return record_draft("ke-hoach.txt", raw, read_plan(TEXT), actor=cast.dung, now=now)


@pytest.fixture
def rows(draft):
    """Its rows in the order of the text."""
    return list(draft.draft_rows.select_related("document"))
