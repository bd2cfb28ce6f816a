"""What people do in the browser, one function per thing done. Each leaves the page that the product showed next."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.product import text_of

CODE = re.compile(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]{4,})*)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Guest:
    name: str
    email: str


def press(page, name):
    """A button that sends a form; returns when the answer is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    """A link in the page itself."""
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def menu(page, name):
    page.locator("#nav").get_by_role("link", name=name, exact=True).click()


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def sign_in_by_password(page, *, email, password):
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in")


def ask_for_code(page, *, email):
    page.get_by_label("E-mail").fill(email)
    press(page, "Send me a code")
    heading(page, "Look in your mail")


def type_code(page, mail):
    page.locator("[name=code]").fill(CODE.search(text_of(mail))[1])
    press(page, "Sign in")


def upload(page, path):
    page.get_by_label("IATI activity file").set_input_files(path)
    press(page, "Read the file")
    heading(page, "Look before we import")


def import_activity(page, *, title, home):
    """Tick one activity only, and say where one works."""
    for box in page.locator("[name=activities]").all():
        box.uncheck()
    page.get_by_label(re.compile(title)).check()
    page.get_by_label("Which organisation do you work for?").select_option(label=home)
    press(page, "Import what is ticked")
    heading(page, "The file is imported")


def record_number(page, value):
    """Into the newest period without one; a number far from the others has to be confirmed."""
    page.get_by_label("What was it?").fill(value)
    press(page, "Save the number")
    sure = page.get_by_label("Yes, the number is right")
    if sure.count():
        sure.check()
        press(page, "Save the number")


def invite(page, guest):
    """To the first seat that nobody holds, else to a new seat of the first organisation; gives its name."""
    vacant = page.get_by_role("link", name=re.compile("^Invite somebody"))
    if vacant.count():
        vacant.first.click()
    else:
        follow(page, "Invite a person")
        page.get_by_label("Organisation").select_option(index=1)
    organisation = page.get_by_label("Organisation").evaluate("select => select.selectedOptions[0].text")
    page.locator("[name=name]").fill(guest.name)
    page.get_by_label("E-mail").fill(guest.email)
    press(page, "Send the invitation")
    expect(page.locator("main table")).to_contain_text(guest.name)
    return organisation


def plan_action(page, *, title, holder, due_on):
    """``holder`` is a name; exactly one seat can be chosen to answer for an action."""
    page.get_by_label("What will be done?").fill(title)
    accountable = page.get_by_label("Who answers for it?")
    option = accountable.locator("option", has_text=holder)
    accountable.select_option(value=option.get_attribute("value"))
    page.get_by_label("By which day?").fill(due_on.isoformat())
    press(page, "Save the action")


def plan_meeting(page, *, title, starts, ends):
    page.get_by_label("What shall we call it?").fill(title)
    page.get_by_label("Starts").fill(starts.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Ends").fill(ends.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Time zone").select_option("UTC")
    page.get_by_label("Place").fill("Long table, room 2")
    page.get_by_label("Agenda").fill("Good news, 15 min\nWhat we promised, 30 min")
    press(page, "Save and choose who to invite")


def invite_to_meeting(page, names):
    for name in names:
        page.get_by_label(re.compile(f"^{name},")).check()
    press(page, "Invite them")


def note_who_came(page, *, present, apologies, deputies):
    """``deputies``: name of the invited person → (name, address) of who came instead."""
    answers = {**dict.fromkeys(present, "Came"), **dict.fromkeys(apologies, "Sent apologies")}
    for name, answer in {**answers, **dict.fromkeys(deputies, "Sent someone")}.items():
        row = page.get_by_role("group", name=re.compile(f"^{name},"))
        row.get_by_label(answer, exact=True).check()
        if name in deputies:
            instead, address = deputies[name]
            row.get_by_label(re.compile("^Who came instead")).fill(instead)
            row.get_by_label(re.compile("^Their e-mail")).fill(address)
    press(page, "Save")


def save_text(page, text, *, button):
    page.locator("main textarea").first.fill(text)
    press(page, button)


def answer(page, link, ratings, *, words=""):
    """Touch the words of the scale, as on a phone."""
    page.goto(link)
    for question, value in ratings.items():
        page.locator(f"#{question}-{value}").check()
    if words:
        page.locator("[name=comment]").fill(words)


def answer_by_keyboard(page, link, ratings, *, words="", at_each=lambda: None):
    """Tab from the top to the Send button; space takes the first word of a scale, arrows go on from there."""
    page.goto(link)
    done = set()
    for _step in range(60):
        page.keyboard.press("Tab")
        name, kind = page.evaluate("[document.activeElement.name || '', document.activeElement.type || '']")
        if kind == "radio" and name not in done:
            done.add(name)
            page.keyboard.press("Space")
            for _right in range(ratings[name] - 1):
                page.keyboard.press("ArrowRight")
        at_each()
        if kind == "radio":
            continue
        if kind == "textarea":
            page.keyboard.type(words)
        elif kind == "submit":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError("sixty presses of Tab did not lead to the Send button")
