"""Heads of documents in the layouts that offices really use; the provinces are invented."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Head, read_plan

COLUMNS_ONE_AFTER_OTHER_RESOLUTION = """\
HỘI ĐỒNG NHÂN DÂN
TỈNH SÔNG MÂY
Số: 12/2025/NQ-HĐND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Sông Mây, ngày 09 tháng 7 năm 2025
NGHỊ QUYẾT
Thông qua Đề án chuyển đổi số tỉnh Sông Mây giai đoạn 2026 - 2030
HỘI ĐỒNG NHÂN DÂN TỈNH SÔNG MÂY
KHÓA XVIII, KỲ HỌP THỨ 12
Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;
Căn cứ Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015 và Nghị định số 163/2016/NĐ-CP ngày 21 \
tháng 12 năm 2016 của Chính phủ quy định chi tiết thi hành một số điều của Luật Ngân sách nhà \
nước;
Xét Tờ trình số 88/TTr-UBND ngày 20 tháng 6 năm 2025 của Ủy ban nhân dân tỉnh về dự thảo Nghị \
quyết; Báo cáo thẩm tra số 45/BC-HĐND ngày 01/7/2025 của Ban Kinh tế - Ngân sách Hội đồng nhân \
dân tỉnh; ý kiến thảo luận của đại biểu tại kỳ họp.
QUYẾT NGHỊ:
Điều 1. Thông qua Đề án chuyển đổi số tỉnh Sông Mây giai đoạn 2026 - 2030 với các nội dung chủ \
yếu sau:
1. Mục tiêu cụ thể đến năm 2030
a) Tỷ lệ dịch vụ công trực tuyến toàn trình đạt 90%.
b) Kinh tế số chiếm tối thiểu 30% GRDP.
2. Nhiệm vụ, giải pháp
a) Hoàn thiện thể chế.
3. Kinh phí thực hiện: Từ nguồn ngân sách nhà nước.
Điều 2. Tổ chức thực hiện
1. Giao Ủy ban nhân dân tỉnh tổ chức thực hiện Nghị quyết.
2. Nghị quyết này thay thế Nghị quyết số 05/2021/NQ-HĐND ngày 10 tháng 5 năm 2021 của Hội đồng \
nhân dân tỉnh.
Nghị quyết này được Hội đồng nhân dân tỉnh Sông Mây Khóa XVIII, Kỳ họp thứ 12 thông qua ngày 09 \
tháng 7 năm 2025 và có hiệu lực từ ngày 20 tháng 7 năm 2025./.
Nơi nhận:
- Ủy ban Thường vụ Quốc hội;
- Chính phủ;
- Thường trực Tỉnh ủy;
- Lưu: VT.
CHỦ TỊCH
Nguyễn Văn A
"""

INTERLEAVED_SINGLE_SPACE_DECISION = """\
ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH ĐỒNG XUÂN Độc lập - Tự do - Hạnh phúc
Số: 1234/QĐ-UBND Đồng Xuân, ngày 05 tháng 4 năm 2024
QUYẾT ĐỊNH
Về việc phê duyệt Đề án “Phát triển kinh tế số tỉnh Đồng Xuân
đến năm 2025, định hướng đến năm 2030”
CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật
sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính
quyền địa phương ngày 22 tháng 11 năm 2019;
Căn cứ Quyết định số 411/QĐ-TTg ngày 31/3/2022 của Thủ tướng Chính phủ phê
duyệt Chiến lược quốc gia phát triển kinh tế số và xã hội số đến năm 2025, định
hướng đến năm 2030;
Theo đề nghị của Giám đốc Sở Thông tin và Truyền thông tại Tờ trình số
56/TTr-STTTT ngày 28/3/2024.
QUYẾT ĐỊNH:
Điều 1. Phê duyệt Đề án “Phát triển kinh tế số tỉnh Đồng Xuân đến năm 2025,
định hướng đến năm 2030” (sau đây gọi là Đề án) với các nội dung sau:
I. QUAN ĐIỂM, MỤC TIÊU
1. Quan điểm
Kinh tế số là động lực tăng trưởng.
2. Mục tiêu
a) Đến năm 2025:
- Tỷ trọng kinh tế số đạt 20% GRDP;
b) Đến năm 2030:
- Tỷ trọng kinh tế số đạt 30% GRDP;
II. NHIỆM VỤ VÀ GIẢI PHÁP
1. Phát triển hạ tầng số
Điều 2. Tổ chức thực hiện
1. Sở Thông tin và Truyền thông chủ trì tổ chức triển khai Đề án.
Điều 3. Quyết định này có hiệu lực kể từ ngày ký và thay thế Quyết định số 789/QĐ-UBND ngày \
12/5/2021 của Chủ tịch Ủy ban nhân dân tỉnh.
Điều 4. Chánh Văn phòng Ủy ban nhân dân tỉnh; Giám đốc các sở và các tổ chức, cá nhân có liên \
quan chịu trách nhiệm thi hành Quyết định này./.
Nơi nhận: KT. CHỦ TỊCH
- Như Điều 4; PHÓ CHỦ TỊCH
- Bộ TT&TT (b/c);
- TT Tỉnh ủy, TT HĐND tỉnh;
- CT, các PCT UBND tỉnh;
- Lưu: VT, KGVX. Trần Thị B
"""

ALTERNATING_LINES_PLAN = """\
UBND TỈNH HOA LƯ
CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ KHOA HỌC VÀ CÔNG NGHỆ
Độc lập – Tự do – Hạnh phúc
Số:        /KH-SKHCN
Hoa Lư, ngày        tháng 01 năm 2026
DỰ THẢO
KẾ HOẠCH
Triển khai thực hiện Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị về đột phá phát \
triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số quốc gia năm 2026
I. MỤC ĐÍCH, YÊU CẦU
1. Mục đích: Triển khai Kế hoạch số 15/KH-UBND ngày 20/01/2026 của UBND tỉnh.
2. Yêu cầu: Bám sát nhiệm vụ được giao.
II. NỘI DUNG
1. Chỉ tiêu
- 100% hồ sơ công việc xử lý trên môi trường mạng.
Nơi nhận:
- Giám đốc, các PGĐ Sở;
- Các phòng, đơn vị;
- Lưu: VT, CĐS.
KT. GIÁM ĐỐC
PHÓ GIÁM ĐỐC
(Đã ký)
Lê Văn C
"""

OFFICIAL_LETTER = """\
ỦY BAN NHÂN DÂN            CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
  TỈNH SÔNG MÂY                 Độc lập - Tự do - Hạnh phúc
