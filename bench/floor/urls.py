from django.urls import path

from bench.floor import views

urlpatterns = [
    path("", views.hello),
    path("form/", views.answer),
    path("board/<int:pk>/", views.board, name="board"),
]
