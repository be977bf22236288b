"""The words of documents on screen."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.documents.models import Document, RelationKind

# Kinds of documents, as the reader names them.
KINDS = {
    "plan": gettext_lazy("Plan"),
    "decision": gettext_lazy("Decision"),
    "resolution": gettext_lazy("Resolution"),
    "directive": gettext_lazy("Directive"),
    "programme": gettext_lazy("Programme"),
    "scheme": gettext_lazy("Scheme"),
    "report": gettext_lazy("Report"),
    "notice": gettext_lazy("Notice"),
    "strategy": gettext_lazy("Strategy"),
    "official_letter": gettext_lazy("Official letter"),
    "telegram": gettext_lazy("Official telegram"),
    "guidance": gettext_lazy("Guidance"),
    "proposal": gettext_lazy("Submission"),
    "conclusion": gettext_lazy("Conclusion"),
    "rules": gettext_lazy("Working rules"),
    "regulation": gettext_lazy("Regulation"),
    "law": gettext_lazy("Law"),
    "ordinance": gettext_lazy("Ordinance"),
    "decree": gettext_lazy("Decree"),
    "circular": gettext_lazy("Circular"),
}
FORMATS = {
    "txt": gettext_lazy("plain text"),
    "markdown": "Markdown",
    "html": gettext_lazy("web page"),
    "docx": "Word (DOCX)",
    "pdf": "PDF",
    "scan": gettext_lazy("scanned PDF"),
}
# What a format's reader had to do or leave (`plantext.origins.SourceText.notes`).
NOTES = {
    "converted_tcvn3": gettext_lazy("converted from the old encoding TCVN3 (ABC)"),
    "converted_vni": gettext_lazy("converted from the old encoding VNI"),
    "converted_windows_1258": gettext_lazy("converted from the old encoding Windows-1258"),
    "bytes_replaced": gettext_lazy("some characters could not be read"),
    "page_furniture_removed": gettext_lazy("headers and footers were left out"),
    "page_numbers_removed": gettext_lazy("page numbers were left out"),
    "signature_stamp_removed": gettext_lazy("the stamp of the digital signature was left out"),
    "contents_removed": gettext_lazy("the table of contents was left out"),
    "navigation_removed": gettext_lazy("menus of the web page were left out"),
    "footnotes_at_end": gettext_lazy("footnotes stand at the end of the text"),
    "pages_without_text": gettext_lazy("some pages hold no text: compare with the original"),
    "read_by_ocr": gettext_lazy("a scan read by text recognition: compare with the original"),
}
# The same relation as the other document sees it.
INWARD = {
    RelationKind.BASED_ON: gettext_lazy("is a basis of"),
    RelationKind.REPLACES: gettext_lazy("is replaced by"),
    RelationKind.AMENDS: gettext_lazy("is amended by"),
    RelationKind.IMPLEMENTS: gettext_lazy("is implemented by"),
}
SIGN_FORMS = {
    "TM.": gettext_lazy("on behalf of the body"),
    "KT.": gettext_lazy("in place of the head"),
    "TL.": gettext_lazy("by order of the head"),
    "TUQ.": gettext_lazy("by authorisation of the head"),
    "Q.": gettext_lazy("acting head"),
}


def kind_words(kind: str) -> str:
    """A kind of document as people call it."""
    return str(KINDS.get(kind, kind))


def relation_words(kind: str, outward: bool) -> str:
    """What a document does to another one, or what the other one does to it."""
    known = RelationKind(kind)
    return str(known.label if outward else INWARD[known])


def format_words(document: Document) -> str:
    """The format of the file as received."""
    return str(FORMATS.get(document.format, document.format))


def note_words(document: Document) -> list[str]:
    """What reading the file took, in words."""
    return [str(NOTES.get(code, code.replace("_", " "))) for code in document.notes]


def sign_form_words(document: Document) -> str:
    """`TM. KT.` with what the abbreviations mean."""
    meant = [str(SIGN_FORMS[each]) for each in document.sign_form.split() if each in SIGN_FORMS]
    return f"{document.sign_form} ({', '.join(meant)})" if meant else document.sign_form


def period_words(document: Document) -> str:
    """The years a document plans for."""
    since, horizon = document.since, document.horizon
    if since and horizon and since != horizon:
        return f"{since}–{horizon}"
    if document.year:
        return _("year %(year)s") % {"year": document.year}
    if horizon:
        return _("until %(year)s") % {"year": horizon}
    return ""


def size_words(document: Document) -> str:
    """The size of the file as received; empty where it is not known."""
    if not document.size:
        return ""
    if document.size < 1_000_000:
        return f"{max(1, round(document.size / 1000))}\u00a0KB"
    return f"{document.size / 1_000_000:.1f}\u00a0MB".replace(".", ",")


STATE_SHAPES = {
    Document.State.IN_FORCE: "met",
    Document.State.DRAFT: "on_the_way",
    Document.State.REPLACED: "not_applicable",
    Document.State.WITHDRAWN: "not_applicable",
}


def state_shape(document: Document) -> str:
    """The kit's shape for whether a document holds; its word stands beside it."""
    return STATE_SHAPES[Document.State(document.state)]
