from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import mails, reminders  # noqa: PLC0415 -- models are not loaded earlier

        mails.register()
        reminders.register()
