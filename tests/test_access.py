"""Every route × everybody × their own, somebody else's and missing things; generated from the URLconf.

Two partnerships are filled with the same kinds of things, each text with a canary of its own. Whoever has no seat at a
table must never see that table's canary, and must not learn from any answer whether a thing exists.
"""

import importlib
import inspect
import itertools
import json
import os
import pkgutil
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from django import forms
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import Person
from core.access import READ
from feedback import reminders, sealed
from feedback.choices import ITEMS
from feedback.models import FeedbackComment
from goals.models import Action, Indicator, SharedGoal
from meetings.models import Decision, Meeting
from partners.models import Organization, Participation, Seat
from partners.permissions import ROLE_PERMISSIONS, Permission, Role
from partners.services import vacate_seat
from tests.conftest import StrictClient
from tests.factories import accounts, exchange, feedback, goals, meetings, notifications, partners

MISSING = 10**9
REPORT_DAY = datetime(2026, 4, 9, 6, 0, tzinfo=UTC)
LOGIN = reverse("account_login")


# -- The routes -------------------------------------------------------------------------------------------------------
def routes(resolver=None, prefix="", names=()):
    for entry in (resolver or get_resolver()).url_patterns:
        asked = (*names, *entry.pattern.converters, *getattr(entry.pattern.regex, "groupindex", {}))
        if isinstance(entry, URLPattern):
            yield prefix + entry.name, entry.callback, frozenset(asked)
        else:
            yield from routes(entry, f"{prefix}{entry.app_name}:" if entry.app_name else prefix, asked)


ROUTES = {name: (view, names) for name, view, names in routes()}

# What a route asks for besides the partnership: found by its name, or by the noun its name begins with. A new route
# with a parameter needs a line here, else the walk fails.
OBJECTS = {
    "partners:partner": lambda t: {"pk": t.partner.pk},
    "partners:chat": lambda t: {"pk": t.chat.pk},
    "partners:seat": lambda t: {"pk": t.member.pk},
    "goals:goal": lambda t: {"pk": t.goal.pk},
    "goals:indicator": lambda t: {"pk": t.indicator.pk},
    "goals:indicator-add": lambda t: {"pk": t.goal.pk},
    "goals:measurement": lambda t: {"pk": t.indicator.pk},
    "goals:action": lambda t: {"pk": t.action.pk},
    "meetings:meeting": lambda t: {"pk": t.meeting.pk},
    "meetings:series": lambda t: {"pk": t.series.pk},
    "meetings:action": lambda t: {"pk": t.meeting.pk},
    "meetings:decision": lambda t: {"pk": t.meeting.pk},
    "meetings:decision-edit": lambda t: {"pk": t.meeting.pk, "number": t.decision.number},
    "feedback:room-sheet": lambda t: {"pk": t.meeting.pk},
    "feedback:named-answers": lambda t: {"pk": t.named.meeting_id},
    "feedback:health-detail": lambda t: {"month": t.report.month},
    "feedback:health-document": lambda t: {"month": t.report.month},
    "feedback:conversation": lambda t: {"pk": t.comment.pk},
    "feedback:theme": lambda t: {"month": t.report.month, "pk": t.theme.pk},
    "feedback:theme-follow-up": lambda t: {"month": t.report.month, "pk": t.theme.pk},
    "feedback:theme-list": lambda t: {"month": t.report.month},
    "feedback:follow-up": lambda t: {"month": t.report.month, "cause": "voice"},
    "reports:progress-month": lambda t: {"month": t.report.month},
    "exchange:import": lambda t: {"batch": t.batch.pk},
    "exchange:round": lambda t: {"month": t.round.held_on.replace(day=1)},
}  # fmt: skip

# Routes without a partnership whose parameters belong to nobody: any value must do no harm.
ANYBODYS = {
    "notifications:unsubscribe": {"token": "x" * 60},
    "notifications:mail-sample": {"kind": "login_code", "language": "fr"},
    "notifications:mail-detail": {"name": "x"},
    "notifications:mail-as-sent": {"name": "x"},
    "notifications:mail-attachment": {"name": "x", "number": 0},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    "reports:calendar-feed": {"token": "x" * 43},
    "feedback:window-answer": {"token": "x" * 43},
    "feedback:room": {"signed": "1:x"},
}

