"""Turn one iati-activity element into a record and say of every element below it where it went."""

from collections.abc import Sequence
from typing import Final

from exchange.iati import codelists
from exchange.iati.problems import Problems, What
from exchange.iati.records import Activity, ActivityDate, Bucket, Contact, KeptText, Mention, Narrative
from exchange.iati.results import read_results
from exchange.iati.texts import language_tag, name_key, one_line, paragraphs, ref_key
from exchange.iati.tree import Node
from exchange.iati.values import read_date

LONG_NAME: Final = 200  # characters; a longer second narrative of an organisation is a description


class Scribe:
    """What every reading function needs: the activity's place and language, the problem list, the kept texts."""

    def __init__(self, *, where: str, language: str, problems: Problems) -> None:
        self.where = where
        self.language = language
        self.problems = problems
        self.kept: list[KeptText] = []

    def keep(self, node: Node, where: str, text: str, language: str = "") -> None:
        node.bucket = Bucket.KEPT_AS_TEXT
        self.kept.append(KeptText(node.line, where, text, language))

    def narratives(self, node: Node | None, where: str, *, long: bool = False) -> tuple[Narrative, ...]:
        """Non-empty narratives; the first is imported with its element, translations are kept as text beside it."""
        if node is None:
            return ()
        found: list[Narrative] = []
        for child in node.all("narrative"):
            text = (paragraphs if long else one_line)(child.text)
            if not text:
                child.bucket = Bucket.IGNORED
                continue
            language = language_tag(child.get("xml:lang")) or self.language
            if found:
                self.keep(child, where, text, language)
            else:
                child.bucket = node.bucket
            found.append(Narrative(text, language))
        if not found:
            node.bucket = Bucket.IGNORED
        return tuple(found)


def read_activity(node: Node, *, number: int, persons: bool, repeats: int, problems: Problems) -> Activity:
    """Read one activity and claim a bucket for every child; what it does not know is ignored."""
    node.bucket = Bucket.IMPORTED
    for child in node.children:
        child.bucket = Bucket.IGNORED
    scribe = Scribe(where=f"iati-activity[{number}]", language=language_tag(node.get("xml:lang")), problems=problems)
    identifier = _identifier(node, scribe)
    mentions = _mentions(node, scribe)
    return Activity(
        number=number,
        line=node.line,
        identifier=identifier,
        repeats=repeats,
        language=scribe.language,
        titles=_titles(node, scribe),
        descriptions=_descriptions(node, scribe),
        status=_status(node, scribe),
        dates=_dates(node, scribe),
        reporter=_reporter(node, mentions, scribe),
        mentions=mentions,
        results=read_results(node, scribe),
        contacts=_contacts(node) if persons else (),
        kept=_kept(node, scribe),
    )


def find_identifier(node: Node) -> str:
    found = node.first("iati-identifier")
    return one_line(found.text) if found else ""


def find_title(node: Node) -> str:
    """Find the first narrative of the title: what tells activities apart that carry no identifier."""
    title = node.first("title")
    found = title.all("narrative") if title else []
    return one_line(found[0].text) if found else ""


def _identifier(node: Node, scribe: Scribe) -> str:
    identifier = find_identifier(node)
    if identifier:
        for child in node.all("iati-identifier")[:1]:
            child.bucket = Bucket.IMPORTED
    else:
        scribe.problems.add(What.NO_IDENTIFIER, line=node.line, where=scribe.where)
    return identifier


def _titles(node: Node, scribe: Scribe) -> tuple[Narrative, ...]:
    title = node.first("title")
    if title is not None:
        title.bucket = Bucket.IMPORTED
    found = scribe.narratives(title, f"{scribe.where}/title")
    if not found:
        scribe.problems.add(What.NO_TITLE, line=title.line if title else node.line, where=scribe.where)
    return found


