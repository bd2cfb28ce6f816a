"""Input about mails: what people want for themselves, and when a partnership reminds everybody."""

from notifications.forms.choosing import MailChoicesForm
from notifications.forms.reminding import MomentsForm

__all__ = ["MailChoicesForm", "MomentsForm"]
