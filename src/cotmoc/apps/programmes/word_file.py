"""A plain text as a Word file, in the face and margins of Decree 30/2020 (A4, Times New Roman 14).

Written with the standard library: a document of paragraphs needs no more.
"""

import io
import re
import zipfile
from xml.sax.saxutils import escape

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MEDIA_TYPE}.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
# Twentieths of a point: 210 × 297 mm; 20 mm above and below, 30 mm left, 15 mm right.
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="1701" '
    'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
_FACE = (
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    '<w:sz w:val="28"/><w:szCs w:val="28"/>'
)
_NOT_XML = re.compile("[^\t\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEADING = re.compile(r"([IVXLC]+|\d+)\. ")
# The zip's own clock would make two files of one text differ.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def word_file(text: str) -> bytes:
    """The text as a .docx: what stands above the first heading is centred, headings are bold. The
    same text gives the same bytes."""
    body, started = [], False
    for line in filter(str.strip, text.split("\n")):
        heading = bool(_HEADING.match(line))
        started = started or heading
        body.append(_paragraph(line, centred=not started, bold=heading or line.isupper()))
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{_W}">'
        f"<w:body>{''.join(body)}{_PAGE}</w:body></w:document>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            part = zipfile.ZipInfo(name, _MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(part, content)
    return buffer.getvalue()


def _paragraph(line: str, *, centred: bool, bold: bool) -> str:
    side = "center" if centred else "both"
    weight = "<w:b/>" if bold else ""
    words = escape(_NOT_XML.sub("", line.strip()))
    return (
        f'<w:p><w:pPr><w:spacing w:after="120"/><w:jc w:val="{side}"/></w:pPr>'
        f"<w:r><w:rPr>{_FACE.replace('<w:sz ', weight + '<w:sz ', 1)}</w:rPr>"
        f'<w:t xml:space="preserve">{words}</w:t></w:r></w:p>'
    )
