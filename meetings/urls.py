"""Routes under /p/<partnership>/meetings/."""

from django.urls import path

from meetings import views

app_name = "meetings"
urlpatterns = [
    path("", views.meeting_list, name="meeting-list"),
    path("new/", views.meeting_add, name="meeting-add"),
    path("<int:pk>/", views.meeting_detail, name="meeting-detail"),
    path("<int:pk>/edit/", views.meeting_edit, name="meeting-edit"),
    path("<int:pk>/invite/", views.meeting_invite, name="meeting-invite"),
    path("<int:pk>/reminders/", views.meeting_reminders, name="meeting-reminders"),
    path("<int:pk>/cancel/", views.meeting_cancel, name="meeting-cancel"),
    path("<int:pk>/attendance/", views.meeting_attendance, name="meeting-attendance"),
    path("<int:pk>/notes/", views.meeting_notes, name="meeting-notes"),
    path("<int:pk>/close/", views.meeting_close, name="meeting-close"),
    path("<int:pk>/decisions/new/", views.decision_add, name="decision-add"),
    path("<int:pk>/decisions/<int:number>/edit/", views.decision_edit, name="decision-edit"),
    path("<int:pk>/actions/new/", views.action_agree, name="action-agree"),
]
