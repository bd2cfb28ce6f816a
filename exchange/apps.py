from datetime import timedelta

from django.apps import AppConfig

LONGEST_ROUND = timedelta(seconds=275)  # as long as the task may run, and the beat until the next


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        from notifications.registry import register_loop  # noqa: PLC0415 -- models are loaded only now

        register_loop("imports", LONGEST_ROUND)
