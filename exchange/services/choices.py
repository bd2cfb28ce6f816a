"""What the importing person decides on the dry-run page."""

from dataclasses import dataclass, field
from typing import Any, Self

from goals.choices import ValueSemantics


@dataclass(frozen=True, slots=True)
class Choices:
    """``activities`` are numbers in the file (None: all there are); ``merges`` are the ids of accepted proposals.

    ``backbone`` is the key of an organisation of the file or ""; ``home`` says where the person works:
    "organization:12", "body:<key>" or "" for nowhere in particular.
    """

    activities: frozenset[int] | None = None
    merges: frozenset[str] = field(default_factory=frozenset)
    backbone: str = ""
    home: str | None = None
    semantics: str = ValueSemantics.UNKNOWN

    def to_json(self) -> dict[str, Any]:
        return {
            "activities": None if self.activities is None else sorted(self.activities),
            "merges": sorted(self.merges),
            "backbone": self.backbone,
            "home": self.home,
            "semantics": str(self.semantics),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        if not stored:
            return cls()
        activities = stored["activities"]
        return cls(
            activities=None if activities is None else frozenset(activities),
            merges=frozenset(stored["merges"]),
            backbone=stored["backbone"],
            home=stored["home"],
            semantics=stored["semantics"],
        )

    def wants(self, number: int) -> bool:
        return self.activities is None or number in self.activities
