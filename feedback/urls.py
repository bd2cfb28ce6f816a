"""Routes: the form behind a link, and the health pages of a partnership."""

from django.urls import path

from feedback.views import answering

app_name = "feedback"
urlpatterns = [
    path("f/<str:token>/", answering.window_answer, name="window-answer"),
    path("feedback/anonymous/", answering.anonymity, name="anonymity"),
]
