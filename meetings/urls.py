"""Routes under /p/<partnership>/meetings/."""

from django.urls import path

from meetings.views import meetings, reminders, series

app_name = "meetings"
urlpatterns = [
    path("", meetings.meeting_list, name="meeting-list"),
    path("new/", meetings.meeting_add, name="meeting-add"),
    path("<int:pk>/", meetings.meeting_detail, name="meeting-detail"),
    path("<int:pk>/next/", meetings.meeting_next, name="meeting-next"),
    path("<int:pk>/edit/", meetings.meeting_edit, name="meeting-edit"),
    path("<int:pk>/invite/", meetings.meeting_invite, name="meeting-invite"),
    path("<int:pk>/reminders/", reminders.meeting_reminders, name="meeting-reminders"),
    path("<int:pk>/cancel/", meetings.meeting_cancel, name="meeting-cancel"),
    path("<int:pk>/attendance/", meetings.meeting_attendance, name="meeting-attendance"),
    path("<int:pk>/notes/", meetings.meeting_notes, name="meeting-notes"),
    path("<int:pk>/close/", meetings.meeting_close, name="meeting-close"),
    path("<int:pk>/decisions/new/", meetings.decision_add, name="decision-add"),
    path("<int:pk>/decisions/<int:number>/edit/", meetings.decision_edit, name="decision-edit"),
    path("<int:pk>/actions/new/", meetings.action_agree, name="action-agree"),
    path("series/<int:pk>/", series.series_detail, name="series-detail"),
    path("series/<int:pk>/rename/", series.series_rename, name="series-rename"),
    path("series/<int:pk>/reminders/", reminders.series_reminders, name="series-reminders"),
]
