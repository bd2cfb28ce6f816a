"""The way in and out: allauth's pages behind our access marks, our limits and our status codes."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import PAGE_AND_FORM, public, signed_in
from core.clock import now
from core.http import Request, client_address, render_page
from core.limits import (
    CODE_TRIES,
    LOGIN_PER_ACCOUNT,
    LOGIN_PER_ADDRESS,
    Limit,
    TooManyAttempts,
    forgive,
    give_back,
    spend,
)

Page = Callable[..., HttpResponse]


@public(methods=PAGE_AND_FORM)
def sign_in(request: Request) -> HttpResponse:
    """Count an attempt before the password is looked at; signing in forgives what went before."""
    account = request.POST.get("login", "")
    return _guess(request, allauth_views.login, LOGIN_PER_ACCOUNT, account)


@public()
def how_to_get_in(request: Request) -> HttpResponse:
    """Answer everybody who looks for a way to register: there is none, and here is whom to ask."""
    return render_page(request, "account/signup_closed.html", {})


@public(methods=PAGE_AND_FORM)
def request_code(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.request_login_code)


@public(methods=PAGE_AND_FORM)
def confirm_code(request: Request) -> HttpResponse:
    pending = request.session.get("account_login") or {}
    return _guess(request, allauth_views.confirm_login_code, CODE_TRIES, pending.get("email") or "")


@public(methods=PAGE_AND_FORM)
def sign_out(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.logout)


@public()
def inactive(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.account_inactive)


@public(methods=PAGE_AND_FORM)
def password_forgotten(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.password_reset)


@public()
def password_link_sent(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.password_reset_done)


@public(methods=PAGE_AND_FORM)
def password_new(request: Request, uidb36: str, key: str) -> HttpResponse:
    return _answer(request, allauth_views.password_reset_from_key, uidb36=uidb36, key=key)


@public()
def password_new_done(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.password_reset_from_key_done)


@signed_in(methods=PAGE_AND_FORM)
def password_change(request: Request) -> HttpResponse:
    return _guess(request, allauth_views.password_change, LOGIN_PER_ACCOUNT, _own_account(request))


@signed_in(methods=PAGE_AND_FORM)
def password_set(request: Request) -> HttpResponse:
    return _answer(request, allauth_views.password_set)


@signed_in(methods=PAGE_AND_FORM)
def confirm_it_is_you(request: Request) -> HttpResponse:
    return _guess(request, allauth_views.reauthenticate, LOGIN_PER_ACCOUNT, _own_account(request))


def _guess(request: Request, page: Page, limit: Limit, account: str) -> HttpResponse:
    """Let allauth look at a secret somebody typed, as often as the limits per account and per address allow."""
    if request.method != "POST":
        return _answer(request, page)
    at, address = now(), client_address(request)
    try:
        spend(LOGIN_PER_ADDRESS, address, now=at)
        spend(limit, account or address, now=at)
    except TooManyAttempts as refusal:
        return _too_often(request, refusal)
    was_somebody = request.user.is_authenticated
    response = _answer(request, page)
    if response.status_code == HTTPStatus.FOUND and request.user.is_authenticated:
        forgive(limit, account or address, now=at)
        give_back(LOGIN_PER_ADDRESS, address, now=at)
        if not was_somebody:  # a session ends at a fixed time, however often somebody comes back
            age = (
                settings.STAFF_SESSION_AGE if getattr(request.user, "is_staff", False) else settings.SESSION_COOKIE_AGE
            )
            request.session.set_expiry(at + timedelta(seconds=age))
    return response


def _answer(request: Request, page: Page, **kwargs: Any) -> HttpResponse:
    """Show allauth's page; a form that comes back with errors says so in its status as well."""
    try:
        response = page(request, **kwargs)
        if hasattr(response, "render"):
            response.render()
    except TooManyAttempts as refusal:
        return _too_often(request, refusal)
    if request.method == "POST" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _too_often(request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
    context = {"sentence": str(refusal)}
    return render(request, "account/too_often.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def _own_account(request: Request) -> str:
    return str(getattr(request.user, "email", "") or request.user.pk)
