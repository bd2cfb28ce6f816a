"""Which organisations a file speaks of, and which of them might be one and the same. Nothing here writes."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from exchange.iati.records import Activity, Mention, Narrative
from exchange.iati.texts import name_key, names_differ_wholly, ref_key, tidy_ref, without_leading_zeros
from exchange.services.packing import external_key
from partners.models import Organization, OrganizationAlias, OrganizationIdentifier

LOOKED_AT = 30
"""Names compared word by word under one identifier; a file with more of them is nonsense and must not cost minutes."""


class ProposalKind(StrEnum):
    SAME_NAME = "same_name"
    SAME_REF_OTHER_NAME = "same_ref_other_name"
    ZERO_LOST = "zero_lost"
    KNOWN_NAME = "known_name"
    KNOWN_REF_OTHER_NAME = "known_ref_other_name"


@dataclass(slots=True)
class Body:
    """One organisation of the file: the mentions that share an identifier, or, without one, a name."""

    key: str
    names: list[Narrative] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    line: int = 0
    texts: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The nicest spelling: the first that is not all in capitals or all in small letters."""
        texts = [name.text for name in self.names]
        return next(
            (text for text in texts if not (text.isupper() or text.islower())), texts[0] if texts else self.refs[0]
        )

    def add(self, mention: Mention) -> None:
        self.line = self.line or mention.line
        for name in mention.names:
            if name.text not in self.texts:
                self.texts.add(name.text)
                self.names.append(name)
        ref = tidy_ref(mention.ref)
        if ref_key(mention.ref) and ref not in self.refs:
            self.refs.append(ref)
        if mention.type and mention.type not in self.types:
            self.types.append(mention.type)


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation we already have, among those the importing person may see."""

    pk: int
    name: str
    names: frozenset[str]
    refs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two that may be one. Accepting merges them, declining keeps them apart; nothing merges by itself."""

    id: str
    kind: ProposalKind
    body: Body
    other: Body | None
    known: Known | None
    value: str


@dataclass(slots=True)
class Bodies:
    """All organisations of a file: how a mention finds its own, what is known already, what is proposed."""

    by_key: dict[str, Body]
    keys: dict[tuple[str, str], str]
    matched: dict[str, int]
    proposals: list[Proposal]

    def key_of(self, mention: Mention) -> str:
        return self.keys[_place(mention)]

    def resolve(self, accepted: Iterable[str]) -> dict[str, str | int]:
        """For each body the key of the body it becomes, or the id of the organisation we have.

        Accepted proposals join bodies. Where two that are already ours would be joined, the first stands and the others
        keep their own.
        """
        parents = {key: key for key in self.by_key}
        order = {key: number for number, key in enumerate(self.by_key)}
        wanted = set(accepted)

        def root(key: str) -> str:
            while parents[key] != key:
                parents[key] = parents[parents[key]]
                key = parents[key]
            return key

        known = dict(self.matched)
        chosen = [proposal for proposal in self.proposals if proposal.id in wanted]
        for proposal in chosen:
            if proposal.other is not None:
                first, second = sorted((root(proposal.body.key), root(proposal.other.key)), key=order.__getitem__)
                parents[second] = first
            elif proposal.known is not None:
                known.setdefault(proposal.body.key, proposal.known.pk)
        ours: dict[str, int] = {}
        for key in self.by_key:
            if key in known:
                ours.setdefault(root(key), known[key])
        return {key: known.get(key) or ours.get(root(key)) or root(key) for key in self.by_key}


def gather(activities: Iterable[Activity], *, known: Iterable[Known], before: dict[str, int]) -> Bodies:
    """Group the mentions of a file; ``before`` has the organisation for the keys of earlier imports."""
    keys: dict[tuple[str, str], str] = {}
    by_key: dict[str, Body] = {}
    clusters: dict[str, list[Body]] = defaultdict(list)
    for activity in activities:
        for mention in activity.mentions:
            body = _find(mention, keys, clusters)
            body.add(mention)
            by_key[body.key] = body
            keys[_place(mention)] = body.key
    directory = list(known)
    matched, looks = _match(by_key.values(), directory, before)
    proposals = [*_within(by_key.values(), clusters), *looks]
    return Bodies(by_key, keys, matched, proposals)


