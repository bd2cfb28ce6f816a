"""Who takes part in the sample partnership and what they want. Everything here is invented."""

from dataclasses import dataclass, field
from decimal import Decimal

from goals.choices import Direction, Frequency, GoalLevel, MeasureKind, ValueSemantics
from partners.choices import OrganizationKind, ParticipationRoleName, Sector
from partners.permissions import Role

NAME = "Tarn Valley First Steps"
SUMMARY = (
    "Every child in Tarn Valley starts school able to talk, play and ask for help, whatever street they grow up in. "
    "None of us can do that alone: the help a family needs is spread over twelve doors."
)
TIME_ZONE = "Europe/London"
MONTHS = 18
MEETING_PLACE = "Family Centre, Mill Street"


@dataclass(frozen=True)
class Person:
    name: str
    title: str
    role: Role = Role.REPRESENTATIVE
    language: str = "en"

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.').replace('é', 'e').replace('ö', 'o')}@tarnvalley.example"


@dataclass(frozen=True)
class Partner:
    key: str
    name: str
    short_name: str
    kind: OrganizationKind
    sector: Sector
    people: tuple[Person, ...]
    roles: tuple[ParticipationRoleName, ...] = ()
    tags: tuple[Sector, ...] = ()
    mandate: str = ""
    approach: str = ""
    strengths: str = ""
    limitations: str = ""
    political_context: str = ""
    needs: str = ""
    joins_in_month: int = 0
    misses: frozenset[int] = field(default_factory=frozenset)
    sends_deputy: frozenset[int] = field(default_factory=frozenset)


