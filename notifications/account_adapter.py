"""Sign-in mails leave through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: people come in by an invitation to a seat."""

    def is_open_for_signup(self, request: object) -> bool:  # noqa: ARG002
        return False
