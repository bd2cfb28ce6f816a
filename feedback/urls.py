"""Routes: the form behind a link, and the health pages of a partnership."""

from django.urls import path

from core import converters  # noqa: F401 -- makes <month:…> known
from feedback.views import answering, asking, conversations, follow_up, health, room, talk, themes

app_name = "feedback"
urlpatterns = [
    path("f/<str:token>/", answering.window_answer, name="window-answer"),
    path("talk/", talk.talk, name="talk"),
    path("feedback/anonymous/", answering.anonymity, name="anonymity"),
    path("feedback/room/<str:signed>/", room.room, name="room"),
    path("p/<slug:partnership>/meetings/<int:pk>/room/", room.room_sheet, name="room-sheet"),
    path("p/<slug:partnership>/health/", health.health_list, name="health-list"),
    path("p/<slug:partnership>/health/settings/", asking.how_to_ask, name="how-to-ask"),
    path("p/<slug:partnership>/meetings/<int:pk>/answers/", asking.named_answers, name="named-answers"),
    path("p/<slug:partnership>/health/conversations/", conversations.conversation_list, name="conversation-list"),
    path(
        "p/<slug:partnership>/health/conversations/<uuid:pk>/",
        conversations.conversation_detail,
        name="conversation-detail",
    ),
    path("p/<slug:partnership>/health/numbers.csv", health.health_numbers, name="health-numbers"),
    path("p/<slug:partnership>/health/<month:month>/", health.health_detail, name="health-detail"),
    path("p/<slug:partnership>/health/<month:month>/report.pdf", health.health_document, name="health-document"),
    path("p/<slug:partnership>/health/<month:month>/themes/", themes.theme_list, name="theme-list"),
    path("p/<slug:partnership>/health/<month:month>/themes/<int:pk>/", themes.theme_edit, name="theme-edit"),
    path("p/<slug:partnership>/health/<month:month>/themes/<int:pk>/remove/", themes.theme_remove, name="theme-remove"),
    path(
        "p/<slug:partnership>/health/<month:month>/themes/<int:pk>/action/",
        follow_up.theme_follow_up,
        name="theme-follow-up",
    ),
    path("p/<slug:partnership>/health/<month:month>/<slug:cause>/action/", follow_up.follow_up, name="follow-up"),
]