Số: 2345/UBND-KGVX          Sông Mây, ngày 14 tháng 3 năm 2025
V/v đẩy mạnh thực hiện dịch vụ
công trực tuyến năm 2025

Kính gửi:
- Các sở, ban, ngành;
- Ủy ban nhân dân các huyện, thị xã, thành phố.

Thực hiện Chỉ thị số 07/CT-TTg ngày 21/02/2025 của Thủ tướng Chính phủ, Chủ tịch Ủy ban nhân dân \
tỉnh yêu cầu:
1. Giao Sở Khoa học và Công nghệ chủ trì, phối hợp với các sở rà soát dịch vụ công trước ngày \
30/4/2025.
2. Văn phòng UBND tỉnh theo dõi, đôn đốc./.

Nơi nhận:                                   TL. CHỦ TỊCH
- Như trên;                              CHÁNH VĂN PHÒNG
- Lưu: VT.

                                           Phạm Văn D
"""

NOTICE_OF_CONCLUSIONS = """\
ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY
VĂN PHÒNG
-------
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Số: 145/TB-VPUBND
Sông Mây, ngày 02 tháng 6 năm 2025

THÔNG BÁO
Kết luận của Chủ tịch Ủy ban nhân dân tỉnh tại cuộc họp Ban Chỉ đạo chuyển đổi số quý II năm 2025

Ngày 30/5/2025, Chủ tịch Ủy ban nhân dân tỉnh chủ trì cuộc họp. Sau khi nghe báo cáo, Chủ tịch \
kết luận như sau:

