"""Whatever the reader of plans refuses, a person is told in words."""

import re
from pathlib import Path

from cotmoc import plantext
from cotmoc.plantext.formats import sniffing
from cotmoc.ui import problems

ROOM = Path(plantext.__file__).parent


def codes():
    """The code of every refusal that the modules make by name, or keep in a table of names."""
    found = set()
    for path in [ROOM / "source.py", *(ROOM / "formats").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'UnreadableText\(\s{0,20}"(\w+)"', text))
        for alternatives in re.findall(r"\bcode = (.+)", text):
            found |= set(re.findall(r'(?:^|else )"(\w+)"', alternatives))
    return found | {code for _, code, _ in sniffing._REFUSED}


def test_every_refusal_has_a_sentence():
    assert {"scanned", "old_word", "encrypted", "too_deep", "old_rtf"} <= codes()
    assert [code for code in sorted(codes()) if f"plan_{code}" not in problems._SENTENCES] == []
