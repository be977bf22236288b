"""The API object: ninja's, made to answer in JSON wherever a path of it is asked."""

import re
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from cotmoc.rest.openapi import complete
from cotmoc.rest.problems import answer_with_problems, method_not_allowed, not_found

View = Callable[..., HttpResponse]
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


class Readable(JSONRenderer):
    """Vietnamese as it is written, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """An API under `prefix`: `path("api/v1/", api.urls)`.

    Strangers get 401 as a problem document instead of the sign-in page; its own schema is an
    endpoint like the others. There is no page of documentation with scripts from elsewhere.
    """

    def __init__(self, *, prefix: str, **options: Any) -> None:
        super().__init__(
            docs_url=None,
            openapi_url=None,
            urls_namespace="api",
            renderer=Readable(),
            **options,
        )
        self.prefix = prefix
        answer_with_problems(self)

        @self.get("/openapi.json", include_in_schema=False)
        def openapi(request: HttpRequest) -> dict[str, Any]:
            return self.schema()

    def schema(self) -> dict[str, Any]:
        """The contract as an OpenAPI document."""
        return complete(self.get_openapi_schema(path_prefix=self.prefix))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = self._open_to_strangers(pattern.callback)
        return [*patterns, re_path("", _unknown_path)], app, namespace

    def _open_to_strangers(self, view: View) -> View:
        """The middleware would send strangers to the sign-in page; the API answers itself."""

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and (unknown := self._unknown_parameters(request)):
                # Before anything is written.
                return self.on_exception(request, ValidationError(unknown))
            asked, request.method = request.method, _reading(request.method)
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                return not_found(request)
            finally:
                request.method = asked
            if response.status_code == 405:
                return method_not_allowed(request, response["Allow"])
            if response.status_code == 200 and (unknown := self._unknown_parameters(request)):
                return self.on_exception(request, ValidationError(unknown))
            return response

        return login_not_required(answer)

    def _unknown_parameters(self, request: HttpRequest) -> list[dict[str, Any]]:
        """A mistyped filter would silently give everything: it is refused instead."""
        match = request.resolver_match
        path = "/" + _PLACE.sub(r"{\1}", match.route if match else "")
        method = "post" if request.method == "POST" else "get"
        known = self._parameters.get((method, path))
        if known is None:
            return []
        message = f"no such parameter; known: {', '.join(known) or 'none'}"
        return [
            {"type": "unknown_parameter", "loc": ("query", name), "msg": message}
            for name in request.GET
            if name not in known
        ]

    @cached_property
    def _parameters(self) -> dict[tuple[str, str], list[str]]:
        """The names each operation of the contract takes in its query."""
        return {
            (method, path): [each["name"] for each in said["parameters"] if each["in"] == "query"]
            for path, item in self.schema()["paths"].items()
            for method, said in item.items()
        }


def _reading(method: str | None) -> str | None:
    """HEAD is GET whose body the server leaves out."""
    return "GET" if method == "HEAD" else method


@csrf_exempt
@login_not_required
def _unknown_path(request: HttpRequest) -> HttpResponse:
    return not_found(request)
