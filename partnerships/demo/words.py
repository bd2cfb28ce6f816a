"""What becomes of words: a statement of the partnership's own, themes of comments, and a talk with somebody unknown."""

from datetime import datetime

from core import months
from feedback.choices import Mode
from feedback.reporting import latest_report
from feedback.selectors.threads import conversations
from feedback.services import decide_how_to_ask, themes, threads
from partnerships.demo.world import World

ASKED_FROM = 6  # the month from which the form asks about the statement
OWN_EN = "I know whom to call at each of the other organisations."
OWN_FR = "Je sais qui appeler dans chacune des autres organisations."

# Comments are put under a name by a word they share.
THEMES = {
    "Who speaks and who decides": ("quiet", "decide", "parent", "dare"),
    "The form everybody fills in": ("form",),
    "Time in meetings": ("spent", "shorter", "morning", "earlier"),
}
THEMED = range(14, 18)  # months

# Who asks for a reply, once each from this month on: what they wrote, the reply, their answer, the last word.
TALKED_FROM = 12
TALKS = {
    "I did not dare to say that we are short of staff.": (
        "Thank you for writing it here. Would it help if I asked about staffing in general, without saying why?",
        "Yes. And please not as the first item.",
        "Then it goes on the agenda as a question to everybody. Nobody will hear that it came from anyone.",
    ),
    "Let parents see the budget before we talk about it.": (
        "Good point. Which part of it would parents want to see first?",
        "What one place in a nursery costs, and who pays which share.",
        "I ask the foundation for that page before the next meeting.",
    ),
}


def ask_own_statement(world: World, now: datetime) -> None:
    decide_how_to_ask(mode=Mode.ANONYMOUS, own_en=OWN_EN, own_fr=OWN_FR, by=world.coordinator, now=now)


def name_themes(world: World, month: int, now: datetime) -> None:
    """Of a month that ten people or more wrote in; nothing where nobody spoke of it."""
    report = latest_report(world.partnership, months.shift(world.start, month))
    if report is None:
        return
    comments = list(themes.words_of(report))
    for name, words in THEMES.items():
        said = [comment for comment in comments if any(word in comment.text.lower() for word in words)]
        if said:
            themes.name_theme(report=report, name=name, comments=said, by=world.coordinator, now=now)


def reply(world: World, now: datetime) -> None:
    """To each conversation that waits for it."""
    for talk in conversations(world.partnership, now):
        if talk.awaits_reply:
            first, _answer, last = TALKS[talk.comment.text]
            threads.reply(comment=talk.comment, by=world.coordinator, text=last if talk.said else first, now=now)


def write_back(world: World, now: datetime) -> None:
    """Those who hold a code use it. A code of a form that is still open leads nowhere yet."""
    for remark, code in world.codes.items():
        try:
            threads.write(code=code, text=TALKS[remark][1], now=now)
        except (threads.CodeUnknown, threads.CannotBeSaid):
            continue
