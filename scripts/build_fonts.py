"""Make the web fonts of the HTML kit from the pinned package of Be Vietnam Pro.

The family lacks two things a table of results needs: figures of one width (feature `tnum`) and
the signs of the states. Both are added here, then the font is cut down to Vietnamese and Latin.
Run it after changing the set of signs or the package: `python scripts/build_fonts.py`.
The result is committed, so that nobody needs this to run the product.
"""

from collections.abc import Iterable
from copy import deepcopy
from importlib.resources import files
from pathlib import Path

from fontTools.otlLib.builder import buildLookup, buildSingleSubstSubtable
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter, load_font, save_font
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import Feature, FeatureRecord

PACKAGE = files("fontpkg_be_vietnam_pro")
TARGET = Path(__file__).parents[1] / "src/cotmoc/ui/static/ui/fonts"
WEIGHTS = {"Regular": 400, "SemiBold": 600}
RANGES = [
    (0x20, 0x7E),  # ASCII
    (0xA0, 0xFF),  # Latin-1: the accents without a hook or a horn
    (0x102, 0x103),  # ă
    (0x110, 0x111),  # đ
    (0x128, 0x129),  # ĩ
    (0x168, 0x169),  # ũ
    (0x1A0, 0x1A1),  # ơ
    (0x1AF, 0x1B0),  # ư
    (0x300, 0x303),  # combining marks: text typed in decomposed form must not break
    (0x309, 0x309),
    (0x323, 0x323),
    (0x1EA0, 0x1EF9),  # Vietnamese vowels with a tone
    (0x2010, 0x2026),  # dashes, quotes, bullet, ellipsis
    (0x2030, 0x203A),
]
SIGNS = "₫€−×÷±≈≠≤≥√∞←↑→↓●◐▲○✓"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGIT_WIDTH = 652
Point = tuple[int, int]


