"""What a view of somebody who is signed in receives."""

from accounts.models import Person
from core.http import Request


class SignedInRequest(Request):
    """Behind ``core.access.signed_in`` the user is always a person."""

    user: Person
