"""The one tag of the site's page."""
from django import template
from django.core import exceptions
from django.http import Http404

from . import recorder

register = template.Library()

ERRORS = {
    "value_error": ValueError,
    "http404": Http404,
    "permission_denied": exceptions.PermissionDenied,
    "suspicious_operation": exceptions.SuspiciousOperation,
    "system_exit": SystemExit,
}


@register.simple_tag
def shown(name, fails):
    recorder.note(name + ".render")
    if fails:
        raise ERRORS[fails](name + ".render")
    return name
