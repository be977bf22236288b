from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def render(source: str, query: str = "", **values: object) -> str:
    request = RequestFactory().get(f"/units{query}")
    return Template("{% load ui %}" + source).render(Context({"request": request, **values}))


def test_a_state_has_shape_word_and_colour():
    html = render('{% state "behind" %}{% state "met" words %}{% state "nonsense" %}', words="<b>")
    assert "s-behind" in html
    assert "<svg" in html
    assert "Behind" in html
    assert "&lt;b&gt;" in html
    assert "No data" in html


def test_a_bullet_speaks():
    html = render('{% bullet 3 5 "met" direction="down" label="Late & overdue" %}')
    assert 'aria-label="Late &amp; overdue: 3% against a target of ≤ 5%, Met"' in html
    assert 'role="img"' in html


def test_a_bullet_without_data_is_hatched():
    html = render("{% bullet None 80 %}")
    assert "hatched" in html
    assert "No data" in html


def test_sorting_keeps_the_other_choices_and_starts_at_the_first_page():
    html = render('{% sort_header "Rate" "rate" %}', "?level=commune&page=3&q=%22%3E%3Cscript%3E")
    assert "level=commune" in html
    assert "page=" not in html
    assert "sort=rate" in html
    assert "<script>" not in html
    assert "aria-sort" not in html


@pytest.mark.parametrize(
    ("asked", "spoken", "next_sort"),
    [("rate", "ascending", "sort=-rate"), ("-rate", "descending", "sort=rate")],
)
def test_a_second_click_turns_the_order(asked, spoken, next_sort):
    html = render('{% sort_header "Rate" "rate" numeric=True %}', f"?sort={asked}")
    assert f'aria-sort="{spoken}"' in html
    assert f'href="?{next_sort}"' in html


def test_without_a_choice_the_page_tells_its_order():
    html = render('{% sort_header "Rate" "rate" %}', sort="-rate")
    assert 'aria-sort="descending"' in html


def test_query_with_changes_removes_and_escapes():
    html = render('<a href="{% query_with level=None q="a&b" %}">', "?level=x&kind=y&kind=z")
    assert html == '<a href="?kind=y&amp;kind=z&amp;q=a%26b">'


def test_the_pager_says_which_rows_of_how_many():
    page = Paginator(range(163), 50).get_page(4)
    html = render("{% pager page %}", "?q=x", page=page)
    assert "<b>151–163</b> of 163" in html
    assert "?q=x&amp;page=3" in html
    assert 'aria-current="page"' in html
    assert "Nothing found" in render("{% pager page %}", page=Paginator([], 50).get_page(1))


def test_export_keeps_the_query_but_not_the_page():
    html = render("{% export_menu %}", "?q=x&page=2")
    assert "?q=x&amp;export=xlsx" in html
    assert "?q=x&amp;export=csv" in html


class Filters(forms.Form):
    q = forms.CharField(required=False)
    level = forms.ChoiceField(choices=[("", "All"), ("c", "Commune")], required=False)
    late = forms.BooleanField(label="Only late", required=False)


def test_filters_that_are_on_can_be_taken_off_one_by_one():
    html = render(
        '{% filter_bar form results="units" %}',
        "?q=x&level=c&sort=-rate&page=2",
        form=Filters({"q": "x", "level": "c"}),
    )
    assert "<b>Commune</b>" in html
    assert 'href="?q=x&amp;sort=-rate"' in html
    assert '<input type="hidden" name="sort" value="-rate">' in html
    assert 'name="page"' not in html
    assert "Only late</b>" not in html


def test_an_untouched_list_has_no_chips():
    assert "Filtered by" not in render("{% filter_bar form %}", form=Filters({}))


def test_a_field_ties_its_help_and_errors_to_the_widget():
    class Entry(forms.Form):
        name = forms.CharField(help_text="As on paper.")

    html = render("{% field form.name %}", form=Entry({"name": ""}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_standing_links_to_its_list():
    html = render('{% standing counts url="/targets?pillar=1" %}', counts={"met": 6, "behind": 2})
    assert "/targets?pillar=1&state=met" in html.replace("&amp;", "&")
    assert "On the way" in html
    assert "Not applicable" not in html


def test_a_quote_marks_the_deciding_words():
    html = render('{% quote_card "at least 95 % on time" highlight="95 %" source="Plan" %}')
    assert "at least <mark>95 %</mark> on time" in html


def test_the_map_counts_its_bands_in_words():
    points = [SimpleNamespace(x=1, y=2, r=3, band=0, title="A<b", url="")]
    html = render('{% dot_map points label="Units" bands=bands %}', points=points, bands=["low"])
    assert "low <b>1</b>" in html
    assert "A&lt;b" in html
    assert 'role="img" aria-label="Units"' in html


def test_places_won_and_lost_are_said_in_words():
    assert "up 3 places" in render("{% steps 3 %}")
    assert "down 1 place<" in render("{% steps -1 %}")
    assert "same place" in render("{% steps 0 %}")
    assert render("{% steps None %}") == ""


def test_a_covered_bar_is_silent_and_holds_its_widths():
    html = render("{% covered_bar 30 60 100 tick=45 %}")
    assert 'aria-hidden="true"' in html
    assert 'class="lost" y="20%" width="60%"' in html
    assert 'class="fill" y="20%" width="30%"' in html
    assert 'x1="45%"' in html
