"""Texts that are translated only when they are shown."""

from django.utils.functional import Promise

StrOrPromise = str | Promise