def _descriptions(node: Node, scribe: Scribe) -> tuple[Narrative, ...]:
    """Take the first description; further ones (objectives, target groups) and translations stay as text."""
    ours: tuple[Narrative, ...] = ()
    for number, child in enumerate(node.all("description"), start=1):
        where = f"{scribe.where}/description[{number}]"
        child.bucket = Bucket.IMPORTED
        found = scribe.narratives(child, where, long=True)
        if not found or not ours:
            ours = ours or found
            continue
        child.bucket = Bucket.KEPT_AS_TEXT
        first = next(narrative for narrative in child.all("narrative") if narrative.bucket is not Bucket.IGNORED)
        scribe.keep(first, where, found[0].text, found[0].language)
    return ours


def _status(node: Node, scribe: Scribe) -> str:
    child = node.first("activity-status")
    if child is None:
        return ""
    code = child.get("code").strip()
    label = codelists.ACTIVITY_STATUS.get(code)
    if label is None:
        scribe.problems.add(What.UNKNOWN_CODE, line=child.line, where=f"{scribe.where}/activity-status", value=code)
    scribe.keep(child, f"{scribe.where}/activity-status", f"{code} {label or ''}".strip())
    return code


def _dates(node: Node, scribe: Scribe) -> tuple[ActivityDate, ...]:
    """Read all dates. The actual start (else the planned one) and the actual end are ours, the others stay as text."""
    elements = node.all("activity-date")
    found = [
        ActivityDate(child.line, child.get("type").strip(), raw, read_date(raw))
        for child in elements
        for raw in [child.get("iso-date").strip()]
    ]
    ours = {id(date) for date in (start_date(found), end_date(found)) if date is not None}
    for number, (child, entry) in enumerate(zip(elements, found, strict=True), start=1):
        where = f"{scribe.where}/activity-date[{number}]"
        if entry.day is None:
            scribe.problems.add(What.UNREADABLE_DATE, line=child.line, where=where, value=entry.raw)
        if id(entry) in ours:
            child.bucket = Bucket.IMPORTED
        else:
            label = codelists.ACTIVITY_DATE_TYPE.get(entry.type, entry.type)
            scribe.keep(child, where, f"{label}: {entry.raw}")
        for narrative in child.all("narrative"):
            if text := one_line(narrative.text):
                scribe.keep(narrative, where, text, language_tag(narrative.get("xml:lang")) or scribe.language)
            else:
                narrative.bucket = Bucket.IGNORED
    return tuple(found)


def start_date(dates: Sequence[ActivityDate]) -> ActivityDate | None:
    """Pick the actual start, else the planned one."""
    return _first(dates, codelists.ACTUAL_START) or _first(dates, codelists.PLANNED_START)


def end_date(dates: Sequence[ActivityDate]) -> ActivityDate | None:
    """Pick the actual end; a planned end ends nothing."""
    return _first(dates, codelists.ACTUAL_END)


def _first(dates: Sequence[ActivityDate], kind: str) -> ActivityDate | None:
    return next((entry for entry in dates if entry.type == kind and entry.day is not None), None)


def _mentions(node: Node, scribe: Scribe) -> tuple[Mention, ...]:
    found: list[Mention] = []
    roles: dict[str, set[str]] = {}
    for number, child in enumerate(node.all("participating-org"), start=1):
        where = f"{scribe.where}/participating-org[{number}]"
        mention = _mention(child, where, scribe)
        key = ref_key(mention.ref) or name_key(mention.name)
        if not key:
            scribe.problems.add(What.EMPTY_MENTION, line=child.line, where=where)
            continue
        found.append(mention)
        if mention.role not in codelists.ORGANISATION_ROLE:
            scribe.problems.add(What.UNKNOWN_ROLE, line=child.line, where=where, value=mention.role)
            scribe.kept.append(KeptText(child.line, where, f"{mention.name or mention.ref}: {mention.role}", ""))
        if key not in roles:
            child.bucket = Bucket.IMPORTED
        else:
            child.bucket = Bucket.MERGED
            for narrative in child.all("narrative"):
                narrative.bucket = Bucket.MERGED if narrative.bucket is Bucket.IMPORTED else narrative.bucket
            if mention.role in roles[key]:
                scribe.problems.add(
                    What.REPEATED_MENTION, line=child.line, where=where, value=mention.ref or mention.name
                )
        roles.setdefault(key, set()).add(mention.role)
    if not found:
        scribe.problems.add(What.NO_ORGANISATIONS, line=node.line, where=scribe.where)
    return tuple(found)