# Rules about single rows that stand in a service: a seat with the permission may still be refused.
ROW_LEVEL = {
    "partners:partner-edit", "goals:action-edit", "goals:action-start", "goals:action-wait", "goals:action-complete",
    "goals:action-drop", "goals:action-reopen", "goals:measurement-add",
}  # fmt: skip


def noun(name):
    return name.rpartition("-")[0] or name


def objects_of(name, tenant):
    """The parameters of a route for a thing of this tenant."""
    _view, names = ROUTES[name]
    wanted = names - {"partnership"}
    if not wanted:
        return {}
    make = OBJECTS.get(name) or OBJECTS.get(noun(name))
    assert make, f"{name} asks for {sorted(wanted)}: add an example to OBJECTS or ANYBODYS"
    return make(tenant)


def missing(kwargs):
    """The same parameters for a thing that does not exist."""
    gone = {"month": kwargs["month"].replace(year=1999)} if "month" in kwargs else {}
    gone |= {key: UUID(int=0) for key, value in kwargs.items() if isinstance(value, UUID)}
    return {key: MISSING if isinstance(value, int) else value for key, value in kwargs.items()} | gone


# -- Two tenants ------------------------------------------------------------------------------------------------------
def tenant(mark):
    """A partnership with one of everything; every text carries the canary."""
    canary = f"canary-{mark}-"
    number = itertools.count(1)

    def word():
        return f"{canary}{next(number)}"

    partnership = partners.PartnershipFactory(name=word(), slug=f"table-{mark}", summary=word())
    seats = {}
    for role in Role:
        person = accounts.PersonFactory(name=word(), email=f"{canary}{role}@example.org")
        seats[role] = partners.SeatFactory(
            partnership=partnership, role=role, holder__person=person, organization__name=word(), holder__title=word()
        )
    partner = seats[Role.MEMBER].participation
    partners.OrganizationAliasFactory(organization=partner.organization, name=word())
    partners.OrganizationIdentifierFactory(organization=partner.organization, value=word())
    goal = goals.SharedGoalFactory(partnership=partnership, title=word())
    indicator = goals.IndicatorFactory(goal=goal, title=word())
    goals.MeasurementFactory(indicator=indicator)
    action = goals.ActionFactory(partnership=partnership, title=word(), accountable=seats[Role.MEMBER])
    series = meetings.MeetingSeriesFactory(partnership=partnership, title=word())
    meeting = meetings.MeetingFactory(
        partnership=partnership, title=word(), organizer=seats[Role.COORDINATOR], series=series
    )
    decision = meetings.DecisionFactory(meeting=meeting, text=word())
    said = sealed.Answers(dict.fromkeys(ITEMS, 4) | {"voice": 1})
    answers = [replace(said, comment=word(), thread=word()), *[said] * 9]
    feedback.answered_and_closed(answers, partnership=partnership, title=word(), organizer=seats[Role.COORDINATOR])
    reminders.build_reports(REPORT_DAY)
    report = partnership.health_reports.get()
    feedback.ReportFileFactory(report=report)
    named = feedback.FeedbackWindowFactory(
        meeting__partnership=partnership, meeting__title=word(), mode="named", closed_at=REPORT_DAY, answered_count=1
    )
    feedback.NamedResponseFactory(window=named, person__name=word(), comment=word())
    earlier = feedback.PastRoundFactory(partnership=partnership, label=word())
    comment = FeedbackComment.objects.get(window__meeting__partnership=partnership)
    feedback.ThreadMessageFactory(comment=comment, text=word())
    theme = feedback.CommentThemeFactory(partnership=partnership, month=report.month, name=word())
    theme.comments.add(comment)
    batch = exchange.ImportBatchFactory(person=seats[Role.COORDINATOR].person, file_name=f"{word()}.xml")
    notifications.MessageFactory(
        recipient=seats[Role.MEMBER].person, partnership_id=partnership.pk, dead=True, error=word()
    )
    chat = notifications.ChatHookFactory(partnership_id=partnership.pk, label=word(), ending="last")
    return SimpleNamespace(
        canary=canary, slug=partnership.slug, partnership=partnership, seats=seats, member=seats[Role.MEMBER],
        partner=partner, goal=goal, indicator=indicator, action=action, meeting=meeting, decision=decision,
        series=series,
        report=report, comment=comment, theme=theme, batch=batch, named=named, chat=chat, round=earlier,
    )  # fmt: skip


