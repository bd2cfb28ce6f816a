from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self) -> None:
        from partnerships import checks  # noqa: F401, PLC0415 -- they register; a web process needs no Celery
