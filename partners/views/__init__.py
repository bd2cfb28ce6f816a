"""Pages about partnerships, partners and seats. Every query starts at the reader's seat."""

from partners.views.partners import partner_add, partner_detail, partner_edit, partner_list
from partners.views.partnerships import partnership_edit, partnership_list, partnership_start
from partners.views.seats import seat_invite, seat_list, seat_role, seat_vacate

__all__ = [
    "partner_add",
    "partner_detail",
    "partner_edit",
    "partner_list",
    "partnership_edit",
    "partnership_list",
    "partnership_start",
    "seat_invite",
    "seat_list",
    "seat_role",
    "seat_vacate",
]
