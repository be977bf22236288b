"""Sentences for what is wrong with an input: place first, then what to do."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.core.problems import Problem

_SENTENCES: dict[str, object] = {
    "empty_file": gettext_lazy("the file is empty"),
    "too_large": gettext_lazy(
        "the file has %(megabytes)s MB; at most %(limit)s MB are read. Is it the right file?"
    ),
    "not_text": gettext_lazy("this is not a text file; save the table as CSV (UTF-8)"),
    "encoding": gettext_lazy(
        "not UTF-8: byte %(byte)s cannot be read. It may be in an old encoding (TCVN3, VNI, "
        "Windows-1258); save the file again as CSV UTF-8"
    ),
    "not_csv": gettext_lazy("the table breaks off or is not CSV: %(reason)s"),
    "no_rows": gettext_lazy("there is a header but no row"),
    "missing_column": gettext_lazy("the column is missing; found: %(found)s"),
    "column_twice": gettext_lazy("the column stands twice in the header"),
    "field_count": gettext_lazy("the row has %(found)s fields, the header %(expected)s"),
    "missing_value": gettext_lazy("a value is required"),
    "too_long": gettext_lazy("the text is longer than 300 characters"),
    "not_a_number": gettext_lazy("this is not a number"),
    "not_whole": gettext_lazy("this must be a whole number"),
    "negative": gettext_lazy("this must not be negative"),
    "not_positive": gettext_lazy("this must be above zero"),
    "not_a_day": gettext_lazy("this is not a day; write it like 2025-06-30"),
    "unknown_unit_level": gettext_lazy("the level must be province, district or commune"),
    "unknown_territory": gettext_lazy("there is no such unit on that day"),
    "too_big": gettext_lazy("this number is too large to be real"),
    "duplicate": gettext_lazy("already given in line %(first)s"),
    "in_two_files": gettext_lazy("also given in %(first)s for the same period"),
    "too_many_problems": gettext_lazy("too many problems; the rest of the file was not read"),
    "unknown_unit": gettext_lazy("no such organisation is registered (%(name)s)"),
    "no_organisations": gettext_lazy(
        "no organisations are registered yet; run: cotmoc organisations import FOLDER"
    ),
    "unknown_level": gettext_lazy("the level must be PROVINCE_TOTAL, PROVINCE or COMMUNE"),
    "one_province": gettext_lazy("exactly one row must be PROVINCE_TOTAL; found %(found)s"),
    "no_progress_file": gettext_lazy("the list of organisations is read from *-progress.csv"),
    "no_folder": gettext_lazy("there is no such folder"),
    "no_files": gettext_lazy("no file here ends in -progress.csv, -payment.csv or -metrics.csv"),
    "part_absent": gettext_lazy("no such file in the folder; its figures stay without data"),
    "period_unknown": gettext_lazy(
        "the name tells no period; give one with --period 2026-08 (or 2026-Q3, 2026)"
    ),
    "period_differs": gettext_lazy("the name says %(named)s; taken as %(used)s as you asked"),
    "source_note_unreadable": gettext_lazy("cannot be read: %(reason)s"),
    "part_above_whole": gettext_lazy("the part is larger than the whole; taken as given"),
    "parts_differ_from_whole": gettext_lazy("on time and overdue do not add up to received"),
    "no_such_file": gettext_lazy("there is no such file"),
    "is_folder": gettext_lazy("this is a folder, not a file"),
    "plan_empty": gettext_lazy("the file is empty"),
    "plan_no_text": gettext_lazy("there is no text in the file, only spaces"),
    "plan_too_large": gettext_lazy(
        "the file has %(megabytes)s MB; at most %(limit)s MB are read. Is it the right file?"
    ),
    "plan_text_too_long": gettext_lazy("the text is longer than any plan; is it the right file?"),
    "plan_too_many_pages": gettext_lazy(
        "the file has %(pages)s pages, at most %(limit)s are read; split it"
    ),
    "plan_not_text": gettext_lazy(
        "this is not a text document, whatever its name says; save the plan as .docx or PDF"
    ),
    "plan_encoding": gettext_lazy(
        "the encoding of the text cannot be told; open it and save it again as text, UTF-8"
    ),
    "plan_broken": gettext_lazy("the file is damaged; open it and save it again as .docx or PDF"),
    "plan_too_deep": gettext_lazy(
        "the file is nested deeper than any document; open it and save it again as .docx"
    ),
    "plan_unpacks_too_large": gettext_lazy(
        "the file unpacks to far more than a plan holds and was not opened; save it again as .docx"
    ),
    "plan_encrypted": gettext_lazy(
        "the file is locked with a password; open it and save it without one"
    ),
    "plan_old_word": gettext_lazy(
        "this kind of document cannot be read; open it in Word or LibreOffice and save it as .docx"
    ),
    "plan_old_rtf": gettext_lazy(
        "RTF cannot be read; open it in Word or LibreOffice and save it as .docx"
    ),
    "plan_spreadsheet": gettext_lazy(
        "this is a spreadsheet; put its table into a document and save it as .docx or PDF"
    ),
    "plan_archive": gettext_lazy("this is an archive; unpack it and choose the document inside"),
    "plan_scanned": gettext_lazy(
        "these are pictures of pages without text; send the file that was not scanned, or have "
        "text recognition installed on the server (Debian: apt install %(install)s)"
    ),
    "plan_scan_failed": gettext_lazy(
        "text recognition failed on page %(page)s; scan it again, or send the original file"
    ),
    "plan_scan_too_long": gettext_lazy(
        "%(pages)s scanned pages are too many for text recognition (at most %(limit)s); split it"
    ),
    "wrong_kind": gettext_lazy(
        "by its content this is %(kind)s; CSV, XLSX, Parquet and JSON Lines are read"
    ),
    "encoding_vni": gettext_lazy("written in the old encoding VNI; save it again as UTF-8"),
    "encoding_unknown": gettext_lazy(
        "the encoding cannot be told; say it with --encoding (%(known)s) or save as UTF-8"
    ),
    "line_too_long": gettext_lazy("the line is longer than a row can be; is it the right file?"),
    "file_changed": gettext_lazy("the file was changed while it was read; import it again"),
    "no_header": gettext_lazy("no row names a known column; found: %(found)s"),
    "no_such_header": gettext_lazy("the file has no such header; near: %(near)s"),
    "unknown_column": gettext_lazy("the table has no such column; there are: %(known)s"),
    "no_such_profile": gettext_lazy("there is no such profile; there are: %(known)s"),
    "profile_name": gettext_lazy(
        "a profile's name has letters without accents, digits, and . _ - only"
    ),
    "profile_unreadable": gettext_lazy("cannot be read: %(reason)s"),
    "xlsx_broken": gettext_lazy("the workbook is broken; open it and save it again"),
    "xlsx_too_large": gettext_lazy(
        "the workbook unpacks to %(megabytes)s MB, more than is read; save it as CSV (UTF-8)"
    ),
    "parquet_broken": gettext_lazy("the Parquet file is broken or not whole"),
    "parquet_type": gettext_lazy("a column of this type cannot be read"),
    "not_json_lines": gettext_lazy("JSON Lines are read: one object a line"),
    "not_json": gettext_lazy("this line is not a JSON object"),
    "nested_value": gettext_lazy("one value is needed, not a list or an object"),
    "unclosed_quote": gettext_lazy("a quotation mark is opened and never closed"),
    "unreadable_characters": gettext_lazy("the text holds characters that cannot be read"),
    "text_too_long": gettext_lazy("the text is longer than %(limit)s characters"),
    "not_allowed": gettext_lazy("this must be one of: %(allowed)s"),
    "not_yes_or_no": gettext_lazy("this must be yes or no (1/0, true/false, có/không, x)"),
    "ambiguous_number": gettext_lazy(
        "thousands or decimals? Write it without the mark “%(mark)s”, or say --decimal"
    ),
    "below_minimum": gettext_lazy("this must be at least %(limit)s"),
    "above_maximum": gettext_lazy("this must be at most %(limit)s"),
    "not_a_moment": gettext_lazy(
        "this is not a time; write it like 2025-06-30 14:05:00 or 30/06/2025 14:05"
    ),
    "day_out_of_range": gettext_lazy("the year must be between %(first)s and %(last)s"),
    "ends_before_start": gettext_lazy("this is before %(start)s (%(value)s)"),
    "not_a_period": gettext_lazy("this is not a period; write 2026-08, 2026-Q3 or 2026"),
    "not_understood": gettext_lazy("the row could not be understood"),
    "duplicate_in_file": gettext_lazy("the key stands in line %(first)s already"),
    "no_targets": gettext_lazy("the text was read, but no target stands in it"),
    "too_many_columns": gettext_lazy("more than %(limit)s columns; is it the right sheet?"),
    "too_many_rows": gettext_lazy("more than %(limit)s rows; is it the right file?"),
    "no_indices": gettext_lazy("no index is known yet; run: cotmoc setup"),
    "index_not_told": gettext_lazy(
        "the columns do not tell which index this is; choose one of: %(known)s"
    ),
    "unknown_index": gettext_lazy("there is no such index; there are: %(known)s"),
    "unknown_method": gettext_lazy("the index has no such method; there are: %(known)s"),
    "no_method_in_force": gettext_lazy(
        "no method of the index was in force then; choose one of: %(known)s"
    ),
    "several_methods": gettext_lazy("several methods were in force then; choose one of: %(known)s"),
    "no_points_no_rank": gettext_lazy(
        "no column gives points or ranks of this index; found: %(found)s"
    ),
    "no_period": gettext_lazy("neither the row nor the file's name says which year this is"),
    "period_not_asked": gettext_lazy("you said the table is of %(asked)s"),
    "unknown_subject": gettext_lazy("nobody has this name on %(day)s; near: %(near)s"),
    "several_subjects": gettext_lazy("several have this name; write the code of one: %(near)s"),
    "code_and_name_differ": gettext_lazy("this is not the code of %(name)s"),
    "unknown_node": gettext_lazy("the index has no such part; there are: %(known)s"),
    "points_above_maximum": gettext_lazy(
        "full marks are published as %(limit)s here: is this on another scale, or a mark misplaced?"
    ),
    "rank_above_count": gettext_lazy("there are only %(limit)s to be ranked"),
    "row_of_nobody": gettext_lazy("a mean or the country, not a subject: left out"),
    "row_says_nothing": gettext_lazy("neither points nor rank: left out"),
    "column_not_of_method": gettext_lazy("the method %(method)s has no such part: left out"),
    "rank_against_points": gettext_lazy(
        "%(more)s has more points and a worse rank than %(better)s; taken as given"
    ),
    "total_differs_from_parts": gettext_lazy(
        "the parts beside it give %(computed)s by the method; taken as given"
    ),
    "borders_unsure": gettext_lazy(
        "names are read as the provinces of %(day)s. If the table is of the merged ones, say so: "
        "--on %(later)s"
    ),
}


def sentence(problem: Problem) -> str:
    """What is wrong, without the place."""
    # Where a room that knows no Django has said it already, the sentence comes along.
    brought = _(str(problem.params.get("template", problem.code)))
    template = str(_SENTENCES.get(problem.code, brought))
    said = template % problem.params if problem.params else template
    if looks_like := problem.params.get("looks_like"):
        said += " " + _("(it looks like %(kind)s)") % {"kind": looks_like}
    return said


def describe(problem: Problem) -> str:
    """One line: file, line, field, value, and what is wrong."""
    parts = [problem.file]
    if problem.line:
        parts.append(_("line %(line)s") % {"line": problem.line})
    if problem.field:
        parts.append(_("field %(field)s") % {"field": problem.field})
    if problem.value is not None:
        parts.append(f"“{problem.value}”")
    return f"{', '.join(parts)}: {sentence(problem)}"


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem for scripts and editors."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.params.get("column"),
        "field": problem.field,
        "code": problem.code,
        "value": problem.value,
        "message": sentence(problem),
        "known": problem.params.get("known"),
        "did_you_mean": problem.params.get("near"),
    }
