"""Routes about mail, under the root of the site."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("account/mail/", views.mail_preferences, name="preferences"),
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("staff/mails/", views.mail_gallery, name="mail-gallery"),
    path("staff/mails/<slug:kind>/<slug:language>/", views.mail_sample, name="mail-sample"),
    path("staff/outbox/", views.outbox, name="outbox"),
    path("staff/outbox/wake/", views.outbox_wake, name="outbox-wake"),
    path("staff/outbox/settle/", views.outbox_settle, name="outbox-settle"),
    path("staff/outbox/log/", views.outbox_log, name="outbox-log"),
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
    path("healthz/work", views.work, name="work"),
    path("dev/mailbox/", views.mail_list, name="mail-list"),
    path("dev/mailbox/<slug:name>/", views.mail_detail, name="mail-detail"),
    path("dev/mailbox/<slug:name>/html/", views.mail_as_sent, name="mail-as-sent"),
    path("dev/mailbox/<slug:name>/<int:number>/", views.mail_attachment, name="mail-attachment"),
]
