"""Every write to partnerships, their partners and their seats. One function per thing a person can decide."""

from partners.services.organizations import (
    AlreadyPartner,
    NotYourOrganization,
    Profile,
    add_organization,
    edit_organization,
    join_organization,
)
from partners.services.partnerships import (
    MayNotStartPartnerships,
    edit_partnership,
    free_slugs,
    start_partnership,
)
from partners.services.seating import (
    SEAT_INVITATION,
    VACATED,
    AlreadySeated,
    CoordinatorNeeded,
    NotAPartner,
    SeatTaken,
    change_role,
    give_seat,
    invite_to_seat,
    open_seat,
    open_seats,
    take_seat,
    vacate_seat,
)

__all__ = [
    "SEAT_INVITATION",
    "VACATED",
    "AlreadyPartner",
    "AlreadySeated",
    "CoordinatorNeeded",
    "MayNotStartPartnerships",
    "NotAPartner",
    "NotYourOrganization",
    "Profile",
    "SeatTaken",
    "add_organization",
    "change_role",
    "edit_organization",
    "edit_partnership",
    "free_slugs",
    "give_seat",
    "invite_to_seat",
    "join_organization",
    "open_seat",
    "open_seats",
    "start_partnership",
    "take_seat",
    "vacate_seat",
]