def known_organizations(person: object) -> list[Known]:
    """What an import may be matched against: only organisations of partnerships the person shares."""
    visible = Organization.objects.visible_to(person)
    names: dict[int, set[str]] = {}
    titles: dict[int, str] = {}
    for pk, name, short in visible.values_list("pk", "name", "short_name"):
        titles[pk] = name
        names[pk] = {name_key(name)} | ({name_key(short)} if short else set())
    pks = list(titles)
    for pk, name in OrganizationAlias.objects.filter(organization__in=pks).values_list("organization_id", "name"):
        names[pk].add(name_key(name))
    refs: dict[int, set[str]] = defaultdict(set)
    held = OrganizationIdentifier.objects.filter(organization__in=pks)
    for pk, value in held.values_list("organization_id", "value"):
        refs[pk].add(ref_key(value))
    return [Known(pk, titles[pk], frozenset(names[pk]), frozenset(refs[pk])) for pk in sorted(titles)]


def _place(mention: Mention) -> tuple[str, str]:
    return ref_key(mention.ref), name_key(mention.name)


def _find(mention: Mention, keys: dict[tuple[str, str], str], clusters: dict[str, list[Body]]) -> Body:
    ref, name = _place(mention)
    base = f"ref:{ref}" if ref else f"name:{name}"
    group = clusters[base]
    if (ref, name) in keys:
        return next(body for body in group if body.key == keys[ref, name])
    for body in group[:LOOKED_AT]:
        alike = (not names_differ_wholly(mention.name, known.text) for known in body.names[:LOOKED_AT])
        if not name or not body.names or any(alike):
            return body
    body = Body(key=base if not group else f"{base} {name}")
    group.append(body)
    return body


def _within(bodies: Iterable[Body], clusters: dict[str, list[Body]]) -> list[Proposal]:
    found: list[Proposal] = []
    by_name: dict[str, Body] = {}
    by_digits: dict[str, Body] = {}
    for body in bodies:
        for name in {name_key(narrative.text): narrative.text for narrative in body.names}.items():
            other = by_name.setdefault(name[0], body)
            if other is not body:
                found.append(_propose(ProposalKind.SAME_NAME, body, name[1], other=other))
        for ref in body.refs:
            other = by_digits.setdefault(without_leading_zeros(ref_key(ref)), body)
            if other is not body and ref_key(ref) not in {ref_key(known) for known in other.refs}:
                found.append(_propose(ProposalKind.ZERO_LOST, body, ref, other=other))
    for group in clusters.values():
        found += [_propose(ProposalKind.SAME_REF_OTHER_NAME, body, body.refs[0], other=group[0]) for body in group[1:]]
    return list({proposal.id: proposal for proposal in found}.values())


def _match(
    bodies: Iterable[Body], directory: list[Known], before: dict[str, int]
) -> tuple[dict[str, int], list[Proposal]]:
    """Same identifier and not wholly another name: the same. Same name, or a wholly other name: a proposal."""
    by_ref: dict[str, list[Known]] = defaultdict(list)
    by_name: dict[str, list[Known]] = defaultdict(list)
    for known in directory:
        for ref in known.refs:
            by_ref[ref].append(known)
        for name in known.names:
            by_name[name].append(known)
    matched: dict[str, int] = {}
    found: list[Proposal] = []
    for body in bodies:
        earlier = before.get(external_key("org", body.key))
        candidates = {known.pk: known for ref in body.refs for known in by_ref[ref_key(ref)]}
        alike = [known for known in candidates.values() if _alike(body, known)]
        if earlier is not None or len(alike) == 1:
            matched[body.key] = earlier if earlier is not None else alike[0].pk
        else:
            found += _looks(body, candidates, by_name)
    return matched, list({proposal.id: proposal for proposal in found}.values())


def _looks(body: Body, candidates: dict[int, Known], by_name: dict[str, list[Known]]) -> Iterator[Proposal]:
    for known in candidates.values():
        yield _propose(ProposalKind.KNOWN_REF_OTHER_NAME, body, body.refs[0], known=known)
    for narrative in body.names:
        for known in by_name[name_key(narrative.text)]:
            if known.pk not in candidates:
                yield _propose(ProposalKind.KNOWN_NAME, body, narrative.text, known=known)


def _alike(body: Body, known: Known) -> bool:
    if not body.names:
        return True
    return any(not names_differ_wholly(mine.text, theirs) for mine in body.names for theirs in known.names)


def _propose(
    kind: ProposalKind, body: Body, value: str, *, other: Body | None = None, known: Known | None = None
) -> Proposal:
    partner = other.key if other is not None else f"organization:{known.pk}" if known is not None else ""
    pair = hashlib.sha256("\0".join(sorted((body.key, partner))).encode()).hexdigest()[:16]
    return Proposal(id=pair, kind=kind, body=body, other=other, known=known, value=value)
