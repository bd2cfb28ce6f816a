from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self) -> None:
        from partnerships import celery  # noqa: F401, PLC0415 -- shared tasks bind to this application
