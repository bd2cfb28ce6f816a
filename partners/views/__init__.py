"""Pages about partnerships, partners and seats. Every query starts at the reader's seat."""

from partners.views.chats import (
    chat_add,
    chat_detail,
    chat_edit,
    chat_list,
    chat_remove,
    chat_switch,
    chat_test,
)
from partners.views.partners import partner_add, partner_detail, partner_edit, partner_list
from partners.views.partnerships import partnership_edit, partnership_list, partnership_start
from partners.views.reminders import reminder_times
from partners.views.seats import seat_invite, seat_list, seat_role, seat_take, seat_vacate

__all__ = [
    "chat_add",
    "chat_detail",
    "chat_edit",
    "chat_list",
    "chat_remove",
    "chat_switch",
    "chat_test",
    "partner_add",
    "partner_detail",
    "partner_edit",
    "partner_list",
    "partnership_edit",
    "partnership_list",
    "partnership_start",
    "reminder_times",
    "seat_invite",
    "seat_list",
    "seat_role",
    "seat_take",
    "seat_vacate",
]
