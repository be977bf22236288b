"""Query strings that keep what the reader has already chosen."""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, QueryDict

# A page number belongs to one order of one list; an export is an action, not a view.
FLEETING = ("page", "export")


def query_of(request: HttpRequest | None) -> QueryDict:
    return request.GET.copy() if request else QueryDict(mutable=True)


def changed(request: HttpRequest | None, changes: Mapping[str, object]) -> str:
    """`?…` with the changes applied; None or "" takes a parameter out."""
    query = query_of(request)
    for name in FLEETING:
        query.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def kept(request: HttpRequest | None, apart_from: Iterable[str]) -> list[tuple[str, str]]:
    """What a form must carry along as hidden fields."""
    left_out = {*apart_from, *FLEETING}
    lists = query_of(request).lists()
    return [
        (name, str(value)) for name, values in lists if name not in left_out for value in values
    ]
