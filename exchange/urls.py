from django.urls import path

from exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.import_list, name="import-list"),
    path("new/", views.import_upload, name="import-upload"),
    path("example/", views.sample_file, name="import-example"),
    path("<int:batch>/", views.import_detail, name="import-detail"),
    path("<int:batch>/problems/", views.import_problems, name="import-problems"),
    path("<int:batch>/texts/", views.import_texts, name="import-texts"),
    path("<int:batch>/apply/", views.import_apply, name="import-apply"),
    path("<int:batch>/undo/", views.import_undo, name="import-undo"),
]
