"""Who takes part in the sample partnership. Everything here is invented."""

from dataclasses import dataclass, field

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
        (
            Person("Gareth Pryce", "Chair of head teachers"),
            Person("Lucy Abara", "Reception teacher", Role.MEMBER),
            Person("Meg Harwood", "Head of Beckside Primary", Role.MEMBER),
            Person("Sam Iqbal", "Special needs lead", Role.MEMBER),
        ),
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
        (
            Person("Inga Söder", "Head of childcare courses"),
            Person("Will Dray", "Placement tutor", Role.MEMBER),
            Person("Ada Kessler", "Student, second year", Role.MEMBER),
        ),
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
        (
            Person("Dawn Whitlock", "Manager"),
            Person("Joel Marsh", "Family worker", Role.MEMBER),
            Person("Priya Nair", "Outreach worker", Role.MEMBER),
        ),
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
        (
            Person("Sadia Rahman", "Co-chair"),
            Person("Tom Fennick", "Co-chair", Role.MEMBER),
            Person("Leila Costa", "Nursery gate parent", Role.MEMBER),
            Person("Owen Birch", "Nursery gate parent", Role.MEMBER),
        ),
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
        misses=frozenset({1, 4, 8, 12, 15, 16, 17}),
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
