"""The verbs with which plans begin a piece of work.  Everything here works on folded text."""

from __future__ import annotations

import re

from cotmoc.plantext.words import phrase

_VERBS = (
    *("ban hành", "bàn giao", "báo cáo", "bảo đảm", "đảm bảo", "bảo vệ", "bảo trì", "bám sát"),
    *("biểu dương", "biên soạn", "bố trí", "bổ sung", "bồi dưỡng", "cải cách", "cải thiện"),
    *("cải tiến", "cài đặt", "cắt giảm", "cân đối", "cập nhật", "cấp", "chấn chỉnh", "chia sẻ"),
    *("chỉ đạo", "chi trả", "cho ý kiến", "chuẩn bị", "chuẩn hóa", "chuẩn hoá", "chuyển đổi"),
    *("chuyển giao", "chủ trì", "cụ thể hóa", "cụ thể hoá", "củng cố", "cung cấp", "công bố"),
    *("công khai", "cử", "diễn tập", "duy trì", "dự báo", "đa dạng hóa", "đa dạng hoá", "đào tạo"),
    *(
        "đánh giá",
        "đăng ký",
        "đăng tải",
        "đẩy mạnh",
        "đẩy nhanh",
        "đầu tư",
        "đề xuất",
        "điều chỉnh",
    ),
    *("điều hành", "điều phối", "điều tra", "định hướng", "định kỳ", "đo lường", "đôn đốc"),
    *("đổi mới", "đồng bộ", "đơn giản hóa", "đơn giản hoá", "động viên", "đưa", "gắn", "gắn kết"),
    *(
        "chịu trách nhiệm",
        "giải quyết",
        "giám sát",
        "giao",
        "giới thiệu",
        "giúp",
        "gửi",
        "hiện đại hóa",
    ),
    *("hiện đại hoá", "hình thành", "hoàn chỉnh", "hoàn thành", "hoàn thiện", "hỗ trợ", "hợp nhất"),
    *(
        "hợp tác",
        "huy động",
        "hướng dẫn",
        "hưởng ứng",
        "kêu gọi",
        "kế thừa",
        "kết nối",
        "khai thác",
    ),
    *("khai trương", "khảo sát", "khắc phục", "khen thưởng", "khuyến khích", "khởi công"),
    *(
        "kiểm soát",
        "kiểm tra",
        "kiểm thử",
        "kiểm kê",
        "kiện toàn",
        "ký kết",
        "lãnh đạo",
        "làm",
        "làm sạch",
    ),
    *("lắp đặt", "lập", "lấy ý kiến", "lấy", "liên kết", "liên thông", "lồng ghép", "lựa chọn"),
    *(
        "lưu trữ",
        "mở",
        "mở rộng",
        "mua sắm",
        "nắm bắt",
        "nâng",
        "nâng cao",
        "nâng cấp",
        "nâng hạng",
    ),
    *("nghiên cứu", "nghiên cứu, ứng dụng", "ngầm hóa", "ngầm hoá", "ngăn chặn", "nhân rộng"),
    *(
        "nhập",
        "niêm yết",
        "ổn định",
        "phát động",
        "phát hành",
        "phát hiện",
        "phát huy",
        "phát sóng",
    ),
    *("phát triển", "phân bổ", "phân công", "phân cấp", "phân loại", "phân tích", "phê duyệt"),
    *("phòng, chống", "phòng ngừa", "phòng chống", "phối hợp", "phổ biến", "phổ cập", "phủ"),
    *("phủ sóng", "phục vụ", "phụ trách", "quản lý", "quản trị", "quán triệt", "quy định"),
    *("quy hoạch", "quyết định", "ra mắt", "rà soát", "rút kinh nghiệm", "rút ngắn", "sao lưu"),
    *("sắp xếp", "sơ kết", "soạn thảo", "số hóa", "số hoá", "sử dụng", "sửa đổi", "tái cấu trúc"),
    *("tạo", "tạo lập", "tạo điều kiện", "tăng", "tăng cường", "tận dụng", "tập huấn", "tập trung"),
    *("tham gia", "tham mưu", "thanh tra", "thay đổi", "thay thế", "thành lập", "thẩm định"),
    *("theo dõi", "thi đua", "thí điểm", "thiết kế", "thiết lập", "thống kê", "thống nhất"),
    *("thông báo", "thông tin", "thu hút", "thu thập", "thuê", "thúc đẩy", "thực hiện"),
    *("thực hiện nghiêm", "tích hợp", "tiến hành", "tiếp nhận", "tiếp thu", "tin học hóa"),
    *("tinh giản", "tìm kiếm", "tính toán", "tổ chức", "tổng hợp", "tổng kết", "tối ưu hóa"),
    *("tối ưu", "trang bị", "tranh thủ", "triển khai", "trình", "trao đổi", "truyền thông"),
    *("tuyên truyền", "tuyển dụng", "tuân thủ", "tư vấn", "tháo gỡ", "ứng cứu"),
    *("ứng dụng", "ưu tiên", "vận động", "vận hành", "xác định", "xác minh", "xác thực"),
    *("xây dựng", "xem xét", "xét duyệt", "xóa", "xoá", "xúc tiến", "xử lý", "yêu cầu", "áp dụng"),
    *("nghiệm thu", "giải ngân", "tích cực hưởng ứng", "tự kiểm tra", "tự đánh giá", "kích hoạt"),
    *(
        "chấp hành",
        "chấm điểm",
        "phản ánh",
        "kiến nghị",
        "tổ chức thực hiện",
        "đàm phán",
        "đấu nối",
    ),
    *("đấu thầu", "cắm", "di chuyển", "di dời", "chuyển", "nhận diện", "ký số", "gắn trách nhiệm"),
    *("chăm lo", "trồng", "thu gom", "thu hồi", "giảm", "hạn chế", "bãi bỏ", "ngừng", "dừng"),
    *("tiếp cận", "tôn vinh", "khôi phục", "phục hồi", "bảo tồn", "luân chuyển", "đề nghị"),
    *("thu nhận", "cấp phát", "cấp mới", "vinh danh", "tuyên dương", "ký", "rà quét"),
    *("tham vấn", "trưng bày", "quảng bá", "xuất bản", "dự toán", "quyết toán", "thanh toán"),
)
_ADVERBS = (
    *("tiếp tục", "tập trung", "chủ động", "khẩn trương", "kịp thời", "nghiêm túc", "tích cực"),
    *("thường xuyên", "phải", "cần", "sẽ", "đồng thời", "định kỳ", "trực tiếp", "từng bước"),
    *(
        "quyết liệt",
        "có kế hoạch",
        "có giải pháp",
        "có biện pháp",
        "phấn đấu",
        "thực sự",
        "chú trọng",
    ),
    *("quan tâm", "đồng bộ", "nhanh chóng", "chính thức", "tự", "cùng", "hằng năm", "hàng năm"),
    *("hằng quý", "hàng quý", "hằng tháng", "hàng tháng", "hằng tuần", "hàng tuần", "nghiên cứu"),
    *(
        "và",
        "chịu trách nhiệm",
        "có trách nhiệm",
        "có nhiệm vụ",
        "trước hết",
        "chặt chẽ",
        "hiệu quả",
    ),
    *("là cơ quan thường trực", "là đơn vị thường trực", "là cơ quan đầu mối", "là đầu mối"),
    *("là đơn vị đầu mối", "làm đầu mối", "là cơ quan chủ trì", "là đơn vị chủ trì"),
    *("ngay", "chủ trì", "phối hợp", "tổ chức", "căn cứ", "theo"),
)
_ACTION = re.compile(phrase(*_VERBS))
_ADVERB = re.compile(phrase(*_ADVERBS) + r"[\s,:]{1,4}")
# `Ứng dụng công nghệ …` is work; `Ứng dụng VNeID`, `Báo cáo số …` begin with a noun.
_DONE = re.compile(r"\s{0,4}" + phrase("đã", "vừa", "đang", "được", "hiện", "hiện nay"))


def begins_with_action(folded: str) -> bool:
    """Does the text begin with what somebody has to do?"""
    position = len(folded) - len(folded.lstrip(" \t\n,:;-–\u00a0"))
    for _ in range(4):
        if _ACTION.match(folded, position):
            return True
        adverb = _ADVERB.match(folded, position)
        if adverb is None:
            return False
        position = adverb.end()
    return False


_TOPIC = re.compile(r"[^.;:()\n]{2,90}:\s{1,4}(?=\w)")


def topic_end(folded: str) -> int | None:
    """Behind the topic of `Hạ tầng số: phủ sóng …`; None where no work follows a colon."""
    topic = _TOPIC.match(folded)
    if topic and begins_with_action(folded[topic.end() : topic.end() + 200]):
        return topic.end()
    return None


def tells_the_past(folded: str) -> bool:
    """`… đã ban hành`, `… vừa tổ chức`: a report, not an assignment."""
    return _DONE.match(folded) is not None
