"""Pages for the people who run or build the installation."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [path("", views.gallery, name="gallery")]
