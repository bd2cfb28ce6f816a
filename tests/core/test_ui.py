from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.charts import Part, bar
from core.components import MARKS, SECTOR_LOOKS, STATUSES, TONE_ICONS, Fact, Seen, Table, monogram
from core.icons import PATHS
from feedback.measure.scores import Band
from goals.choices import ActionStatus
from goals.measure.status import Status
from meetings.choices import Presence
from partners.choices import Sector

NASTY = "<b>&\"'"


class Text(HTMLParser):
    """What is read in a piece of markup, without what only decorates it."""

    def __init__(self):
        super().__init__()
        self.words = []

    def handle_data(self, data):
        if data.strip():
            self.words.append(data.strip())


def render(source, *, request=None, **context):
    return Template(source).render(RequestContext(request, context) if request else Context(context))


def words_of(html):
    parser = Text()
    parser.feed(html)
    return parser.words


class DateForm(forms.Form):
    due = forms.CharField(label="Due date", error_messages={"required": "Choose a date up to 30 November."})
    way = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    why = forms.CharField(label="Reason", required=False)

    def clean(self):
        raise forms.ValidationError("November has 30 days.")


@pytest.mark.parametrize("key", STATUSES)
def test_every_status_has_a_shape_and_a_word(key):
    html = render("{% status key %}", key=key)

    assert words_of(html) == [str(STATUSES[key].word)]
    assert PATHS[STATUSES[key].icon] in html


def test_statuses_that_stand_side_by_side_differ_in_shape():
    for values in (list(Status), ActionStatus.values, list(Band)):
        assert len({STATUSES[key].icon for key in values}) == len(values)


def test_every_choice_of_the_apps_has_its_look():
    assert set(Sector.values) - {"unknown"} == set(SECTOR_LOOKS)
    assert set(Presence.values) <= set(MARKS)
    assert {look.icon for look in SECTOR_LOOKS.values()} | set(TONE_ICONS.values()) <= set(PATHS)


def test_badge_escapes_free_words():
    assert words_of(render('{% badge word "risk" %}', word=NASTY)) == [NASTY]


def test_an_unknown_icon_fails():
    with pytest.raises(KeyError, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')


def test_icon_is_silent_unless_it_is_named():
    assert 'aria-hidden="true"' in render('{% icon "lock" %}')
    assert 'role="img" aria-label="Locked"' in render('{% icon "lock" label="Locked" %}')


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wrenfield City Council", "WC"),
        ("Centre for the Arts", "CA"),
        ("lantern", "LA"),
        ("Dr. Helen Marsh", "HM"),
        ("Saint-Étienne", "SÉ"),
        ("7", "7"),
        ("", ""),
    ],
)
def test_monogram(name, letters):
    assert monogram(name) == letters


def test_panel_is_a_labelled_section():
    html = render('{% panel title sub="Since May" %}<p>Slot</p>{% endpanel %}', title=NASTY)

    assert words_of(html) == [NASTY, "Since May", "Slot"]
    assert 'aria-labelledby="panel-b"' in html
    assert 'id="panel-b"' in html


def test_panel_without_a_name_fails():
    with pytest.raises(TemplateSyntaxError, match="title"):
        render("{% panel %}x{% endpanel %}")


def test_a_wrong_property_fails():
    with pytest.raises(TemplateSyntaxError, match="colour"):
        render('{% badge "Open" colour="red" %}')


def test_facts_show_their_denominator():
    html = render("{% facts items %}", items=[Fact("goals on track", 3, of=5, detail="same as September")])

    assert words_of(html) == ["goals on track", "same as September", "3", "of 5"]


def test_a_fact_can_be_zero_of_zero():
    assert words_of(render("{% facts items %}", items=[Fact("goals", 0, of=0)])) == ["goals", "0", "of 0"]


def test_seen_strip_is_read_as_sentences():
    html = render("{% seen_strip seen %}", seen=[Seen("4 November", "deputy"), Seen("2 December", "absent")])

    assert words_of(html) == ["s", "4 November: sent someone.", "–", "2 December: missed."]


