"""The whole loop in a browser: from a real file to an action that answers a low line of the health report."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import expect

from feedback.choices import ITEMS
from tests import shared
from tests.looking import Listener, troubles
from tests.product import link_in
from tests.walk import steps
from tests.walk.steps import Guest, follow, heading, menu, press

FIRST = Guest("Ada Quist", "ada@first.example")
PASSWORD = "seven-threads-in-a-row"
GUESTS = [
    Guest("Bo Larsen", "bo@one.example"),
    Guest("Cleo Nasser", "cleo@two.example"),
    Guest("Dara Osei", "dara@three.example"),
    Guest("Eli Fontaine", "eli@four.example"),
    Guest("Femi Adeyemi", "femi@five.example"),
    Guest("Gia Rossi", "gia@six.example"),
    Guest("Hana Sato", "hana@seven.example"),
]
BO, CLEO, DARA, ELI, FEMI, GIA, HANA = GUESTS
DEPUTY = Guest("Ines Duarte", "ines@six.example")  # comes instead of Gia
SILENT = FEMI
PRESENT = [FIRST, BO, CLEO, DARA, ELI, FEMI]
ASKED = [*PRESENT, DEPUTY]  # Hana sent apologies
MEETING = "Autumn round table"
DECISION = "We meet in two smaller rooms before each round table."
FOLLOW_UP = "Give every partner five minutes to speak first"
QUIET_VOICES = {**dict.fromkeys(ITEMS, 4), "voice": 1}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
REMINDER = "There is still time"


class Walk:
    """The windows people have open, what the browsers complained about, and what is wrong with the pages."""

    def __init__(self, product, chromium, *, looks):
        self.product, self.chromium, self.looks = product, chromium, looks
        self.heard, self.seen_troubles = [], []
        self.contexts = []
        tenth = (product.now.date().replace(day=1) + timedelta(days=31)).replace(day=10)
        self.meeting_day = tenth + timedelta(days=2)
        self.planning = at(tenth, 9)
        self.after_meeting = at(self.meeting_day, 12)
        self.report_day = (tenth + timedelta(days=31)).replace(day=8)

    def open_window(self, **options):
        context = self.chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        context.set_default_timeout(20_000)
        listener = Listener(context)
        self.contexts.append((context, listener))
        return context.new_page()

    def look(self, page):
        if self.looks:
            self.seen_troubles += troubles(page)

    def on_a_phone(self, link, ratings, *, words="", scripts=True):
        page = self.open_window(**PHONE, java_script_enabled=scripts)
        steps.answer(page, link, ratings, words=words)
        return page

    def let_mails_settle(self):
        """New actions wait ten minutes, so that several come as one mail."""
        self.product.go_to(self.product.now + timedelta(minutes=11))

    def complaints(self):
        return [words for _context, listener in self.contexts for words in listener.heard]

    def close(self):
        """What people saw last is kept beside the logs."""
        for number, (context, _listener) in enumerate(self.contexts):
            for page in context.pages:
                page.screenshot(path=self.product.folder / f"window-{number}.png")
            context.close()


def at(day, hour):
    return datetime.combine(day, time(hour), tzinfo=UTC)


@dataclass(frozen=True)
class File:
    path: Path
    title: str  # of the activity to import
    home: str
    partner: str
    goal: str


REAL = File(
    shared.SHARED / "data/open/iati/dportal-foodsecurity-2.03.xml",
    title="Strengthening Civil Courage",
    home="PAX",
    partner="Amnesty International",
    goal="CSOs included in the SCS programme",
)
EXAMPLE = File(
    shared.ROOT / "exchange/samples/harbour-youth.xml",
    title="Harbour Youth",
    home="City of Larkhaven",
    partner="Larkhaven Shipyard",
    goal="Young people move on",
)
FILE = REAL if REAL.path.exists() else EXAMPLE


@pytest.fixture
def walk(product, chromium):
    walk = Walk(product, chromium, looks="sqlite" in product.env["DATABASE_URL"])
    yield walk
    walk.close()


@pytest.mark.browser
@pytest.mark.chaos
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("product", ["sqlite", "postgresql"], indirect=True)
def test_the_loop_closes(walk):
    page = come_in_and_bring_a_file(walk)
    see_and_measure(walk, page)
    invite_people(walk, page)
    colleague = come_in_by_code(walk)
    promise(walk, page, colleague)
    plan_and_invite(walk, page)

    walk.product.go_to(walk.after_meeting)
    hold_and_close(walk, page)
    six_answer(walk, page)

    walk.product.go_to(walk.after_meeting + timedelta(days=2, hours=1))
    one_is_reminded(walk)

    walk.product.go_to(walk.after_meeting + timedelta(days=7, hours=1))
    the_window_closes(walk, page)

    walk.product.go_to(at(walk.report_day, 9))
    page = come_back(walk)
    read_the_month(walk, page)
    a_low_line_becomes_an_action(walk, page)

    reminders = walk.product.mails_to("", subject=REMINDER)
    assert {mail["To"].addresses[0].addr_spec for mail in reminders} == {SILENT.email}
    assert walk.complaints() == []
    assert walk.seen_troubles == []


def come_in_and_bring_a_file(walk):
    """Nothing is prepared but the first account: a published file becomes a partnership."""
    product = walk.product
    account = {"EMAIL": FIRST.email, "NAME": FIRST.name, "PASSWORD": PASSWORD}
    product.manage(
        "createsuperuser", "--noinput", env={f"DJANGO_SUPERUSER_{name}": value for name, value in account.items()}
    )
    product.start(at=walk.planning)
    page = walk.open_window()
    page.goto(product.url)
    walk.look(page)
    steps.sign_in_by_password(page, email=FIRST.email, password=PASSWORD)
    walk.look(page)

    menu(page, "Bring a file")
    walk.look(page)
    follow(page, "Bring a file")
    walk.look(page)
    steps.upload(page, FILE.path)
    walk.look(page)
    steps.import_activity(page, title=FILE.title, home=FILE.home)
    walk.look(page)
    page.locator("main .list .item-title").click()

    expect(page.locator("main h1")).to_be_visible()
    return page


def see_and_measure(walk, page):
    menu(page, "Partners")
    expect(page.locator("main")).to_contain_text(FILE.partner)
    walk.look(page)
    page.get_by_role("link", name=re.compile(FILE.partner)).first.click()
    walk.look(page)
    menu(page, "Goals")
    walk.look(page)
    page.get_by_role("link", name=re.compile(FILE.goal)).first.click()
    walk.look(page)

    follow(page, "Add a number")
    walk.look(page)
    steps.record_number(page, "24")

    expect(page.locator("main")).to_contain_text("24")
    follow(page, "Every number, with who added it")
    expect(page.locator("main table tbody tr", has_text="24").first).to_contain_text(FILE.home)
    walk.look(page)


def invite_people(walk, page):
    """Seven more people on seats of several organisations, each told by mail."""
    spoken_for = set()
    for guest in GUESTS:
        menu(page, "People and seats")
        spoken_for.add(steps.invite(page, guest))
    walk.look(page)

    for guest in GUESTS:
        walk.product.wait_for_mail(to=guest.email, subject="keeps a seat for you")
    assert len(spoken_for) > 2
    follow(page, "Invite a person")
    walk.look(page)


def come_in_by_code(walk):
    page = walk.open_window()
    invitation = walk.product.wait_for_mail(to=BO.email, subject="keeps a seat for you")
    page.goto(link_in(invitation, path="/account/login/code/"))
    walk.look(page)
    steps.ask_for_code(page, email=BO.email)
    walk.look(page)
    steps.type_code(page, walk.product.wait_for_mail(to=BO.email, subject="your code"))

    heading(page, "Partners")
    return page


def promise(walk, page, colleague):
    """One seat answers for an action; who holds it is told, and starts."""
    menu(page, "Actions")
    walk.look(page)
    follow(page, "Plan an action")
    walk.look(page)
    due_on = walk.meeting_day + timedelta(days=20)
    steps.plan_action(page, title="Share one list of safe houses", holder=BO.name, due_on=due_on)

    menu(page, "Actions")
    expect(page.locator("main .item", has_text="Share one list of safe houses")).to_contain_text(BO.name)
    walk.let_mails_settle()
    walk.product.wait_for_mail(to=BO.email, subject="Share one list of safe houses")
    menu(colleague, "Actions")
    colleague.get_by_role("button", name=re.compile("^Start.*safe houses")).click()
    expect(colleague.locator("main .item", has_text="Share one list of safe houses")).to_contain_text("Under way")
    follow(colleague, "Share one list of safe houses")
    walk.look(colleague)


def plan_and_invite(walk, page):
    """Everybody is invited; the mail carries an entry for the calendar."""
    menu(page, "Meetings")
    walk.look(page)
    follow(page, "Plan a meeting")
    walk.look(page)
    steps.plan_meeting(page, title=MEETING, starts=at(walk.meeting_day, 10), ends=at(walk.meeting_day, 11))
    heading(page, "Invite people")
    walk.look(page)
    steps.invite_to_meeting(page, [FIRST.name, *(guest.name for guest in GUESTS)])
    heading(page, MEETING)
    walk.look(page)

    uids = set()
    for guest in GUESTS:
        mail = walk.product.wait_for_mail(to=guest.email, subject=f"Invitation: {MEETING}")
        part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        event = calendar.walk("VEVENT")[0]
        assert (calendar["METHOD"], part.get_param("method"), event["SEQUENCE"]) == ("REQUEST", "REQUEST", 0)
        assert event.decoded("DTSTART") == at(walk.meeting_day, 10)
        uids.add(event["UID"])
    assert len(uids) == 1


def hold_and_close(walk, page):
    menu(page, "Meetings")
    follow(page, MEETING)
    follow(page, "Note who came")
    walk.look(page)
    steps.note_who_came(
        page,
        present=[guest.name for guest in PRESENT],
        apologies=[HANA.name],
        deputies={GIA.name: (DEPUTY.name, DEPUTY.email)},
    )
    expect(page.locator("main")).to_contain_text(f"{DEPUTY.name} came for {GIA.name}")
    follow(page, "Take notes")
    walk.look(page)
    steps.save_text(page, "Two partners did most of the talking.", button="Save notes")
    page.locator("section[aria-labelledby=decisions]").get_by_role("link", name="Add").click()
    walk.look(page)
    steps.save_text(page, DECISION, button="Save the decision")
    follow(page, "Close the meeting")
    walk.look(page)
    press(page, "Close the meeting")

    expect(page.locator("main")).to_contain_text(DECISION)
    walk.look(page)


def six_answer(walk, page):
    """On phones, some without scripts, one by keyboard, one in French; sent twice, revised, and counted once each."""
    asked = [walk.product.wait_for_mail(to=guest.email, subject="How was our meeting") for guest in ASKED]
    links = {guest: link_in(mail, path="/f/") for guest, mail in zip(ASKED, asked, strict=True)}
    assert len(set(links.values())) == len(ASKED)
    assert walk.product.mails_to(HANA.email, subject="How was our meeting") == []

    phone = walk.on_a_phone(links[FIRST], QUIET_VOICES, words="Let the small ones speak first.")
    walk.look(phone)
    phone.get_by_role("button", name="Send").dblclick()
    expect(phone.locator("main")).to_contain_text("1 of the 7 people asked")
    walk.look(phone)
    again = phone.request.post(links[FIRST], form={name: str(value) for name, value in QUIET_VOICES.items()})
    assert "1 of the 7 people asked" in again.text()

    phone = walk.on_a_phone(links[BO], QUIET_VOICES, scripts=False)
    press(phone, "Send")
    expect(phone.locator("main")).to_contain_text("2 of the 7 people asked")

    desk = walk.open_window(viewport={"width": 390, "height": 844})
    steps.answer_by_keyboard(desk, links[CLEO], QUIET_VOICES, words="Smaller rooms.")
    expect(desk.locator("main")).to_contain_text("3 of the 7 people asked")

    phone = walk.on_a_phone(links[DARA].replace("lang=en", "lang=fr"), QUIET_VOICES, scripts=False)
    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    phone.locator("button[type=submit]").click()

    phone = walk.on_a_phone(links[ELI], {**QUIET_VOICES, "voice": 5})
    press(phone, "Send")
    expect(phone.locator("main")).to_contain_text("5 of the 7 people asked")
    phone.goto(links[ELI])
    expect(phone.locator("input[type=radio]:checked")).to_have_count(0)
    steps.answer(phone, links[ELI], {**QUIET_VOICES, "voice": 2})
    press(phone, "Send")
    expect(phone.locator("main")).to_contain_text("5 of the 7 people asked")

    phone = walk.on_a_phone(links[DEPUTY], QUIET_VOICES, scripts=False)
    press(phone, "Send")
    expect(phone.locator("main")).to_contain_text("6 of the 7 people asked")

    page.reload()
    expect(page.locator("main")).to_contain_text("6 of the 7 people asked have answered")
    walk.links = links


def one_is_reminded(walk):
    mail = walk.product.wait_for_mail(to=SILENT.email, subject=REMINDER)
    page = walk.open_window(**PHONE)
    page.goto(link_in(mail, path="/f/"))
    heading(page, "How was our meeting?")


def the_window_closes(walk, page):
    def is_closed():
        page.reload()
        return "The form is closed" in page.locator("main").inner_text()

    walk.product.wait_until(is_closed, "the window to close")
    walk.look(page)
    late = page.request.get(walk.links[SILENT])
    assert late.status == 404
    assert "This link does not work any more" in late.text()
    menu(page, "Progress")
    assert "fair say" not in page.locator("main").inner_text()


def come_back(walk):
    """After two weeks everybody signs in anew."""
    page = walk.open_window()
    page.goto(walk.product.url)
    steps.sign_in_by_password(page, email=FIRST.email, password=PASSWORD)
    menu(page, "Progress")
    return page


def read_the_month(walk, page):
    """The report is built by the worker; the page of the month shows all layers of the partnership."""
    month = f"{walk.meeting_day:%Y-%m}"
    slug = re.search(r"/p/([^/]+)/", page.url)[1]

    def is_built():
        page.goto(f"{walk.product.url}/p/{slug}/progress/{month}/")
        return page.get_by_role("link", name="Full report").count() == 1

    walk.product.wait_until(is_built, "the report of the month")
    walk.look(page)
    main = page.locator("main")
    expect(main).to_contain_text("CSOs" if FILE is REAL else "Young people")
    expect(main.get_by_role("region", name="Action plan")).to_contain_text("1 action agreed")
    expect(main.get_by_role("region", name="How we work together")).to_contain_text("A fair say")
    expect(main.get_by_role("region", name="What changed")).to_contain_text(DECISION)
    follow(page, "Full report")
    expect(main).to_contain_text("6 of 7 answered")
    walk.look(page)
    menu(page, "Collaboration health")
    walk.look(page)
    follow(page, f"{walk.meeting_day:%B %Y}")


def a_low_line_becomes_an_action(walk, page):
    """One step: from the low line to an action with an owner, which everybody finds in the list."""
    page.get_by_role("link", name=re.compile("^Plan an action.*A fair say")).click()
    heading(page, "A fair say")
    walk.look(page)
    due_on = walk.report_day + timedelta(days=14)
    steps.plan_action(page, title=FOLLOW_UP, holder=CLEO.name, due_on=due_on)

    expect(page.get_by_role("region", name="What we said we would do")).to_contain_text(FOLLOW_UP)
    walk.let_mails_settle()
    walk.product.wait_for_mail(to=CLEO.email, subject=FOLLOW_UP)
    menu(page, "Actions")
    expect(page.locator("main .item", has_text=FOLLOW_UP)).to_contain_text(CLEO.name)
    follow(page, FOLLOW_UP)
    expect(page.locator("main")).to_contain_text("Where it came from")
    walk.look(page)
    menu(page, "Today")
    walk.look(page)
