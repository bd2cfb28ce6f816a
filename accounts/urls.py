"""Routes under /account/. The names without a namespace are those allauth looks up."""

from django.urls import include, path, re_path

from accounts import views

own = [
    path("me/", views.profile, name="profile"),
    path("me/sign-out/", views.sign_out_everywhere, name="sign-out-everywhere"),
]
urlpatterns = [
    path("", include((own, "accounts"))),
    path("language/", views.set_language, name="set_language"),
    path("signup/", views.how_to_get_in, name="account_signup"),
    path("login/", views.sign_in, name="account_login"),
    path("login/code/", views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", views.confirm_code, name="account_confirm_login_code"),
    path("logout/", views.sign_out, name="account_logout"),
    path("inactive/", views.inactive, name="account_inactive"),
    path("reauthenticate/", views.confirm_it_is_you, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_forgotten, name="account_reset_password"),
    path("password/reset/done/", views.password_link_sent, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_new_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        views.password_new,
        name="account_reset_password_from_key",
    ),
]
