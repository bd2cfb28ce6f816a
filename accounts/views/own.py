"""What people say about themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import services
from accounts.access import SignedInRequest
from accounts.forms import DetailsForm, LanguageForm
from core.access import PAGE_AND_FORM, POST, public, signed_in
from core.clock import now
from core.http import Request, render_form

YEAR = 365 * 24 * 3600


@signed_in(methods=PAGE_AND_FORM)
def profile(request: SignedInRequest) -> HttpResponse:
    person = request.user
    form = DetailsForm(request.POST or None, instance=person)
    if not form.is_valid():
        return render_form(request, "accounts/profile.html", {"form": form})
    services.edit_own_details(person=person, **form.cleaned_data, now=now())
    with override(form.cleaned_data["language"]):
        messages.success(request, _("Saved."))
    return redirect("accounts:profile")


@signed_in(methods=POST)
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """Here as well: whoever presses the button sees that it works."""
    person = request.user
    logout(request)
    services.sign_out_everywhere(person=person, now=now())
    messages.success(request, _("You are signed out on every device."))
    return redirect("account_login")


@public(methods=POST)
def set_language(request: Request) -> HttpResponse:
    """Remember the language: for who is signed in with the person, for a visitor in a cookie."""
    form = LanguageForm(request.POST)
    to = request.POST.get("next", "")
    response = HttpResponseRedirect(to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else "/")
    if not form.is_valid():
        return response
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        services.choose_language(person=request.user, language=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
