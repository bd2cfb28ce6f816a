from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from core.panels import PARTNER, register_panel  # noqa: PLC0415 -- as below
        from meetings import mails, posts, reminders  # noqa: PLC0415 -- models are not loaded earlier
        from meetings.selectors import attendance_panel  # noqa: PLC0415 -- as above

        register_panel(PARTNER, attendance_panel)
        mails.register()
        posts.register()
        reminders.register()
