"""A document in the shape the command line prints and lists show. Words are added where they are read."""

from dataclasses import asdict
from typing import Any

from exchange.iati.records import Activity, Document, Mention


def summarise(document: Document) -> dict[str, Any]:
    """``{"activities": […], "ledger": {…}, "problems": n}``: counts and names, no texts."""
    return {
        "version": document.version,
        "activities": [summarise_activity(activity) for activity in document.activities],
        "ledger": asdict(document.ledger),
        "problems": len(document.problems) + document.unlisted_problems,
    }


def summarise_activity(activity: Activity) -> dict[str, Any]:
    indicators = [indicator for result in activity.results for indicator in result.indicators]
    return {
        "identifier": activity.identifier,
        "title": activity.title,
        "organisations": _organisations(activity.mentions),
        "results": len(activity.results),
        "indicators": len(indicators),
        "periods": sum(len(indicator.periods) for indicator in indicators),
    }


def _organisations(mentions: tuple[Mention, ...]) -> list[dict[str, Any]]:
    """Keyed by the reference as written, else the casefolded name: no merging, so that anyone can check the counts."""
    found: dict[str, dict[str, Any]] = {}
    for mention in mentions:
        key = mention.ref or mention.name.casefold()
        entry = found.setdefault(
            key,
            {"key": key, "name": mention.name, "ref": mention.ref or None, "type": mention.type or None, "roles": []},
        )
        if mention.role and mention.role not in entry["roles"]:
            entry["roles"].append(mention.role)
    for entry in found.values():
        entry["roles"].sort()
    return [found[key] for key in sorted(found)]
