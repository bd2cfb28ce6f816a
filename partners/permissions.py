"""The permission table: the only place that says which role may do what in a partnership."""

from collections.abc import Mapping
from enum import StrEnum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.texts import StrOrPromise


class Permission(StrEnum):
    PARTNERSHIP_VIEW = auto()
    PARTNERSHIP_EDIT = auto()
    SEAT_MANAGE = auto()
    ADDRESS_SEE = auto()
    ORGANIZATION_EDIT = auto()
    ORGANIZATION_EDIT_OWN = auto()
    GOAL_EDIT = auto()
    MEASUREMENT_RECORD = auto()
    ACTION_PLAN = auto()
    ACTION_UPDATE = auto()
    MEETING_MANAGE = auto()
    HEALTH_VIEW = auto()
    COMMENT_READ = auto()
    NAMED_ANSWERS_READ = auto()
    FOLLOW_UP_PLAN = auto()
    PAST_ROUNDS_BRING = auto()


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    BACKBONE = "backbone", _("Backbone staff")
    REPRESENTATIVE = "representative", _("Representative")
    MEMBER = "member", _("Member")
    OBSERVER = "observer", _("Observer")


_VIEW = frozenset({Permission.PARTNERSHIP_VIEW, Permission.HEALTH_VIEW})
_MEMBER = _VIEW | {Permission.ACTION_UPDATE, Permission.ADDRESS_SEE}
_REPRESENTATIVE = _MEMBER | {
    Permission.ORGANIZATION_EDIT_OWN,
    Permission.MEASUREMENT_RECORD,
    Permission.ACTION_PLAN,
}
_BACKBONE = _REPRESENTATIVE | {
    Permission.GOAL_EDIT,
    Permission.MEETING_MANAGE,
    Permission.FOLLOW_UP_PLAN,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OBSERVER: _VIEW,
    Role.MEMBER: _MEMBER,
    Role.REPRESENTATIVE: _REPRESENTATIVE,
    Role.BACKBONE: _BACKBONE,
    Role.COORDINATOR: frozenset(Permission),
}

ROLE_DESCRIPTIONS: Mapping[Role, StrOrPromise] = {
    Role.OBSERVER: _("Reads goals, progress and health reports. Changes nothing, and sees no e-mail addresses."),
    Role.MEMBER: _("Takes part in meetings and updates the actions they share in."),
    Role.REPRESENTATIVE: _("Speaks for one organisation: keeps its profile, records measurements, plans actions."),
    Role.BACKBONE: _("Supports the whole partnership: goals, meetings, follow-up on health reports."),
    Role.COORDINATOR: _("Runs the partnership and decides who holds which seat."),
}
