"""How and when people want their mails."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest
from core import clock
from core.access import PAGE_AND_FORM, signed_in
from core.http import render_form
from notifications import preferences
from notifications.forms import MailChoicesForm
from notifications.selectors import mail_choices


@signed_in(methods=PAGE_AND_FORM)
def mail_preferences(request: SignedInRequest) -> HttpResponse:
    person = request.user
    wishes, stopped = mail_choices(person_id=person.pk)
    form = MailChoicesForm(request.POST or None, wishes=wishes, stopped=stopped)
    if not form.is_valid():
        return render_form(request, "notifications/preferences.html", {"form": form})
    preferences.choose(person_id=person.pk, rhythms=form.rhythms(), hours=form.hours_wanted(), now=clock.now())
    messages.success(request, _("Saved."))
    return redirect("notifications:preferences")