1. Đánh giá chung: Tỷ lệ hồ sơ trực tuyến đạt 65%.
2. Nhiệm vụ trọng tâm thời gian tới
- Sở Nội vụ hoàn thành trước ngày 30/6/2025.
Nơi nhận:
- Chủ tịch, các PCT UBND tỉnh;
- Lưu: VT.
TL. CHỦ TỊCH
KT. CHÁNH VĂN PHÒNG
PHÓ CHÁNH VĂN PHÒNG
Hoàng Văn E
"""

PARTY_PROGRAMME = """\
TỈNH ỦY SÔNG MÂY
*
Số 15-CTr/TU
ĐẢNG CỘNG SẢN VIỆT NAM
Sông Mây, ngày 01 tháng 3 năm 2025

CHƯƠNG TRÌNH HÀNH ĐỘNG
thực hiện Nghị quyết số 57-NQ/TW, ngày 22/12/2024 của Bộ Chính trị về đột phá phát triển khoa \
học, công nghệ
-----
Thực hiện Nghị quyết số 57-NQ/TW, Ban Thường vụ Tỉnh ủy ban hành Chương trình hành động như sau:
I- MỤC ĐÍCH, YÊU CẦU
1- Mục đích
- Quán triệt sâu sắc Nghị quyết.
II- MỤC TIÊU
1- Mục tiêu đến năm 2030
- Quy mô kinh tế số đạt tối thiểu 30% GRDP.
2- Tầm nhìn đến năm 2045
- Quy mô kinh tế số đạt tối thiểu 50% GRDP.
Nơi nhận:
- Bộ Chính trị, Ban Bí thư (báo cáo),
- Các đồng chí Tỉnh ủy viên,
- Lưu Văn phòng Tỉnh ủy.
T/M BAN THƯỜNG VỤ
PHÓ BÍ THƯ
Vũ Văn G
"""

DIRECTIVE = """\
ỦY BAN NHÂN DÂN
TỈNH NÚI XANH
_________
Số: 05/CT-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
_________________
Núi Xanh, ngày 11 tháng 3 năm 2024

CHỈ THỊ
VỀ VIỆC TĂNG CƯỜNG BẢO ĐẢM AN TOÀN THÔNG TIN MẠNG
TRÊN ĐỊA BÀN TỈNH

Thời gian qua, các cơ quan đã triển khai nhiều giải pháp. Để tăng cường bảo đảm an toàn thông \
tin, Chủ tịch Ủy ban nhân dân tỉnh chỉ thị:
1. Thủ trưởng các sở, ban, ngành
a) 100% hệ thống được phê duyệt cấp độ trước ngày 30/9/2024.
Nơi nhận:
- Lưu: VT.
CHỦ TỊCH
Đặng Văn H
"""

REPORT = """\
UBND HUYỆN LÂM AN
BAN CHỈ ĐẠO CHUYỂN ĐỔI SỐ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 67/BC-BCĐ
Lâm An, ngày 10 tháng 12 năm 2024
BÁO CÁO
Kết quả thực hiện chuyển đổi số năm 2024 và phương hướng, nhiệm vụ năm 2025
I. KẾT QUẢ THỰC HIỆN NHIỆM VỤ, CHỈ TIÊU NĂM 2024
1. Mục tiêu, chỉ tiêu
- Tỷ lệ hồ sơ trực tuyến đạt 85%.
2. Nhiệm vụ
- Đã triển khai 12 hệ thống.
II. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM 2025
1. Chỉ tiêu
- Tỷ lệ hồ sơ trực tuyến đạt 95%.
"""

DECISION_WITH_PLAN = """\
ỦY BAN NHÂN DÂN
TỈNH SÔNG MÂY
Số: 222/QĐ-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Sông Mây, ngày 18 tháng 01 năm 2024

QUYẾT ĐỊNH
Ban hành Kế hoạch chuyển đổi số tỉnh Sông Mây năm 2024
CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY

Căn cứ Luật Công nghệ thông tin số 67/2006/QH11;
Căn cứ Luật Giao dịch điện tử;
Căn cứ các Nghị quyết của Chính phủ: số 50/NQ-CP ngày 17/4/2020; số 02/NQ-CP ngày 05/01/2024.

