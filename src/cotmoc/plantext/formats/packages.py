"""Opens a ZIP package and its XML without trusting either."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from cotmoc.plantext.unreadable import UnreadableText

MAX_MEMBERS = 5_000
MAX_PART = 48_000_000
MAX_RATIO = 250
_SMALL = 2_000_000


class Package:
    """The parts of a ZIP package, read one at a time and never larger than `MAX_PART`."""

    def __init__(self, raw: bytes, file: str) -> None:
        self._file = file
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
            raise UnreadableText("broken", file, kind="ZIP") from error
        if len(members) > MAX_MEMBERS:
            raise UnreadableText("unpacks_too_large", file)
        self._members = {member.filename: member for member in members}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._members)

    def read(self, name: str) -> bytes | None:
        """A part's bytes, None when there is none."""
        member = self._members.get(name)
        if member is None:
            return None
        if member.flag_bits & 1:
            raise UnreadableText("encrypted", self._file)
        packed = max(member.compress_size, 1)
        if member.file_size > MAX_PART or (
            member.file_size > _SMALL and member.file_size > MAX_RATIO * packed
        ):
            raise UnreadableText("unpacks_too_large", self._file)
        try:
            with self._zip.open(member) as part:
                data = part.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            raise UnreadableText("broken", self._file, kind=name) from error
        except (NotImplementedError, RuntimeError) as error:
            raise UnreadableText("broken", self._file, kind=name) from error
        if len(data) > MAX_PART:
            raise UnreadableText("unpacks_too_large", self._file)
        return data

    def xml(self, name: str) -> etree._Element | None:
        """A part's root element, None when there is no such part."""
        data = self.read(name)
        return None if data is None else parse_xml(data, name, self._file)


def parse_xml(data: bytes, name: str, file: str) -> etree._Element:
    """Parses XML that has no document type: no entities, no outside files, no deep nesting."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        code = "too_deep" if "depth" in str(error).lower() else "broken"
        raise UnreadableText(code, file, kind=name) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableText("broken", file, kind=name)
    return root