def _mention(node: Node, where: str, scribe: Scribe) -> Mention:
    """Names in several languages are aliases; a second narrative in a language, or a long one, is a remark."""
    names: list[Narrative] = []
    remarks: list[Narrative] = []
    for child in node.all("narrative"):
        text = one_line(child.text)
        language = language_tag(child.get("xml:lang")) or scribe.language
        if not text:
            child.bucket = Bucket.IGNORED
        elif not names:
            child.bucket = Bucket.IMPORTED
            names.append(Narrative(text, language))
        elif len(text) > LONG_NAME or language in {name.language for name in names}:
            scribe.keep(child, where, text, language)
            remarks.append(Narrative(text, language))
        else:
            child.bucket = Bucket.MERGED
            names.append(Narrative(text, language))
    return Mention(
        line=node.line,
        ref=one_line(node.get("ref")),
        type=node.get("type").strip(),
        role=node.get("role").strip(),
        names=tuple(names),
        remarks=tuple(remarks),
    )


def _reporter(node: Node, mentions: tuple[Mention, ...], scribe: Scribe) -> Mention | None:
    """Who published the file. Merged where it also takes part; otherwise kept as text, never made a partner."""
    child = node.first("reporting-org")
    if child is None:
        return None
    where = f"{scribe.where}/reporting-org"
    reporter = _mention(child, where, scribe)
    keys = {ref_key(mention.ref) for mention in mentions} | {name_key(mention.name) for mention in mentions}
    if (ref_key(reporter.ref) or name_key(reporter.name)) in keys:
        child.bucket = Bucket.MERGED
    else:
        scribe.keep(child, where, " ".join(part for part in (reporter.name, reporter.ref) if part))
    for narrative in child.all("narrative"):
        if narrative.bucket is Bucket.IMPORTED:
            narrative.bucket = child.bucket
        elif narrative.bucket is Bucket.MERGED and child.bucket is Bucket.KEPT_AS_TEXT:
            scribe.keep(narrative, where, one_line(narrative.text), language_tag(narrative.get("xml:lang")))
    return reporter


def _contacts(node: Node) -> tuple[Contact, ...]:
    """Persons of contact-info; a contact without a person's name is an office and stays out."""
    found: list[Contact] = []
    for child in node.all("contact-info"):
        name = _words(child.first("person-name"))
        if not name:
            continue
        child.bucket = Bucket.IMPORTED
        fields = {tag: child.first(tag) for tag in ("person-name", "email", "job-title", "organisation")}
        for part in child.children:
            part.bucket = Bucket.IMPORTED if part in fields.values() else Bucket.IGNORED
        found.append(
            Contact(
                line=child.line,
                name=name,
                email=_words(fields["email"]),
                title=_words(fields["job-title"]),
                organisation=_words(fields["organisation"]),
            ),
        )
    return tuple(found)


def _words(node: Node | None) -> str:
    if node is None:
        return ""
    narrative = node.first("narrative")
    return one_line(narrative.text if narrative is not None else node.text)


def _kept(node: Node, scribe: Scribe) -> tuple[KeptText, ...]:
    """Other identifiers, links to other activities and Sustainable Development Goal tags stay as text."""
    for tag in ("other-identifier", "related-activity", "tag"):
        for number, child in enumerate(node.all(tag), start=1):
            where = f"{scribe.where}/{tag}[{number}]"
            if tag == "tag" and child.get("vocabulary").strip() not in {codelists.SDG_GOALS, codelists.SDG_TARGETS}:
                continue
            text = " ".join(part for part in (child.get("ref") or child.get("code"), _words(child)) if part.strip())
            scribe.keep(child, where, one_line(text))
    return tuple(scribe.kept)
