"""Errors as problem documents (RFC 9457), the same shape whatever went wrong."""

import logging
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import Field

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("cotmoc.rest")


class FieldProblem(Schema):
    """One parameter that was refused."""

    field: str = Field(description="where it stands: query.limit, path.period, body.data")
    code: str = Field(description="the sort of problem, for programs")
    detail: str
    line: int | None = Field(None, description="of a text that was sent, where it is known")
    column: str | None = Field(None, description="of a table that was sent: the column's name")
    value: str | None = Field(None, description="what stands there")


class Problem(Schema):
    """A refused request, as RFC 9457 writes it."""

    type: str = Field("about:blank", description="always about:blank: the status says it all")
    title: str = Field(description="the status in words")
    status: int
    detail: str = Field(description="what to do about it, in the reader's language")
    instance: str = Field(description="the address that was asked for")
    errors: list[FieldProblem] | None = Field(None, description="with status 422 only")


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Answer with a problem document; `errors` name the parameters that were refused."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.get_full_path(),
    }
    if errors:
        body["errors"] = list(errors)
    return JsonResponse(
        body,
        status=status,
        content_type=MEDIA_TYPE,
        headers=headers,
        json_dumps_params={"ensure_ascii": False},
    )


def not_found(request: HttpRequest, error: object = None) -> HttpResponse:
    return problem(request, 404, _("There is nothing at this address, or you may not see it."))


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    sentence = _("This address answers only %(methods)s.") % {"methods": allowed}
    return problem(request, 405, sentence, headers={"Allow": allowed})


def _not_signed_in(request: HttpRequest, error: Any) -> HttpResponse:
    sentence = _("Sign in, or send a valid token in the header “Authorization: Bearer cm_…”.")
    return problem(request, 401, sentence, headers={"WWW-Authenticate": 'Bearer realm="cotmoc"'})


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        {
            # ninja places a parameter inside the function's argument; the reader knows its name.
            "field": f"{each['loc'][0]}.{each['loc'][-1]}",
            "code": str(each["type"]),
            "detail": str(each["msg"]),
            **each.get("at", {}),
        }
        for each in error.errors
    ]
    sentence = _("Some parameters cannot be used; “errors” says which and why.")
    return problem(request, 422, sentence, errors=errors)


def _too_many(request: HttpRequest, error: Any) -> HttpResponse:
    seconds = math.ceil(error.wait or 1)
    sentence = _("Too many requests; try again in %(seconds)s seconds.") % {"seconds": seconds}
    return problem(request, 429, sentence)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 400:
        return problem(request, 400, _("What was sent is not JSON that can be read."))
    return problem(request, error.status_code, _("You may not do this."))


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    sentence = _("What was sent is too large; at most %(megabytes)s MB are taken.")
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1_000_000
    return problem(request, 413, sentence % {"megabytes": megabytes})


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    sentence = _("Something went wrong on our side; it has been recorded.")
    return problem(request, 500, sentence)


def answer_with_problems(api: NinjaAPI) -> None:
    """Let an API answer every exception with a problem document, without internals."""
    api.add_exception_handler(Exception, _broken)
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(AuthenticationError, _not_signed_in)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Throttled, _too_many)
    api.add_exception_handler(RequestDataTooBig, _too_large)
