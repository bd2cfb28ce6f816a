from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings import mails, reminders  # noqa: PLC0415 -- models are not loaded earlier

        mails.register()
        reminders.register()
