"""The first page, everybody's calendar, and the pages of a partnership that mix layers."""

from django.urls import path

from core import converters  # noqa: F401 -- makes <month:…> known
from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.today, name="today"),
    path("account/calendar/", views.calendar, name="calendar"),
    path("c/<str:token>/common-thread.ics", views.calendar_feed, name="calendar-feed"),
    path("p/<slug:partnership>/", views.home, name="home"),
    path("p/<slug:partnership>/progress/", views.progress_latest, name="progress"),
    path("p/<slug:partnership>/progress/<month:month>/", views.progress, name="progress-month"),
]