def circle(radius: int, *, clockwise: bool, centre: Point = (350, 350)) -> list[Point]:
    """Sixteen points on and off a circle, good enough at the size of a letter."""
    unit = [(1000, 0), (1000, 414), (707, 707), (414, 1000)]
    quarter = [(x, y) for x, y in unit]
    points: list[Point] = []
    for _turn in range(4):
        points += quarter
        quarter = [(-y, x) for x, y in quarter]
    placed = [(centre[0] + x * radius // 1000, centre[1] + y * radius // 1000) for x, y in points]
    return placed[:1] + placed[:0:-1] if clockwise else placed


def half_circle(radius: int, centre: Point = (350, 350)) -> list[Point]:
    """The left half, clockwise: bottom, around, top."""
    ring = circle(radius, clockwise=True, centre=centre)
    return ring[4:13]


def shapes(pen_width: int) -> dict[str, tuple[int, list[list[Point]], bool]]:
    """Sign -> advance, outlines, whether every second point is off the curve."""
    w, h = pen_width, pen_width // 2
    head = 190
    right = [
        (80, 350 - h), (80, 350 + h), (720 - w, 350 + h), (720 - w - head + h, 350 + head),
        (720 - head + h, 350 + head + h // 2), (790, 350), (720 - head + h, 350 - head - h // 2),
        (720 - w - head + h, 350 - head), (720 - w, 350 - h),
    ]  # fmt: skip
    left = [(870 - x, y) for x, y in reversed(right)]
    up = [(y + 0, x - 80) for x, y in reversed(right)]
    down = [(x, 710 - y) for x, y in reversed(up)]
    tick = [(70, 330), (130, 390), (270, 250), (570, 590), (630, 535), (275, 130)]
    return {
        "●": (700, [circle(280, clockwise=True)], True),
        "○": (700, [circle(280, clockwise=True), circle(280 - w, clockwise=False)], True),
        "◐": (700, [circle(280, clockwise=True), circle(280 - w, clockwise=False),
                    half_circle(280 - h)], True),
        "▲": (700, [[(30, 70), (350, 640), (670, 70)]], False),
        "✓": (700, [tick], False),
        "→": (870, [right], False),
        "←": (870, [left], False),
        "↑": (700, [up], False),
        "↓": (700, [down], False),
    }  # fmt: skip


def draw(font: TTFont, name: str, advance: int, outlines: list[list[Point]], curved: bool) -> None:
    pen = TTGlyphPen(None)
    for outline in outlines:
        pen.moveTo(outline[0])
        if curved:
            closed = [*outline[1:], outline[0]]
            for off, on in zip(closed[::2], closed[1::2], strict=False):
                pen.qCurveTo(off, on)
        else:
            for point in outline[1:]:
                pen.lineTo(point)
        pen.closePath()
    add_glyph(font, name, pen.glyph(), advance)


def add_glyph(font: TTFont, name: str, glyph: object, advance: int) -> None:
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])  # type: ignore[attr-defined]
    font["hmtx"][name] = (advance, glyph.xMin)  # type: ignore[attr-defined]


def add_signs(font: TTFont, weight: int) -> None:
    tables = [table for table in font["cmap"].tables if table.isUnicode()]
    for sign, (advance, outlines, curved) in shapes(60 if weight < 500 else 92).items():
        name = f"uni{ord(sign):04X}"
        draw(font, name, advance, outlines, curved)
        for table in tables:
            table.cmap[ord(sign)] = name


def add_tabular_figures(font: TTFont) -> None:
    for digit in DIGITS:
        glyph = deepcopy(font["glyf"][digit])
        advance, _bearing = font["hmtx"][digit]
        glyph.coordinates.translate(((DIGIT_WIDTH - advance) // 2, 0))
        add_glyph(font, f"{digit}.tnum", glyph, DIGIT_WIDTH)
    add_feature(font, "tnum", {digit: f"{digit}.tnum" for digit in DIGITS})


def add_feature(font: TTFont, tag: str, substitution: dict[str, str]) -> None:
    table = font["GSUB"].table
    table.LookupList.Lookup.append(buildLookup([buildSingleSubstSubtable(substitution)]))
    record = FeatureRecord()
    record.FeatureTag, record.Feature = tag, Feature()
    record.Feature.FeatureParams = None
    record.Feature.LookupListIndex = [len(table.LookupList.Lookup) - 1]
    table.FeatureList.FeatureRecord.append(record)
    # The subsetter trusts these counts and drops what lies beyond them.
    record.Feature.LookupCount = 1
    table.LookupList.LookupCount = len(table.LookupList.Lookup)
    table.FeatureList.FeatureCount = len(table.FeatureList.FeatureRecord)
    index = len(table.FeatureList.FeatureRecord) - 1
    for script in table.ScriptList.ScriptRecord:
        named = [entry.LangSys for entry in script.Script.LangSysRecord]
        for system in filter(None, [script.Script.DefaultLangSys, *named]):
            system.FeatureIndex.append(index)
            system.FeatureCount = len(system.FeatureIndex)


def wanted(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def build(name: str, weight: int) -> Path:
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.hinting = False
    options.name_IDs = ["*"]  # the licence travels inside the file too
    with PACKAGE.joinpath(f"files/BeVietnamPro-{name}.ttf").open("rb") as source:
        font = load_font(source, options)
        add_signs(font, weight)
        add_tabular_figures(font)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=wanted(RANGES) | {ord(sign) for sign in SIGNS})
        subsetter.subset(font)
        path = TARGET / f"be-vietnam-pro-{weight}.woff2"
        save_font(font, str(path), options)
    return path


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, weight in WEIGHTS.items():
        path = build(name, weight)
        print(f"{path.name}: {path.stat().st_size / 1024:.1f} KB")
    (TARGET / "OFL.txt").write_text(PACKAGE.joinpath("LICENSE").read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main()