def test_breadcrumbs_end_on_the_page_itself():
    html = render('{% breadcrumbs "Partners" "/partners/" name %}', name=NASTY)

    assert words_of(html) == ["Partners", NASTY]
    assert 'href="/partners/"' in html


def test_error_summary_repeats_the_errors_and_leads_to_the_fields():
    html = render("{% error_summary form %}", form=DateForm({}))

    assert words_of(html)[1:] == [
        "November has 30 days.",
        "Due date: Choose a date up to 30 November.",
        "Way: Choose one.",
    ]
    assert 'href="#id_due"' in html
    assert 'href="#id_way_0"' in html


def test_error_summary_is_absent_without_errors():
    assert render("{% error_summary form %}", form=DateForm()).strip() == ""


def test_fields_mark_what_is_optional_and_stand_beside_their_error():
    html = render("{% load crispy_forms_tags %}{{ form|crispy }}", form=DateForm({"way": "a"}))

    assert words_of(html) == [
        "November has 30 days.",
        "Due date",
        "Error:",
        "Choose a date up to 30 November.",
        "Way",
        "A",
        "Reason",
        "(optional)",
    ]
    assert 'aria-describedby="id_due_error"' in html
    assert 'id="id_due_error"' in html


def test_chart_comes_with_its_numbers():
    chart = bar([Part(1, "f-1")], total=2, description="1 of 2")
    table = Table(["Month", "Done"], [["October", 1]])

    html = render("{% chart_with_table chart table source='Action list' %}", chart=chart, table=table)

    assert chart in html
    assert words_of(html) == ["Action list", "Show the numbers", "Month", "Done", "October", "1"]


def test_pagination_keeps_the_filters(rf):
    page = Paginator(range(5), 2).page(2)
    request = rf.get("/", {"q": "rivers", "page": "2"})

    html = render("{% pagination page %}", request=request, page=page)

    assert 'href="?q=rivers&amp;page=1"' in html
    assert 'href="?q=rivers&amp;page=3"' in html
    assert "Page 2 of 3" in words_of(html)


def test_menu_leaves_out_what_does_not_exist(rf):
    assert render('{% nav_link "nowhere:at-all" "lock" "Secret" %}', request=rf.get("/")).strip() == ""


def test_dates_are_words_in_the_reader_s_zone():
    moment = datetime(2026, 11, 11, 17, 0, tzinfo=UTC)

    with timezone.override("Europe/Paris"):
        html = render("{{ moment|day_time }}/{{ moment|short_day }}/{{ moment|clock_time }}", moment=moment)

    assert html == "Wednesday 11 November, 18:00/11 Nov/18:00"


def test_dates_follow_the_language():
    with translation.override("fr"):
        html = render("{{ on|day_year }}/{{ on|month }}", on=date(2026, 11, 11))

    assert html == "11 novembre 2026/novembre 2026"


def test_lateness_in_words():
    assert render("{{ 1|days_late }}, {{ 7|days_late }}") == "1 day late, 7 days late"


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_pages_need_nothing_to_be_shown(code):
    html = render_to_string(f"{code}.html")

    assert html.count("<h1>") == 1
    assert html.count('id="main"') == 1


def test_no_template_breaks_the_content_security_policy():
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        source = path.read_text()
        if "emails" in path.parts:
            continue
        assert " style=" not in source, path
        assert "<style" not in source, path
        assert " on" + "click=" not in source, path
        assert all("src=" in tag for tag in source.split("<script")[1:]), path


def test_menu_entry_says_how_many_things_need_the_reader(rf):
    html = render('{% nav_link "core:gallery" "lock" label count=5 %}', request=rf.get("/"), label=NASTY)

    assert words_of(html) == [NASTY, "5", "need you"]
    assert 'href="/ui/"' in html


@pytest.mark.parametrize(
    ("view_name", "current"),
    [("core:gallery", ' aria-current="page"'), ("core:gallery-detail", ' aria-current="true"'), ("core:other", "")],
)
def test_menu_entry_is_current_on_the_pages_of_its_noun(rf, view_name, current):
    request = rf.get("/")
    request.resolver_match = SimpleNamespace(view_name=view_name)

    html = render('{% nav_link "core:gallery" "lock" "Gallery" %}', request=request)

    assert f'href="/ui/"{current}>' in html
