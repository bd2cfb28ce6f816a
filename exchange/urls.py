"""Routes: files that start partnerships, and earlier rounds of feedback for one that is there."""

from django.urls import path

from core import converters  # noqa: F401 -- makes <month:…> known
from exchange.views import files, rounds

app_name = "exchange"
urlpatterns = [
    path("", files.import_list, name="import-list"),
    path("new/", files.import_upload, name="import-upload"),
    path("example/", files.sample_file, name="import-example"),
    path("<int:batch>/", files.import_detail, name="import-detail"),
    path("<int:batch>/problems/", files.import_problems, name="import-problems"),
    path("<int:batch>/texts/", files.import_texts, name="import-texts"),
    path("<int:batch>/apply/", files.import_apply, name="import-apply"),
    path("<int:batch>/undo/", files.import_undo, name="import-undo"),
    path("rounds/<slug:partnership>/", rounds.round_list, name="round-list"),
    path("rounds/<slug:partnership>/new/", rounds.round_upload, name="round-upload"),
    path("rounds/<slug:partnership>/template/", rounds.round_template, name="round-template"),
    path("rounds/<slug:partnership>/apply/", rounds.round_apply, name="round-apply"),
    path("rounds/<slug:partnership>/<month:month>/undo/", rounds.round_undo, name="round-undo"),
]