QUYẾT ĐỊNH:
Điều 1. Ban hành kèm theo Quyết định này Kế hoạch chuyển đổi số tỉnh Sông Mây năm 2024.
Điều 2. Quyết định có hiệu lực thi hành kể từ ngày ký.
Điều 3. Chánh Văn phòng UBND tỉnh chịu trách nhiệm thi hành Quyết định này./.

Nơi nhận:
- Như Điều 3;
- Lưu: VT.
TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
Bùi Thị K

ỦY BAN NHÂN DÂN
TỈNH SÔNG MÂY
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

KẾ HOẠCH
Chuyển đổi số tỉnh Sông Mây năm 2024
(Ban hành kèm theo Quyết định số 222/QĐ-UBND ngày 18/01/2024 của Chủ tịch UBND tỉnh)

Phần thứ nhất
ĐÁNH GIÁ TÌNH HÌNH NĂM 2023
I. KẾT QUẢ ĐẠT ĐƯỢC
1. Tỷ lệ hồ sơ trực tuyến đạt 70%.
Phần thứ hai
KẾ HOẠCH NĂM 2024
I. MỤC TIÊU
1. Chính quyền số
- 95% hồ sơ được nộp trực tuyến.
II. NHIỆM VỤ
1. Nâng cấp hạ tầng.
"""

AMENDING_DECISION = """\
THỦ TƯỚNG CHÍNH PHỦ
-------
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Số: 999/QĐ-TTg
Hà Nội, ngày 05 tháng 11 năm 2025

QUYẾT ĐỊNH
Sửa đổi, bổ sung một số điều của Quyết định số 411/QĐ-TTg ngày 31 tháng 3 năm 2022 của Thủ tướng \
Chính phủ
THỦ TƯỚNG CHÍNH PHỦ
Căn cứ Luật Tổ chức Chính phủ ngày 18 tháng 02 năm 2025;
QUYẾT ĐỊNH:
Điều 1. Sửa đổi, bổ sung khoản 2 Mục III Điều 1 Quyết định số 411/QĐ-TTg ngày 31 tháng 3 năm \
2022 của Thủ tướng Chính phủ như sau:
1. Kinh tế số đạt tối thiểu 20% GDP.
Điều 2. Bãi bỏ Quyết định số 12/QĐ-TTg ngày 03/01/2020 của Thủ tướng Chính phủ.
Nơi nhận:
- Ban Bí thư Trung ương Đảng;
- Lưu: VT, KSTT (2b).
KT. THỦ TƯỚNG
PHÓ THỦ TƯỚNG
Hồ Văn M
"""

DOCX_CELLS = """\
ỦY BAN NHÂN DÂN
PHƯỜNG HÒA BÌNH

Số: 08/KH-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Hòa Bình, ngày 01/8/2025

KẾ HOẠCH CHUYỂN ĐỔI SỐ
PHƯỜNG HÒA BÌNH NĂM 2025

Căn cứ Kế hoạch 41/KH-UBND ngày 15/7/2025 của UBND tỉnh Sông Mây về chuyển đổi số; UBND phường \
ban hành Kế hoạch:

I. MỤC TIÊU
1. 100% hồ sơ được số hóa.

Nơi nhận:
- TT. Đảng ủy, HĐND phường;
- Lưu: VP.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Ngô Văn N
"""

CITY_SCHEME_TUQ = """\
ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI HÀ
BAN QUẢN LÝ KHU CÔNG NGHỆ CAO
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 31/ĐA-BQL
TP. Hải Hà, ngày 7 tháng 9 năm 2024
ĐỀ ÁN
Chuyển đổi số Khu công nghệ cao giai đoạn từ 2024 đến 2026
Phần I
SỰ CẦN THIẾT VÀ CĂN CỨ XÂY DỰNG ĐỀ ÁN
I. SỰ CẦN THIẾT
Khu hiện có 40% doanh nghiệp số.
II. CĂN CỨ PHÁP LÝ
- Quyết định số 749/QĐ-TTg ngày 03/6/2020 của Thủ tướng Chính phủ;
- Thông tư số 18/2021/TT-BTTTT ngày 30/11/2021 của Bộ trưởng Bộ Thông tin và Truyền thông quy \
định về mã bưu chính;
Phần II
NỘI DUNG ĐỀ ÁN
I. MỤC TIÊU
- 80% doanh nghiệp dùng nền tảng số.
II. CÁC NHIỆM VỤ CHỦ YẾU
1. Xây dựng hạ tầng.
TUQ. CHỦ TỊCH
TRƯỞNG BAN
Mai Văn P
"""

DRAFT_WITHOUT_LETTERHEAD = """\
DỰ THẢO
KẾ HOẠCH
Phát triển xã hội số đến năm 2027