PARTNERS = (
    Partner(
        "council",
        "Tarn Valley District Council",
        "District Council",
        OrganizationKind.PUBLIC,
        Sector.PUBLIC_SERVICES,
        (
            Person("Hannah Osei", "Partnership coordinator", Role.COORDINATOR),
            Person("Martin Vale", "Head of early years"),
        ),
        (ParticipationRoleName.LEAD, ParticipationRoleName.BACKBONE),
        (Sector.EDUCATION,),
        mandate="Plans early education places and pays for them. Hosts the coordinator of this partnership.",
        approach="Written agreements, public minutes, one budget round a year.",
        strengths="Knows every nursery and school. Can open council buildings in the evening.",
        limitations="Spending over 25,000 needs the cabinet, which meets every six weeks.",
        political_context="District elections next May. No new commitments in the six weeks before.",
        needs="Numbers we can stand behind when the cabinet asks what the money did.",
    ),
    Partner(
        "health",
        "Tarn and Dales Health Trust",
        "Health Trust",
        OrganizationKind.PUBLIC,
        Sector.HEALTH,
        (
            Person("Dr Amal Haddad", "Lead for children's services"),
            Person("Rosie Lund", "Speech therapist", Role.MEMBER),
        ),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Health visiting, speech and language therapy and vaccination for under-fives.",
        approach="Clinical pathways. Evidence first, then scale.",
        strengths="Sees every newborn within two weeks.",
        limitations="Two of five therapist posts are vacant. Cannot share records without consent.",
        political_context="National waiting-time targets come before local ones.",
        needs="Fewer missed appointments and rooms closer to families.",
        misses=frozenset({3, 9}),
        sends_deputy=frozenset({6, 12}),
    ),
    Partner(
        "schools",
        "Tarn Valley Primary Schools Network",
        "Schools Network",
        OrganizationKind.ACADEMIC,
        Sector.EDUCATION,
        (Person("Gareth Pryce", "Chair of head teachers"), Person("Lucy Abara", "Reception teacher", Role.MEMBER)),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Nine primary schools that decide together about admissions and starting school.",
        strengths="Meets every family the summer before school starts.",
        limitations="Nothing new in the first half of September.",
        needs="Children who arrive able to say what they need.",
        misses=frozenset({11}),
    ),
    Partner(
        "college",
        "Tarn College",
        "Tarn College",
        OrganizationKind.ACADEMIC,
        Sector.EDUCATION,
        (Person("Inga Söder", "Head of childcare courses"),),
        (ParticipationRoleName.IMPLEMENTING,),
        tags=(Sector.RESEARCH,),
        mandate="Trains childcare workers and teaching assistants.",
        strengths="Eighty students who need placements every spring.",
        limitations="Term dates. Students need a mentor on site.",
        needs="Placements where students learn more than sweeping up.",
        misses=frozenset({2, 8, 14}),
    ),
    Partner(
        "family_centre",
        "Mill Street Family Centre",
        "Family Centre",
        OrganizationKind.CIVIL_SOCIETY,
        Sector.COMMUNITY,
        (Person("Dawn Whitlock", "Manager"), Person("Joel Marsh", "Family worker", Role.MEMBER)),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Open door for families with small children, six days a week.",
        approach="We start with tea. Paper comes later.",
        strengths="Families trust us. Open on Saturdays.",
        limitations="Eleven staff, most of them part time.",
        needs="To hear back what happens after we send a family on.",
    ),
    Partner(
        "library",
        "Tarn Valley Libraries",
        "Libraries",
        OrganizationKind.PUBLIC,
        Sector.CULTURE,
        (Person("Peter Nkemelu", "Children's librarian"),),
        (ParticipationRoleName.IMPLEMENTING,),
        tags=(Sector.EDUCATION,),
        mandate="Five branches and one book bus.",
        strengths="The bus reaches villages nobody else visits.",
        limitations="One driver.",
        needs="A reason for parents to come back a second time.",
        sends_deputy=frozenset({5, 13}),
    ),
    Partner(
        "housing",
        "Beck Homes",
        "Beck Homes",
        OrganizationKind.CIVIL_SOCIETY,
        Sector.HOUSING,
        (Person("Chioma Bell", "Tenancy services manager"),),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="2,300 rented homes, half of them with children.",
        strengths="Visits every new tenant within a month.",
        limitations="Data about tenants stays with us.",
        needs="Families who settle and stay.",
        joins_in_month=4,
        misses=frozenset({7, 10, 16}),
    ),
    Partner(
        "parents",
        "Tarn Valley Parents' Council",
        "Parents' Council",
        OrganizationKind.COMMUNITY,
        Sector.COMMUNITY,
        (Person("Sadia Rahman", "Co-chair"), Person("Tom Fennick", "Co-chair", Role.MEMBER)),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Fourteen parents elected at nursery gates.",
        approach="We say what it is like to be on the other side of the desk.",
        strengths="Reaches parents who do not answer letters.",
        limitations="Everybody is a volunteer. Evenings only.",
        needs="To be asked before it is decided, not after.",
    ),
    Partner(
        "bakery",
        "Oat and Ember Bakery",
        "Oat and Ember",
        OrganizationKind.BUSINESS,
        Sector.BUSINESS,
        (Person("Felix Amsel", "Owner"),),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Bakes for nine shops and four school kitchens. 46 staff, many of them young parents.",
        strengths="Shift workers we meet every day. A van that is empty after ten.",
        limitations="December is out of the question.",
        needs="Staff who are not called away because childcare fell through.",
        joins_in_month=7,
        misses=frozenset({9, 13}),
    ),
    Partner(
        "buses",
        "Dales Bus Cooperative",
        "Dales Bus",
        OrganizationKind.BUSINESS,
        Sector.BUSINESS,
        (Person("Ray Tolland", "Route planner"),),
        (ParticipationRoleName.IMPLEMENTING,),
        mandate="Eleven lines, owned by drivers and passengers.",
        strengths="Can move a stop within a month.",
        limitations="Timetables change twice a year.",
        needs="Passengers at eleven in the morning.",
        misses=frozenset({1, 4, 8, 12, 15, 16}),
    ),
    Partner(
        "sports",
        "Rushmere Sports Club",
        "Rushmere Sports",
        OrganizationKind.COMMUNITY,
        Sector.CULTURE,
        (Person("Bea Castell", "Youth lead"),),
        (ParticipationRoleName.IMPLEMENTING,),
        tags=(Sector.HEALTH,),
        mandate="Gym, pitch and a hall with underfloor heating.",
        strengths="The hall is free on weekday mornings.",
        limitations="No paid staff before noon.",
        needs="Families who join and stay.",
        misses=frozenset({6, 11}),
    ),
    Partner(
        "foundation",
        "Calderstone Foundation",
        "Calderstone",
        OrganizationKind.FOUNDATION,
        Sector.FUNDER,
        (Person("Noor Brandt", "Programme officer"), Person("Elise Fournier", "Evaluation lead", Role.OBSERVER, "fr")),
        (ParticipationRoleName.FUNDER,),
        mandate="Funds early childhood work in the dales for seven years at a time.",
        strengths="Long breath. Pays for coordination, which few funders do.",
        limitations="Decides in March and October.",
        needs="Honest reports, also about what did not work.",
        sends_deputy=frozenset({10}),
    ),
)


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
