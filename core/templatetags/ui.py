"""Components: leaf = inclusion_tag, container with a slot = simple_block_tag."""

from django import template

register = template.Library()