I. MỤC TIÊU
- 90% người dân có tài khoản định danh điện tử.
"""

COLUMNS_WITH_TABS = """\
ỦY BAN NHÂN DÂN TỈNH THANH LÂM\tCỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
SỞ Y TẾ\tĐộc lập – Tự do – Hạnh phúc
Số: ....../BC-SYT\tThanh Lâm, ngày ...... tháng ...... năm 2025
BÁO CÁO
Tình hình chuyển đổi số ngành y tế 6 tháng đầu năm 2025

I. TÌNH HÌNH THỰC HIỆN
- 70% bệnh viện triển khai bệnh án điện tử.

Nơi nhận:\tGIÁM ĐỐC
- UBND tỉnh;
- Lưu: VT, NVY.
\tNguyễn Thị A
"""

DOCUMENTS = {
    "columns_one_after_other_resolution": COLUMNS_ONE_AFTER_OTHER_RESOLUTION,
    "interleaved_single_space_decision": INTERLEAVED_SINGLE_SPACE_DECISION,
    "alternating_lines_plan": ALTERNATING_LINES_PLAN,
    "official_letter": OFFICIAL_LETTER,
    "notice_of_conclusions": NOTICE_OF_CONCLUSIONS,
    "party_programme": PARTY_PROGRAMME,
    "directive": DIRECTIVE,
    "report": REPORT,
    "decision_with_plan": DECISION_WITH_PLAN,
    "amending_decision": AMENDING_DECISION,
    "docx_cells": DOCX_CELLS,
    "city_scheme_tuq": CITY_SCHEME_TUQ,
    "draft_without_letterhead": DRAFT_WITHOUT_LETTERHEAD,
    "columns_with_tabs": COLUMNS_WITH_TABS,
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "columns_one_after_other_resolution",
            ("resolution", "12", "12/2025/NQ-HĐND", "2025-07-09"),
        ),
        ("interleaved_single_space_decision", ("decision", "1234", "1234/QĐ-UBND", "2024-04-05")),
        ("alternating_lines_plan", ("plan", None, None, None)),
        ("official_letter", ("official_letter", "2345", "2345/UBND-KGVX", "2025-03-14")),
        ("notice_of_conclusions", ("notice", "145", "145/TB-VPUBND", "2025-06-02")),
        ("party_programme", ("programme", "15", "15-CTr/TU", "2025-03-01")),
        ("directive", ("directive", "05", "05/CT-UBND", "2024-03-11")),
        ("report", ("report", "67", "67/BC-BCĐ", "2024-12-10")),
        ("decision_with_plan", ("decision", "222", "222/QĐ-UBND", "2024-01-18")),
        ("amending_decision", ("decision", "999", "999/QĐ-TTg", "2025-11-05")),
        ("docx_cells", ("plan", "08", "08/KH-UBND", "2025-08-01")),
        ("city_scheme_tuq", ("scheme", "31", "31/ĐA-BQL", "2024-09-07")),
        ("draft_without_letterhead", ("plan", None, None, None)),
        ("columns_with_tabs", ("report", None, None, None)),
    ],
)
def test_type_number_and_date(name: str, expected: tuple[str | None, ...]) -> None:
    head = head_of(name)
    assert (head.type, head.number, head.reference, head.date) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "columns_one_after_other_resolution",
            ("HỘI ĐỒNG NHÂN DÂN TỈNH SÔNG MÂY", "Sông Mây", "Sông Mây"),
        ),
        (
            "interleaved_single_space_decision",
            ("ỦY BAN NHÂN DÂN TỈNH ĐỒNG XUÂN", "Đồng Xuân", "Đồng Xuân"),
        ),
        ("alternating_lines_plan", ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Hoa Lư", "Hoa Lư")),
        ("official_letter", ("ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY", "Sông Mây", "Sông Mây")),
        (
            "notice_of_conclusions",
            ("VĂN PHÒNG ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY", "Sông Mây", "Sông Mây"),
        ),
        ("party_programme", ("TỈNH ỦY SÔNG MÂY", "Sông Mây", "Sông Mây")),
        ("directive", ("ỦY BAN NHÂN DÂN TỈNH NÚI XANH", "Núi Xanh", "Núi Xanh")),
        ("report", ("BAN CHỈ ĐẠO CHUYỂN ĐỔI SỐ", None, "Lâm An")),
        ("decision_with_plan", ("ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY", "Sông Mây", "Sông Mây")),
        ("amending_decision", ("THỦ TƯỚNG CHÍNH PHỦ", None, "Hà Nội")),
        ("docx_cells", ("ỦY BAN NHÂN DÂN PHƯỜNG HÒA BÌNH", None, "Hòa Bình")),
        ("city_scheme_tuq", ("BAN QUẢN LÝ KHU CÔNG NGHỆ CAO", "Hải Hà", "TP. Hải Hà")),
        ("draft_without_letterhead", (None, None, None)),
        ("columns_with_tabs", ("SỞ Y TẾ", "Thanh Lâm", "Thanh Lâm")),
    ],
)
def test_who_issued_it_and_where(name: str, expected: tuple[str | None, ...]) -> None:
    head = head_of(name)
    assert (head.issuer, head.province, head.place) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "columns_one_after_other_resolution",
            (
                ("Thông qua Đề án chuyển đổi số tỉnh Sông Mây giai đoạn 2026 - 2030"),
                None,
                2026,
                2030,
            ),
        ),
        (
            "interleaved_single_space_decision",
            (
                (
                    "Về việc phê duyệt Đề án “Phát triển kinh tế số tỉnh Đồng "
                    "Xuân đến năm 2025, định hướng đến năm 2030”"
                ),
                None,
                None,
                2025,
            ),
        ),
        (
            "alternating_lines_plan",
            (
                (
                    "Triển khai thực hiện Nghị quyết số 57-NQ/TW ngày 22/12/2024 "
                    "của Bộ Chính trị về đột phá phát triển khoa học, công nghệ, "
                    "đổi mới sáng tạo và chuyển đổi số quốc gia năm 2026"
                ),
                2026,
                2026,
                2026,
            ),
        ),
        (
            "official_letter",
            ("đẩy mạnh thực hiện dịch vụ công trực tuyến năm 2025", 2025, 2025, 2025),
        ),
        (
            "notice_of_conclusions",
            (
                (
                    "Kết luận của Chủ tịch Ủy ban nhân dân tỉnh tại cuộc họp Ban "
                    "Chỉ đạo chuyển đổi số quý II năm 2025"
                ),
                2025,
                2025,
                2025,
            ),
        ),
        (
            "party_programme",
            (
                (
                    "thực hiện Nghị quyết số 57-NQ/TW, ngày 22/12/2024 của Bộ "
                    "Chính trị về đột phá phát triển khoa học, công nghệ"
                ),
                None,
                None,
                None,
            ),
        ),
        (
            "directive",
            (
                ("VỀ VIỆC TĂNG CƯỜNG BẢO ĐẢM AN TOÀN THÔNG TIN MẠNG TRÊN ĐỊA BÀN TỈNH"),
                None,
                None,
                None,
            ),
        ),
        (
            "report",
            (
                ("Kết quả thực hiện chuyển đổi số năm 2024 và phương hướng, nhiệm vụ năm 2025"),
                2025,
                2025,
                2025,
            ),
        ),
        (
            "decision_with_plan",
            ("Ban hành Kế hoạch chuyển đổi số tỉnh Sông Mây năm 2024", 2024, 2024, 2024),
        ),
        (
            "amending_decision",
            (
                (
                    "Sửa đổi, bổ sung một số điều của Quyết định số 411/QĐ-TTg "
                    "ngày 31 tháng 3 năm 2022 của Thủ tướng Chính phủ"
                ),
                None,
                None,
                None,
            ),
        ),
        ("docx_cells", ("CHUYỂN ĐỔI SỐ PHƯỜNG HÒA BÌNH NĂM 2025", 2025, 2025, 2025)),
        (
            "city_scheme_tuq",
            ("Chuyển đổi số Khu công nghệ cao giai đoạn từ 2024 đến 2026", None, 2024, 2026),
        ),
        ("draft_without_letterhead", ("Phát triển xã hội số đến năm 2027", None, None, 2027)),
        (
            "columns_with_tabs",
            ("Tình hình chuyển đổi số ngành y tế 6 tháng đầu năm 2025", 2025, 2025, 2025),
        ),
    ],
)
def test_what_it_is_about(name: str, expected: tuple[object, ...]) -> None:
    head = head_of(name)
    assert (head.subject, head.year, head.since, head.horizon) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "columns_one_after_other_resolution",
            (
                ((), "CHỦ TỊCH", "Nguyễn Văn A"),
                ("Ủy ban Thường vụ Quốc hội", "Chính phủ", "Thường trực Tỉnh ủy", "Lưu: VT"),
            ),
        ),
        (
            "interleaved_single_space_decision",
            (
                (("KT.",), "PHÓ CHỦ TỊCH", "Trần Thị B"),
                (
                    "Như Điều 4",
                    "Bộ TT&TT (b/c)",
                    "TT Tỉnh ủy, TT HĐND tỉnh",
                    "CT, các PCT UBND tỉnh",
                    "Lưu: VT, KGVX",
                ),
            ),
        ),
        (
            "alternating_lines_plan",
            (
                (("KT.",), "PHÓ GIÁM ĐỐC", "Lê Văn C"),
                ("Giám đốc, các PGĐ Sở", "Các phòng, đơn vị", "Lưu: VT, CĐS"),
            ),
        ),
        ("official_letter", ((("TL.",), "CHÁNH VĂN PHÒNG", "Phạm Văn D"), ("Như trên", "Lưu: VT"))),
        (
            "notice_of_conclusions",
            (
                (("TL.", "KT."), "PHÓ CHÁNH VĂN PHÒNG", "Hoàng Văn E"),
                ("Chủ tịch, các PCT UBND tỉnh", "Lưu: VT"),
            ),
        ),
        (
            "party_programme",
            (
                (("TM.",), "PHÓ BÍ THƯ", "Vũ Văn G"),
                (
                    "Bộ Chính trị, Ban Bí thư (báo cáo)",
                    "Các đồng chí Tỉnh ủy viên",
                    "Lưu Văn phòng Tỉnh ủy",
                ),
            ),
        ),
        ("directive", (((), "CHỦ TỊCH", "Đặng Văn H"), ("Lưu: VT",))),
        ("report", (None, ())),
        (
            "decision_with_plan",
            ((("TM.", "KT."), "PHÓ CHỦ TỊCH", "Bùi Thị K"), ("Như Điều 3", "Lưu: VT")),
        ),
        (
            "amending_decision",
            (
                (("KT.",), "PHÓ THỦ TƯỚNG", "Hồ Văn M"),
                ("Ban Bí thư Trung ương Đảng", "Lưu: VT, KSTT (2b)"),
            ),
        ),
        (
            "docx_cells",
            ((("TM.",), "CHỦ TỊCH", "Ngô Văn N"), ("TT. Đảng ủy, HĐND phường", "Lưu: VP")),
        ),
        ("city_scheme_tuq", ((("TUQ.",), "TRƯỞNG BAN", "Mai Văn P"), ())),
        ("draft_without_letterhead", (None, ())),
        ("columns_with_tabs", (((), "GIÁM ĐỐC", "Nguyễn Thị A"), ("UBND tỉnh", "Lưu: VT, NVY"))),
    ],
)
def test_who_signed_and_who_receives_it(name: str, expected: tuple[object, ...]) -> None:
    head = head_of(name)
    signer = head.signer and (head.signer.form, head.signer.title, head.signer.name)
    assert (signer, head.recipients) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "columns_one_after_other_resolution",
            (
                [
                    ("based_on", "law", None, None, "2025-06-16"),
                    ("based_on", "law", None, None, "2015-06-25"),
                    ("based_on", "decree", "163/2016/NĐ-CP", "Chính phủ", "2016-12-21"),
                    ("based_on", "proposal", "88/TTr-UBND", "Ủy ban nhân dân tỉnh", "2025-06-20"),
                    (
                        "based_on",
                        "report",
                        "45/BC-HĐND",
                        "Ban Kinh tế - Ngân sách Hội đồng nhân dân tỉnh",
                        "2025-07-01",
                    ),
                    (
                        "replaces",
                        "resolution",
                        "05/2021/NQ-HĐND",
                        "Hội đồng nhân dân tỉnh",
                        "2021-05-10",
                    ),
                ],
            ),
        ),
        (
            "interleaved_single_space_decision",
            (
                [
                    ("based_on", "law", None, None, "2015-06-19"),
                    ("based_on", "law", None, None, "2019-11-22"),
                    ("based_on", "decision", "411/QĐ-TTg", "Thủ tướng Chính phủ", "2022-03-31"),
                    ("based_on", "proposal", "56/TTr-STTTT", None, "2024-03-28"),
                    (
                        "replaces",
                        "decision",
                        "789/QĐ-UBND",
                        "Chủ tịch Ủy ban nhân dân tỉnh",
                        "2021-05-12",
                    ),
                ],
            ),
        ),
        (
            "alternating_lines_plan",
            (
                [
                    ("implements", "resolution", "57-NQ/TW", "Bộ Chính trị", "2024-12-22"),
                    ("implements", "plan", "15/KH-UBND", "UBND tỉnh", "2026-01-20"),
                ],
            ),
        ),
        (
            "official_letter",
            ([("implements", "directive", "07/CT-TTg", "Thủ tướng Chính phủ", "2025-02-21")],),
        ),
        ("notice_of_conclusions", ([],)),
        (
            "party_programme",
            ([("implements", "resolution", "57-NQ/TW", "Bộ Chính trị", "2024-12-22")],),
        ),
        ("directive", ([],)),
        ("report", ([],)),
        (
            "decision_with_plan",
            (
                [
                    ("based_on", "law", "67/2006/QH11", None, None),
                    ("based_on", "law", None, None, None),
                    ("based_on", "resolution", "50/NQ-CP", None, "2020-04-17"),
                    ("based_on", "resolution", "02/NQ-CP", None, "2024-01-05"),
                ],
            ),
        ),
        (
            "amending_decision",
            (
                [
                    ("amends", "decision", "411/QĐ-TTg", "Thủ tướng Chính phủ", "2022-03-31"),
                    ("based_on", "law", None, None, "2025-02-18"),
                    ("replaces", "decision", "12/QĐ-TTg", "Thủ tướng Chính phủ", "2020-01-03"),
                ],
            ),
        ),
        ("docx_cells", ([("based_on", "plan", "41/KH-UBND", "UBND tỉnh Sông Mây", "2025-07-15")],)),
        (
            "city_scheme_tuq",
            (
                [
                    ("based_on", "decision", "749/QĐ-TTg", "Thủ tướng Chính phủ", "2020-06-03"),
                    (
                        "based_on",
                        "circular",
                        "18/2021/TT-BTTTT",
                        "Bộ trưởng Bộ Thông tin và Truyền thông",
                        "2021-11-30",
                    ),
                ],
            ),
        ),
        ("draft_without_letterhead", ([],)),
        ("columns_with_tabs", ([],)),
    ],
)
def test_the_documents_it_names(name: str, expected: tuple[list[tuple[str | None, ...]]]) -> None:
    citations = head_of(name).citations
    found = [(c.kind, c.type, c.reference, c.issuer, c.date) for c in citations]
    assert (found,) == expected


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_citations_and_annexes_stand_where_they_say(name: str) -> None:
    plan = read_plan(DOCUMENTS[name])
    for citation in plan.head.citations:
        assert plan.text[citation.start : citation.end] == citation.text


def head_of(name: str) -> Head:
    return read_plan(DOCUMENTS[name]).head
