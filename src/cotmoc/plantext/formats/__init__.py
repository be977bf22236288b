"""One module for each format of file.  Only here may plantext import lxml and pypdfium2.

Every module has one door, `read(raw, file) -> SourceText`, and fails only with `UnreadableText`.
"""
