"""Root URL map: one line per app. Partnership pages live under /p/<partnership>/."""

from django.urls import include, path

handler500 = "core.views.failed"
urlpatterns = [
    path("", include("reports.urls")),
    path("", include("notifications.urls")),
    path("ui/", include("core.urls")),
    path("account/", include("accounts.urls")),
    path("", include("partners.urls")),
    path("imports/", include("exchange.urls")),
    path("p/<slug:partnership>/", include("goals.urls")),
    path("p/<slug:partnership>/meetings/", include("meetings.urls")),
    path("", include("feedback.urls")),
]
