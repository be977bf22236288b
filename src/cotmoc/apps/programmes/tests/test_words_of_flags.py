"""Each doubt of the plan reader is said in words."""

from __future__ import annotations

from cotmoc.apps.programmes.wording import FLAGS
from cotmoc.plantext.doubts import CODES


def test_every_code_of_the_reader_has_words() -> None:
    assert set(CODES) <= set(FLAGS)
    assert all(str(words) for words in FLAGS.values())