# -- Everybody --------------------------------------------------------------------------------------------------------
INSIDE = {str(role): role for role in Role}  # people with a seat at table a
OUTSIDE = ("outsider", "elsewhere", "staff", "gone")
SHUT_OUT = ("anonymous", "deactivated")
EVERYBODY = (*SHUT_OUT, *OUTSIDE, *INSIDE)


def person_for(actor, a, b):
    """Sets the stage for one of the cast, under a name that is nobody's canary."""
    if actor in INSIDE:
        return a.seats[INSIDE[actor]].person
    if actor == "elsewhere":
        return b.seats[Role.COORDINATOR].person
    person = accounts.PersonFactory(is_staff=actor == "staff", is_active=actor != "deactivated")
    if actor == "deactivated":
        partners.SeatFactory(partnership=a.partnership, role=Role.COORDINATOR, holder__person=person)
    if actor == "gone":
        seat = partners.SeatFactory(partnership=a.partnership, role=Role.COORDINATOR, holder__person=person)
        vacate_seat(seat=seat, by=a.seats[Role.COORDINATOR], now=REPORT_DAY)
    return person


def targets(name, a, b):
    """``{label: kwargs}``: their own thing, another table's, none, and two tables one has no seat at."""
    access = ROUTES[name][0].access
    if name in ANYBODYS:
        return {"anything": ANYBODYS[name]}
    own, foreign = objects_of(name, a), objects_of(name, b)
    if not isinstance(access, Permission):
        return {"own": own, "crossed": foreign, "missing": missing(own)} if own else {"own": {}}
    cells = {
        "own": {"partnership": a.slug} | own,
        "foreign": {"partnership": b.slug} | foreign,
        "nowhere": {"partnership": "no-such-table"} | own,
    }
    if own:
        cells["missing"] = {"partnership": a.slug} | missing(own)
        if own != foreign:
            cells["crossed"] = {"partnership": a.slug} | foreign
    return cells


def methods_of(view):
    """The methods a view accepts, as its access mark declared them."""
    while "request_method_list" not in (kept := inspect.getclosurevars(view).nonlocals):
        view = view.__wrapped__
    return kept["request_method_list"]


WORKS = {200, 302, 409, 422}


def expected(name, actor, target):
    """The statuses an answer may have; None where anything that is no crash will do."""
    access = ROUTES[name][0].access
    if access in ("public", "token") or (access, actor) == ("staff", "staff"):
        return None
    if actor in SHUT_OUT:
        return {302}
    if isinstance(access, Permission):
        return expected_of_a_seat(name, access, actor, target)
    is_theirs = target == "own" and (actor == Role.COORDINATOR or not objects_asked(name))
    return WORKS | {403} if is_theirs and access == "signed_in" else {403, 404}


def expected_of_a_seat(name, access, actor, target):
    """404 without a seat at that table or for a thing of another, 403 with a seat that may not."""
    is_at_that_table = (target == "foreign") if actor == "elsewhere" else target not in ("foreign", "nowhere")
    if actor not in (*INSIDE, "elsewhere") or not is_at_that_table:
        return {404}
    if actor in INSIDE and access not in ROLE_PERMISSIONS[INSIDE[actor]]:
        return {403}
    if target in ("crossed", "missing"):
        return {404}
    return WORKS | ({403} if name in ROW_LEVEL else set())


# Nothing has run yet in a test: the page that watches the loops says so.
MAY_BE_DOWN = {"notifications:work": {503}}


def objects_asked(name):
    return ROUTES[name][1] - {"partnership"}


def send(client, method, url):
    """One request that leaves nothing behind, not even "saved" for the next page."""
    client.cookies.pop("messages", None)
    if method in READ:
        return getattr(client, method.lower())(url)
    with transaction.atomic():
        response = client.post(url, {})
        transaction.set_rollback(True)
    return response


def bare(response, url):
    """What somebody could compare: status, headers and body, without what differs in every answer."""
    body = response.content.decode()
    body = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', "", body).replace(url, "")
    headers = {
        key: value.replace(url, "")
        for key, value in response.headers.items()
        if key not in ("Content-Length", "Set-Cookie")
    }
    return response.status_code, headers, body


PROTECTIONS = {
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'",
    "form-action 'self'", "frame-ancestors 'none'",
}  # fmt: skip


# A sample of a mail brings its own styles and is framed by our gallery: nothing else may run or load in it.
PROTECTIONS_OF = {"notifications:mail-sample": {"sandbox", "default-src 'none'", "frame-ancestors 'self'"}}


