"""What kinds of mail exist and what has to be planned: each app registers its own in ``AppConfig.ready``.

Delivery and planning know only this registry; they never import an app that stands above.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.texts import StrOrPromise
from notifications.choices import Rhythm, Topic
from notifications.models import Message


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail. ``mime_type`` may carry parameters, as ``text/calendar; method=REQUEST`` does."""

    name: str
    content: str
    mime_type: str


@dataclass(frozen=True)
class Letter:
    """What fills the templates of one message, rendered at the moment it is sent.

    ``from_name`` stands before our address as the sender, a partnership's name for example. ``take_back`` is called
    when the mail server has certainly not received the text: a link minted for it is worth nothing then.

    ``alike`` is every fact that the words are made of, where none is about the recipient: letters of a kind for whom it
    is equal say the same to all who share a language and a time zone, so their words are written once.
    """

    context: Mapping[str, object]
    attachments: tuple[Attachment, ...] = field(default=())
    from_name: str = ""
    take_back: Callable[[], object] = lambda: None
    alike: Hashable = None


@dataclass(frozen=True)
class Moments:
    """How long before something reminders come: usually, and within which bounds a partnership may choose others.

    ``before`` completes the sentence "3 days …". A ``step`` of an hour lets people count in hours or in days.
    """

    usual: tuple[timedelta, ...]
    before: StrOrPromise
    shortest: timedelta
    longest: timedelta
    step: timedelta = timedelta(days=1)
    most: int = 3


@dataclass(frozen=True)
class MailKind:
    """One kind of mail: everything the product knows about it stands in this one declaration.

    For people: ``description`` tells a recipient what they would no longer get, in mails and where one chooses; where
    it is a sentence, ``label`` names it shortly. ``who`` and ``when`` complete it, ``stays`` says what comes all the
    same when it is stopped, ``topic`` is the section of the page.

    For planning: whoever owes the mail stores a ``Draft`` with its moment and its expiry (``notifications.services``).
    ``moments`` are those of a reminder that a partnership may move (``notifications.reminding``).

    For sending: ``template`` names ``templates/emails/<template>.{subject.txt,txt,html}``. ``compose`` may mint a
    token: it runs after the fence, immediately before handing over, outside any transaction of the caller.
    ``still_wanted`` is asked at that moment as well: a message whose reason is gone becomes obsolete and is never sent.
    ``offers_unsubscribe`` is false for mail that somebody just asked for (codes, password resets). ``priority`` above 0
    goes first.
    ``names_recipient`` is false where the mere name on a list of undelivered mail would tell something, as who has not
    answered yet; what nobody needs any more counts as sent there. ``tells_coordinators`` is false where even that
    somebody's mail could not be delivered would tell.

    ``sample`` is a letter with invented contents for the gallery; it reads and stores nothing.

    For choosing: ``rhythm`` is how it comes unless somebody chose otherwise among ``rhythms``. What carries an
    attachment or a link of its own comes at once or not at all. Several mails of the kinds that name the same bundle in
    ``together`` and come at once within ten minutes go as one. ``gathers`` is true for these bundles and the digests.
    ``urgent_within``: so long before what it tells of (``Draft.about_at``) it waits for no hours or days without mail.
    ``covers`` names kinds that say a part of what this one says: who gets this one is spared those for a week
    (``notifications.wanted``).
    """

    name: str
    template: str
    description: StrOrPromise
    compose: Callable[[Message, datetime], Letter]
    still_wanted: Callable[[Message, datetime], bool] = lambda _message, _now: True
    offers_unsubscribe: bool = True
    priority: int = 0
    names_recipient: bool = True
    tells_coordinators: bool = True
    topic: Topic | None = None
    label: StrOrPromise = ""
    who: StrOrPromise = ""
    when: StrOrPromise = ""
    stays: StrOrPromise = ""
    rhythm: Rhythm = Rhythm.AT_ONCE
    rhythms: tuple[Rhythm, ...] = (Rhythm.AT_ONCE,)
    together: str = ""
    moments: Moments | None = None
    gathers: bool = False
    covers: tuple[str, ...] = ()
    urgent_within: timedelta = timedelta(0)
    sample: Callable[[], Letter] | None = None

    @property
    def title(self) -> StrOrPromise:
        return self.label or self.description

    @property
    def can_be_chosen(self) -> bool:
        """Whether people may say how and whether they want it: what they just asked for comes at once."""
        return self.offers_unsubscribe and not self.gathers


@dataclass(frozen=True)
class Planner:
    """A pure function of rows and time that stores what is owed; running it again changes nothing."""

    name: str
    run: Callable[[datetime], object]


_kinds: dict[str, MailKind] = {}
_planners: dict[str, Planner] = {}
_housekeepers: dict[str, Planner] = {}
_rounds: dict[str, timedelta] = {}
_namers: dict[str, Callable[[], Mapping[int, str]]] = {}


def register_kind(kind: MailKind) -> None:
    _kinds[kind.name] = kind


def register_planner(planner: Planner) -> None:
    """Run about every minute, in order of registration: lower apps first."""
    _planners[planner.name] = planner


def register_housekeeper(planner: Planner) -> None:
    """Run about every hour: purges and the like."""
    _housekeepers[planner.name] = planner


def register_loop(name: str, longest_round: timedelta) -> None:
    """A loop of another app that beats: watched from its first round on, since not every installation runs it."""
    _rounds[name] = longest_round


def register_partnership_names(names: Callable[[], Mapping[int, str]]) -> None:
    """How operators are told which partnership a message belongs to; this app knows numbers only."""
    _namers["partnerships"] = names


def partnership_names() -> Mapping[int, str]:
    return _namers["partnerships"]() if _namers else {}


def kind_named(name: str) -> MailKind | None:
    return _kinds.get(name)


def kinds() -> Iterable[MailKind]:
    return tuple(_kinds.values())


def rounds() -> dict[str, timedelta]:
    return dict(_rounds)


def planners() -> Iterable[Planner]:
    return tuple(_planners.values())


def housekeepers() -> Iterable[Planner]:
    return tuple(_housekeepers.values())
