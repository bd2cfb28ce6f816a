"""The field's own words for kinds, sectors and roles of organisations."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationKind(models.TextChoices):
    PUBLIC = "public", _("Public body")
    CIVIL_SOCIETY = "civil_society", _("Civil society organisation")
    COMMUNITY = "community", _("Community group")
    BUSINESS = "business", _("Business")
    ACADEMIC = "academic", _("School, college or university")
    FOUNDATION = "foundation", _("Foundation")
    MULTILATERAL = "multilateral", _("International body")
    PUBLIC_PRIVATE = "public_private", _("Public-private partnership")
    INDIVIDUAL = "individual", _("Community member")
    UNKNOWN = "unknown", _("Not known yet")


class Sector(models.TextChoices):
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    PUBLIC_SERVICES = "public_services", _("Public services")
    COMMUNITY = "community", _("Community")
    BUSINESS = "business", _("Business")
    FUNDER = "funder", _("Funder")
    ENVIRONMENT = "environment", _("Environment")
    CULTURE = "culture", _("Culture and sport")
    HOUSING = "housing", _("Housing")
    JUSTICE = "justice", _("Justice and safety")
    RESEARCH = "research", _("Research")
    UNKNOWN = "unknown", _("Not known yet")


class ParticipationRoleName(models.TextChoices):
    FUNDER = "funder", _("Funder")
    LEAD = "lead", _("Lead")
    INTERMEDIARY = "intermediary", _("Intermediary")
    IMPLEMENTING = "implementing", _("Implementing")
    BACKBONE = "backbone", _("Backbone")
