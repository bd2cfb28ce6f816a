"""Pages of an account: what people say about themselves, and the way in and out."""

from accounts.views.own import profile, set_language, sign_out_everywhere
from accounts.views.signing_in import (
    confirm_code,
    confirm_it_is_you,
    how_to_get_in,
    inactive,
    password_change,
    password_forgotten,
    password_link_sent,
    password_new,
    password_new_done,
    password_set,
    request_code,
    sign_in,
    sign_out,
)

__all__ = [
    "confirm_code",
    "confirm_it_is_you",
    "how_to_get_in",
    "inactive",
    "password_change",
    "password_forgotten",
    "password_link_sent",
    "password_new",
    "password_new_done",
    "password_set",
    "profile",
    "request_code",
    "set_language",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
]
