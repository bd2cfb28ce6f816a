from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self) -> None:
        from partnerships import celery, checks  # noqa: F401, PLC0415 -- shared tasks bind to it; checks register
