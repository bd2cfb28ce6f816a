"""What the sample partnership did, month by month: promises and decisions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """An action. Months count from 0 at the start; ``done`` is None while it is open, ``waiting`` says on whom."""

    title: str
    by: str
    goal: int
    agreed: int
    due: float
    done: float | None = None
    win: str = ""
    waiting: str = ""
    started: bool = True
    helpers: tuple[str, ...] = ()


PROMISES = (
    Promise(
        "List every early education place street by street",
        "council",
        0,
        0,
        1.5,
        1.3,
        "One list instead of five",
        helpers=("schools",),
    ),
    Promise("Agree what a book pack is and what it costs", "library", 1, 0, 1.0, 0.9, helpers=("parents",)),
    Promise("Map the way from worry to first appointment", "health", 2, 0, 2.0, 2.4, helpers=("family_centre",)),
    Promise(
        "Write the question for the two-year check", "family_centre", 3, 0, 1.5, 1.4, helpers=("health", "parents")
    ),
    Promise(
        "Elect two parents to speak in every meeting",
        "parents",
        4,
        1,
        2.0,
        1.8,
        "Two co-chairs, elected at nursery gates",
    ),
    Promise("Print the first 500 book packs", "library", 1, 1, 2.5, 2.3, helpers=("foundation",)),
    Promise(
        "Open the council hall for Saturday play",
        "council",
        0,
        1,
        3.0,
        3.2,
        "Forty families came on the first Saturday",
    ),
    Promise("Train ten childcare students to read aloud", "college", 1, 2, 4.0, 3.8, helpers=("library",)),
    Promise(
        "One page that says whom to ask, in six languages",
        "family_centre",
        3,
        2,
        4.0,
        3.9,
        "Six languages, one page",
        helpers=("parents", "health"),
    ),
    Promise("Book bus stops at the three villages without a branch", "library", 1, 3, 4.5, 4.4, helpers=("buses",)),
    Promise(
        "Move speech therapy to the Family Centre on Tuesdays",
        "health",
        2,
        3,
        5.0,
        5.6,
        "No child missed a Tuesday appointment in the first month",
        helpers=("family_centre",),
    ),
    Promise("Ask tenants with small children what keeps them away", "housing", 3, 4, 6.0, 5.7, helpers=("parents",)),
    Promise(
        "Twelve more places at Rushmere hall",
        "sports",
        0,
        4,
        6.5,
        6.2,
        "The hall is full on weekday mornings",
        helpers=("council",),
    ),
    Promise("Agree when parents are asked before a decision", "parents", 4, 4, 5.5, 5.3, helpers=("council",)),
    Promise("Text reminder before each appointment", "health", 2, 5, 7.0, 7.9, helpers=("family_centre",)),
    Promise("Bus stop in front of the Family Centre", "buses", 3, 5, 8.0, 8.5, helpers=("council",)),
    Promise("Show parents the numbers in a way they can use", "council", 4, 6, 7.5, 7.4, helpers=("parents",)),
    Promise(
        "Second print run with books in family languages", "library", 1, 6, 8.0, 7.8, helpers=("parents", "foundation")
    ),
    Promise(
        "Student placements in four nurseries",
        "college",
        0,
        6,
        9.0,
        8.9,
        "Sixteen students placed",
        helpers=("schools",),
    ),
    Promise(
        "Bread van carries book packs to Dale End",
        "bakery",
        1,
        7,
        8.5,
        8.2,
        "An empty van now carries 60 packs a week",
        helpers=("library",),
    ),
    Promise(
        "Explain consent for sharing records in plain words", "health", 2, 7, 9.5, 10.2, helpers=("parents", "housing")
    ),
    Promise("Evening hours at two nurseries for shift workers", "council", 0, 8, 10.5, 10.1, helpers=("bakery",)),
    Promise(
        "New tenants get the one page on the day they move in", "housing", 3, 8, 9.5, 9.3, helpers=("family_centre",)
    ),
    Promise(
        "Invite fathers: story hour on Saturday",
        "library",
        1,
        9,
        10.5,
        10.4,
        "Nineteen fathers on the first Saturday",
        helpers=("sports",),
    ),
    Promise(
        "Joint answer to the question who pays for interpreters",
        "foundation",
        2,
        9,
        11.0,
        12.3,
        helpers=("health", "council"),
    ),
    Promise("Head teachers visit nurseries before summer", "schools", 0, 10, 12.5, 12.2, helpers=("council",)),
    Promise("Parents' Council reads the agenda a week before", "parents", 4, 10, 11.5, 11.2),
    Promise("Count who does not come and ask why", "family_centre", 3, 11, 12.5, 12.6, helpers=("housing", "health")),
    Promise(
        "Childcare course in the evening", "college", 0, 11, 14.0, 13.9, "Eleven parents enrolled", helpers=("bakery",)
    ),
    Promise("Third print run: 600 packs", "library", 1, 12, 13.5, 13.4, helpers=("foundation",)),
    Promise(
        "One referral form for speech and language help",
        "health",
        2,
        12,
        17.6,
        None,
        helpers=("family_centre", "schools"),
        waiting="",
    ),
    Promise("Saturday play in two more halls", "council", 0, 12, 14.5, 14.4, helpers=("sports",)),
    Promise(
        "Shared calendar of everything for under-fives",
        "family_centre",
        3,
        13,
        15.0,
        14.9,
        "One calendar, printed and online",
        helpers=("library", "sports"),
    ),
    Promise(
        "Fill the two vacant therapist posts or borrow hours",
        "health",
        2,
        13,
        17.9,
        None,
        waiting="Health Trust board, meets next month",
    ),
    Promise(
        "Parents on the panel that chooses the next nursery",
        "parents",
        4,
        14,
        16.0,
        15.8,
        "Three parents sat on the panel",
        helpers=("council",),
    ),
    Promise("Reading corners in nine waiting rooms", "library", 1, 14, 17.0, 16.8, helpers=("health",)),
    Promise("Twenty places at Beck Homes community rooms", "housing", 0, 14, 18.5, None, helpers=("council",)),
    Promise(
        "Ask families who dropped out what went wrong",
        "family_centre",
        3,
        15,
        17.0,
        17.2,
        "Thirty-one families told us why they stopped coming",
        helpers=("parents",),
    ),
    Promise(
        "Speech therapist on the book bus, one day a month", "health", 2, 15, 18.2, None, helpers=("library", "buses")
    ),
    Promise(
        "Write down who decides what, on one page",
        "council",
        4,
        16,
        17.5,
        17.4,
        "One page says who decides what",
        helpers=("parents",),
    ),
    Promise("Fourth print run: 700 packs", "library", 1, 16, 18.6, None, helpers=("foundation",)),
    Promise(
        "Bus timetable that fits nursery hours",
        "buses",
        0,
        16,
        19.5,
        None,
        helpers=("council",),
        waiting="Winter timetable decision",
    ),
    Promise(
        "Text the one page to every family after the two-year check",
        "health",
        3,
        17,
        19.0,
        None,
        started=False,
        helpers=("family_centre",),
    ),
    Promise(
        "Plan the open day at all partners",
        "sports",
        3,
        17,
        20.5,
        None,
        started=False,
        helpers=("library", "family_centre"),
    ),
    Promise(
        "Budget round with parents at the table", "council", 4, 17, 20.0, None, started=False, helpers=("parents",)
    ),
)

# Month, what was decided, and why.
DECISIONS = (
    (
        0,
        "We meet on the second Wednesday of the month, at the Family Centre.",
        "It is the one place every family finds.",
    ),
    (0, "One organisation, one voice, whatever its size.", "Small partners asked for it."),
    (1, "Every meeting starts with a parent.", "We forget whom it is for when we start with budgets."),
    (2, "Book packs always hold one book in the language of the family.", ""),
    (
        3,
        "Speech therapy moves to where families already are.",
        "A third of first appointments at the clinic were missed.",
    ),
    (4, "Beck Homes joins as the eleventh partner.", ""),
    (5, "No numbers about groups smaller than five leave the room.", "People would recognise themselves."),
    (6, "Places at Rushmere hall go to families without a car first.", ""),
    (7, "Oat and Ember joins; its van carries book packs.", ""),
    (8, "Shift workers get evening hours at two nurseries for one year.", "We look at it again after twelve months."),
    (9, "Interpreters are paid from the foundation's grant until the summer.", ""),
    (10, "The agenda reaches the Parents' Council a week before.", "They were asked too late in spring."),
    (11, "We count families who do not come, not only those who do.", ""),
    (12, "One referral form for all partners.", "Three forms cost about four days for each family."),
    (13, "The shared calendar is kept by the Family Centre.", ""),
    (14, "Parents sit on the panel that chooses the next nursery.", ""),
    (15, "Therapist hours are borrowed from the next district if posts stay vacant.", "Waiting grew again in summer."),
    (16, "The bakery's evening shift is asked before nursery hours change.", ""),
    (17, "The referral form goes live in two schools first.", "Nine at once was too much."),
    (17, "From now on every meeting has a round table before decisions.", "Four people did not speak last time."),
)
