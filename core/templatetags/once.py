"""The number that makes a form count once."""

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.once import FIELD, number_for

register = template.Library()


@register.simple_tag(takes_context=True)
def submission_id(context: Context) -> SafeString:
    """A hidden field for every form that creates something; see :mod:`core.once`."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, number_for(context["request"]))