def lacks_protection(response, name=""):
    policy = {part.strip() for part in response.headers.get("Content-Security-Policy", "").split(";")}
    is_sniffable = response.headers.get("X-Content-Type-Options") != "nosniff"
    wanted = PROTECTIONS_OF.get(name, PROTECTIONS) if response.status_code == 200 else PROTECTIONS
    return wanted - policy | ({"nosniff"} if is_sniffable else set())


@pytest.fixture
def tables():
    return SimpleNamespace(a=tenant("a"), b=tenant("b"))


SIGNS_OUT = {("account_logout", "POST"), ("accounts:sign-out-everywhere", "POST")}  # they would end the walk itself


def cells(tables):
    """``(route, method, {target: address})`` for every route and every method it accepts."""
    for name, (view, _names) in sorted(ROUTES.items()):
        addresses = {label: reverse(name, kwargs=kwargs) for label, kwargs in targets(name, tables.a, tables.b).items()}
        for method in ("GET", "POST"):
            if method in methods_of(view) and (name, method) not in SIGNS_OUT:
                yield name, method, addresses


def what_is_wrong(name, actor, target, response, hidden):
    allowed = expected(name, actor, target)
    is_broken = response.status_code >= 500 and response.status_code not in MAY_BE_DOWN.get(name, ())
    if is_broken or (allowed and response.status_code not in allowed):
        yield f"{response.status_code}, not {sorted(allowed or ())}"
    if allowed == {302} and not response.headers.get("Location", "").startswith(LOGIN):
        yield "not sent to the door"
    if lacks_protection(response, name):
        yield f"without {lacks_protection(response, name)}"
    if ROUTES[name][0].access != "staff":  # operators see the outbox of every table, by number
        yield from (f"shows {canary}" for canary in hidden if canary in told(response))


def told(response):
    return response.content.decode() + str(response.headers)


@pytest.mark.django_db
@pytest.mark.parametrize("actor", EVERYBODY)
def test_everybody_meets_what_is_theirs_and_nothing_else(actor, tables, capsys):
    client = StrictClient()
    if actor != "anonymous":
        client.force_login(person_for(actor, tables.a, tables.b))
    canaries = {tables.a.canary, tables.b.canary}
    own = {tables.a.canary} if actor in INSIDE else {tables.b.canary} if actor == "elsewhere" else set()
    problems, seen, count = [], 0, 0
    for name, method, addresses in cells(tables):
        answers = {target: send(client, method, url) for target, url in addresses.items()}
        count += len(answers)
        seen += any(canary in told(response) for canary in own for response in answers.values())
        for target, response in answers.items():
            wrong = what_is_wrong(name, actor, target, response, canaries - own)
            problems += [f"{actor}: {method} {name} ({target}): {one}" for one in wrong]
        for one, other in (("crossed", "missing"), ("foreign", "nowhere")):
            is_theirs = actor == "elsewhere" and one == "foreign"
            if {one, other} <= set(answers) and not is_theirs:
                compared = [bare(answers[target], addresses[target]) for target in (one, other)]
                if compared[0] != compared[1]:
                    problems.append(f"{actor}: {method} {name}: {one} and {other} can be told apart")

    with capsys.disabled():
        sys.stdout.write(f" {actor}: {count} cells")
    assert problems == []
    assert count > 100
    assert seen > 10 or not own  # a leak could have been seen


@pytest.mark.django_db
def test_looking_without_reading_changes_nothing(tables, tell):
    """GET is watched above by the same client; HEAD and OPTIONS must not write either."""
    client = StrictClient()
    client.force_login(tables.a.seats[Role.COORDINATOR].person)
    crashed, looks = [], 0
    for name, method, addresses in cells(tables):
        if method == "GET":
            answers = [client.head(url) for url in addresses.values()] + [
                client.options(url) for url in addresses.values()
            ]
            crashed += [name for one in answers if one.status_code >= 500 and name not in MAY_BE_DOWN]
            looks += len(answers)

    tell(looks=looks, crashed=len(crashed))
    assert crashed == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_page_that_writes_when_it_is_looked_at_is_found(monkeypatch, method):
    """Else the tests above would see nothing."""
    monkeypatch.setattr("accounts.middleware._person_of", lambda _request: accounts.PersonFactory())

    with pytest.raises(AssertionError, match="must not write"):
        getattr(StrictClient(), method)(reverse("account_login"))


