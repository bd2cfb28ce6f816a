"""What one person says, on its way from the form to where it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from feedback.choices import OWN
from feedback.links import Asked


@dataclass(frozen=True)
class Answers:
    """``ratings`` holds only what was rated, 1 to 5 by item; ``thread`` the image of a code (``feedback.codes``)."""

    ratings: Mapping[str, int]
    comment: str = ""
    may_quote: bool = False
    wants_action: bool = False
    thread: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.ratings or self.comment)

    def to(self, asked: Asked) -> "Answers":
        """Without an answer to a statement nobody asked about."""
        if OWN not in self.ratings or asked.own_en:
            return self
        return replace(self, ratings={item: value for item, value in self.ratings.items() if item != OWN})


BLANK = Answers({})
