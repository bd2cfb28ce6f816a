"""What can be refused about meetings, in words for the person who tried."""

from core.errors import DomainError


class MeetingRefused(DomainError):
    """The meeting is not in a state that allows this, or the plan makes no sense."""


class NobodyToInvite(DomainError):
    pass


class AttendanceRefused(DomainError):
    """``attendance_id`` says which row of a form the sentence belongs to."""

    def __init__(self, text: str, *, attendance_id: int) -> None:
        super().__init__(text)
        self.attendance_id = attendance_id


class MeetingNotReadyToClose(DomainError):
    pass