# -- Single promises --------------------------------------------------------------------------------------------------
def rows_of(table):
    """The rows of one table that a form could offer, by model."""
    kept = table.partnership
    return {
        Seat: set(kept.seats.values_list("pk", flat=True)),
        Participation: set(kept.participations.values_list("pk", flat=True)),
        Organization: set(kept.participations.values_list("organization", flat=True)),
        SharedGoal: {table.goal.pk},
        Indicator: {table.indicator.pk},
        Action: {table.action.pk},
        Meeting: {table.meeting.pk},
        Decision: {table.decision.pk},
        FeedbackComment: {table.comment.pk},
        Person: set(kept.seats.values_list("person", flat=True)),
    }


def forms_in(response):
    for context in response.context or ():
        for value in context.flatten().values():
            if isinstance(value, forms.BaseForm):
                yield value
            elif isinstance(value, forms.BaseFormSet):
                yield from value.forms


@pytest.mark.django_db
def test_choices_offer_and_accept_only_rows_of_this_table(tables):
    client = StrictClient()
    client.force_login(tables.a.seats[Role.COORDINATOR].person)
    foreign = rows_of(tables.b)
    problems, found = [], set()
    for name, method, addresses in cells(tables):
        if method != "GET" or "own" not in addresses:
            continue
        for form in forms_in(client.get(addresses["own"])):
            for field_name, field in form.fields.items():
                if not isinstance(field, forms.ModelChoiceField):
                    continue
                found.add((type(form).__name__, field_name))
                model, key = field.queryset.model, form.add_prefix(field_name)
                if field.queryset.filter(pk__in=foreign[model]).exists():
                    problems.append(f"{name}: {key} offers rows of another table")
                with transaction.atomic():
                    answer = client.post(addresses["own"], {key: str(min(foreign[model]))})
                    transaction.set_rollback(True)
                refused = [one for one in forms_in(answer) if field_name in one.errors]
                if answer.status_code != 422 or not refused:
                    problems.append(f"{name}: {key} accepts a row of another table ({answer.status_code})")

    assert problems == []
    assert len(found) >= 4


@pytest.mark.django_db
def test_every_route_has_an_example(tables):
    assert {name: targets(name, tables.a, tables.b) for name in ROUTES}.keys() == ROUTES.keys()


def test_a_route_without_an_example_is_found(monkeypatch):
    monkeypatch.setitem(ROUTES, "goals:secret-thing", (None, frozenset({"partnership", "pk"})))

    with pytest.raises(AssertionError, match="add an example"):
        objects_of("goals:secret-thing", None)


def form_classes():
    for name in {one.split(".")[0] for one in settings.INSTALLED_APPS}:
        if importlib.util.find_spec(f"{name}.forms") is None or name not in OUR_APPS:
            continue
        package = importlib.import_module(f"{name}.forms")
        parts = [one.name for one in pkgutil.iter_modules(getattr(package, "__path__", ()))]
        modules = [package, *(importlib.import_module(f"{name}.forms.{part}") for part in parts)]
        for module in modules:
            for value in vars(module).values():
                if (
                    isinstance(value, type)
                    and issubclass(value, forms.BaseForm)
                    and value.__module__ == module.__name__
                ):
                    yield value


OUR_APPS = {"accounts", "notifications", "partners", "goals", "meetings", "feedback", "exchange", "reports", "core"}
PRIVILEGED = {
    "id", "pk", "password", "email", "is_staff", "is_active", "is_superuser", "may_start_partnerships", "last_login",
    "partnership", "participation", "person", "holder", "slug", "state", "created_at", "closed_at", "done_at",
    "done_by", "sent_at", "invited_count", "payload", "sha256", "organization", "recipient",
    "secret", "sequence", "uid",
}  # fmt: skip


