"""Routes of partnerships, and of partners and seats under /p/<partnership>/."""

from django.urls import include, path

from partners import views

app_name = "partners"
inside = [
    path("partners/", views.partner_list, name="partner-list"),
    path("partners/add/", views.partner_add, name="partner-add"),
    path("partners/<int:pk>/", views.partner_detail, name="partner-detail"),
    path("partners/<int:pk>/edit/", views.partner_edit, name="partner-edit"),
    path("seats/", views.seat_list, name="seat-list"),
    path("seats/invite/", views.seat_invite, name="seat-invite"),
    path("seats/take/", views.seat_take, name="seat-take"),
    path("seats/<int:pk>/role/", views.seat_role, name="seat-role"),
    path("seats/<int:pk>/vacate/", views.seat_vacate, name="seat-vacate"),
    path("chats/", views.chat_list, name="chat-list"),
    path("chats/add/", views.chat_add, name="chat-add"),
    path("chats/<int:pk>/", views.chat_detail, name="chat-detail"),
    path("chats/<int:pk>/edit/", views.chat_edit, name="chat-edit"),
    path("chats/<int:pk>/test/", views.chat_test, name="chat-test"),
    path("chats/<int:pk>/switch/", views.chat_switch, name="chat-switch"),
    path("chats/<int:pk>/remove/", views.chat_remove, name="chat-remove"),
    path("settings/", views.partnership_edit, name="partnership-edit"),
    path("settings/reminders/", views.reminder_times, name="reminder-times"),
]
urlpatterns = [
    path("partnerships/", views.partnership_list, name="partnership-list"),
    path("partnerships/new/", views.partnership_start, name="partnership-start"),
    path("p/<slug:partnership>/", include(inside)),
]
