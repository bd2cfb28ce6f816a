"""What the sample partnership wants to reach, and the numbers it has recorded so far. Invented."""

from dataclasses import dataclass
from decimal import Decimal

from goals.choices import Direction, Frequency, GoalLevel, MeasureKind, ValueSemantics


@dataclass(frozen=True)
class Goal:
    title: str
    description: str
    lead: str
    indicator: str
    unit: str
    direction: Direction
    semantics: ValueSemantics
    baseline: Decimal
    target: Decimal
    target_month: int
    source: str
    series: tuple[Decimal | None, ...]
    decimals: int = 0
    measure: MeasureKind = MeasureKind.NUMBER
    level: GoalLevel = GoalLevel.OUTCOME
    frequency: Frequency = Frequency.MONTHLY


def numbers(*values: float | None) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else Decimal(str(value)) for value in values)


GOALS = (
    Goal(
        "Every three-year-old has a place to play and learn",
        "A place close to home, at hours that fit the family, whether or not the parents have work.",
        "council",
        "Three-year-olds with an early education place",
        "%",
        Direction.UP,
        ValueSemantics.SNAPSHOT,
        Decimal(61),
        Decimal(85),
        29,
        "District Council admissions register, monthly",
        numbers(61, 61, 62, 63, 65, 66, 66, 67, 69, 70, 71, 71, 72, 74, 75, 76, 78, 79),
        measure=MeasureKind.PERCENTAGE,
    ),
    Goal(
        "2,400 book packs read at home",
        "A pack is three books, one of them in the language of the family, and a visit to the book bus.",
        "library",
        "Book packs handed to families since we started",
        "packs",
        Direction.UP,
        ValueSemantics.CUMULATIVE,
        Decimal(0),
        Decimal(2400),
        29,
        "Libraries, checked against the printer's invoices",
        numbers(0, 40, 95, 130, 210, 290, 350, 395, 480, 560, 640, 700, 790, 870, 960, 1010, 1090, 1180),
        level=GoalLevel.OUTPUT,
    ),
    Goal(
        "Faster first help with speech and language",
        "From the day somebody worries about a child's speech to the first appointment.",
        "health",
        "Working days from referral to first appointment, median",
        "days",
        Direction.DOWN,
        ValueSemantics.PER_PERIOD,
        Decimal(48),
        Decimal(28),
        26,
        "Health Trust and Family Centre, monthly",
        numbers(48, 48.5, 47.8, 47, 46.2, 46.6, 46, 46.4, 45.8, 45, 44.1, 43.6, 43.8, 43.1, 42.9, 43.2, 43.6, 43.9),
        decimals=1,
    ),
    Goal(
        "Parents know where to find help",
        "Asked at the two-year check: if you worried about your child, would you know whom to ask?",
        "family_centre",
        "Parents who say they know whom to ask",
        "%",
        Direction.UP,
        ValueSemantics.SNAPSHOT,
        Decimal(38),
        Decimal(70),
        28,
        "Health visitors' two-year check",
        numbers(38, 38, 39, 41, 44, 45, 47, None, 50, 51, 52, 54, 55, 57, 58, 59, 61, 63),
        measure=MeasureKind.PERCENTAGE,
    ),
    Goal(
        "Parents help make the decisions",
        "A decision counts when the Parents' Council was asked before it was made and the answer is in the notes.",
        "parents",
        "Decisions with the Parents' Council's view recorded, last three months",
        "%",
        Direction.UP,
        ValueSemantics.SNAPSHOT,
        Decimal(15),
        Decimal(75),
        23,
        "Notes of our meetings",
        numbers(15, 17, 20, 28, 33, 36, 40, 41, 45, 47, 50, 54, 58, 60, 63, 66, 68, 70),
        measure=MeasureKind.PERCENTAGE,
        level=GoalLevel.PROCESS,
    ),
)
