"""Lists as files: CSV for programs, Excel for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("xlsx", "csv")


def export_format(request: HttpRequest) -> str | None:
    """The format asked for by `?export=`, if it is one we write."""
    asked = request.GET.get("export")
    return asked if asked in FORMATS else None


def export(
    kind: str, name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse | StreamingHttpResponse:
    """A download of the rows; `name` is the file's name without its ending."""
    if kind == "csv":
        return _csv(name, headers, rows)
    return _xlsx(name, headers, rows)


def safe_cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is marked as text."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _local(value: datetime) -> datetime:
    """Local time without its zone, which spreadsheets do not know."""
    return timezone.make_naive(value) if timezone.is_aware(value) else value


class _Line:
    """csv writes here; each row comes straight back out."""

    def write(self, line: str) -> str:
        return line


def _csv(name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    writer = csv.writer(_Line())

    def lines() -> Iterable[str]:
        # Excel on Windows reads UTF-8 only when it is marked.
        yield "\ufeff" + writer.writerow(headers)
        for row in rows:
            yield writer.writerow([safe_cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _xlsx(name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    buffer = io.BytesIO()
    # Rows go to a temporary file as they come: many of them must not fill the memory.
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    widths = [len(header) for header in headers]
    sheet.write_row(0, 0, headers, bold)
    number = 0
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], len(str(value or "")))
            if isinstance(value, Decimal):
                sheet.write_number(number, column, float(value))
            elif isinstance(value, datetime):
                sheet.write_datetime(number, column, _local(value), moment)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write(number, column, value)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, 8), 60))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, number, len(headers) - 1)
    book.close()
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