def test_forms_list_their_fields_and_take_nothing_privileged():
    found = list(form_classes())
    model_forms = [one for one in found if issubclass(one, forms.BaseModelForm) and one._meta.model]

    assert len(found) > 10
    assert len(model_forms) >= 4
    for form in model_forms:
        assert isinstance(form._meta.fields, list | tuple), form
        assert not set(form._meta.fields) & PRIVILEGED, form


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "row", "typed"),
    [
        ("/account/me/", "person", {"name": "N", "language": "en", "time_zone": "UTC"}),
        (
            "/p/table-a/partners/{own}/edit/",
            "organization",
            {"name": "N", "kind": "public", "main_sector": "health"},
        ),
        ("/p/table-a/settings/", "partnership", {"name": "N", "language": "en", "time_zone": "UTC", "summary": "S"}),
        ("/p/table-a/seats/{seat}/role/", "seat", {"role": "member", "title": "T"}),
    ],
)
def test_keys_nobody_asked_for_change_nothing(client, path, row, typed):
    a, b = tenant("a"), tenant("b")
    coordinator = a.seats[Role.COORDINATOR]
    client.force_login(coordinator.person)
    rows = {
        "person": coordinator.person,
        "organization": coordinator.organization,
        "partnership": a.partnership,
        "seat": a.seats[Role.OBSERVER],
    }
    changed = rows[row]
    before = type(changed).objects.filter(pk=changed.pk).values().get()
    extra = dict.fromkeys(PRIVILEGED - set(typed), "1") | {
        "id": b.partner.pk, "partnership": b.partnership.pk, "person": b.member.person_id, "email": "taken@example.org",
    }  # fmt: skip

    url = path.format(own=coordinator.participation_id, seat=rows["seat"].pk)
    response = client.post(url, extra | typed)

    after = type(changed).objects.filter(pk=before["id"]).values().get()
    touched = {key for key in after if after[key] != before[key]}
    assert response.status_code == 302
    assert touched
    assert touched <= {*typed, "profile_checked_on"}


@pytest.mark.django_db
def test_pages_that_fail_are_protected_too_and_tell_nothing(client, monkeypatch):
    seat = partners.SeatFactory(role=Role.COORDINATOR)
    client.force_login(seat.person)
    client.raise_request_exception = False
    monkeypatch.setattr("partners.selectors.directory", lambda *_a, **_k: 1 / 0)

    broken = client.get(f"/p/{seat.partnership.slug}/partners/")
    bad = client.get("/account/login/?next=%00")
    wrong_method = client.post("/partnerships/")
    nowhere = client.get("/no/such/page/")

    assert [one.status_code for one in (broken, bad, wrong_method, nowhere)] == [500, 400, 405, 404]
    assert [lacks_protection(one) for one in (broken, bad, wrong_method, nowhere)] == [set()] * 4
    assert "ZeroDivisionError" not in broken.content.decode()


@pytest.mark.django_db
def test_cookies_are_read_by_no_script_and_sent_by_no_other_site(client):
    seat = partners.SeatFactory()
    client.force_login(seat.person)
    client.get("/account/me/")
    client.post("/account/language/", {"language": "fr"})

    assert set(client.cookies) == {"sessionid", "csrftoken", "language"}
    for name in ("csrftoken", "language"):
        assert (client.cookies[name]["httponly"], client.cookies[name]["samesite"]) == (True, "Lax")


def test_cookies_are_bound_to_a_secure_host():
    """Settings are read once per process, so another process reads them for a site behind https."""
    asked = (
        "import json; from django.conf import settings as s;"
        "print(json.dumps({key: getattr(s, key) for key in dir(s) if 'COOKIE' in key or 'HSTS' in key}))"
    )
    env = os.environ | {
        "SITE_URL": "https://table.example", "DEBUG": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "table.example",
        "DJANGO_SETTINGS_MODULE": "partnerships.settings",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", asked], env=env, cwd=settings.BASE_DIR, capture_output=True, check=True
    )
    kept = json.loads(told.stdout)

    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert kept[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert (kept[f"{cookie}_COOKIE_SECURE"], kept[f"{cookie}_COOKIE_HTTPONLY"]) == (True, True)
        assert (kept[f"{cookie}_COOKIE_SAMESITE"], kept[f"{cookie}_COOKIE_PATH"]) == ("Lax", "/")
        assert kept[f"{cookie}_COOKIE_DOMAIN"] is None
    assert kept["SECURE_HSTS_SECONDS"] >= 31_536_000


@pytest.mark.django_db
def test_refusals_are_written_down_by_number(client, caplog):
    observer, elsewhere = partners.SeatFactory(role=Role.OBSERVER), partners.SeatFactory()
    client.force_login(observer.person)

    client.get(f"/p/{elsewhere.partnership.slug}/partners/")
    client.get(f"/p/{observer.partnership.slug}/settings/")
    client.get("/ui/")

    said = [record.getMessage() for record in caplog.records if record.name == "core.access"]
    assert said == [
        f"Refused: person {observer.person_id} at partners:partner-list, which needs a seat",
        f"Refused: person {observer.person_id} at partners:partnership-edit, which needs partnership_edit",
        f"Refused: person {observer.person_id} at core:gallery, which needs staff",
    ]
