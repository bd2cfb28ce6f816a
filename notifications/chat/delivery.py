"""From a message row to a post, and from the chat's answer to what becomes of the row.

At least once, as with mail. A chat knows no Message-ID: where the answer to a post is lost, it stands there twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.utils import translation
from django.utils.translation import gettext_noop

from core.models import record
from notifications import leases
from notifications.chat import connection
from notifications.chat.addresses import AddressRefused, read_address
from notifications.chat.events import ChatEvent, event_of_kind
from notifications.chat.models import ChatApp, ChatHook, ChatTrouble
from notifications.chat.words import write_post
from notifications.models import Message, MessageState
from notifications.sealed_text import unseal

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
REST_OF_A_HOST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
TOO_MANY = 429
LATER = {408, 425, TOO_MANY}  # and everything from 500 on
LASTING = {401: ChatTrouble.REFUSED, 403: ChatTrouble.REFUSED, 404: ChatTrouble.GONE, 410: ChatTrouble.GONE}


def deliver(message: Message, *, clock: Clock) -> bool:
    """Post one message that is held, or bring it into the state that says why not. True when the chat took it."""
    hook = ChatHook.objects.filter(messages=message).first()
    if hook is None:  # removed meanwhile, and its messages with it
        return False
    try:
        answer = _post(message, hook, now=clock())
    except (AddressRefused, InvalidToken) as refusal:
        trouble = refusal.trouble if isinstance(refusal, AddressRefused) else ChatTrouble.UNREADABLE
        return _stop(message, hook, trouble, now=clock())
    except connection.ChatUnavailable as error:
        return _nobody_there(message, hook, str(error), now=clock())
    except Exception:
        logger.exception("Message %s of kind %s could not be written.", message.pk, message.kind)
        leases.try_later(message, now=clock(), code=None, error=gettext_noop("The post could not be written."))
        return False
    return answer is not None and _settle(message, hook, answer, now=clock())


def _post(message: Message, hook: ChatHook, *, now: datetime) -> connection.Answer | None:
    """What the chat answered, or None when there was nothing to ask it."""
    event = event_of_kind(message.kind)
    if event is None:
        raise LookupError(message.kind)
    if hook.rests_until and now < hook.rests_until <= now + LONGEST_REST:  # further ahead, the clock was set back
        leases.rest(message, until=hook.rests_until)
        return None
    if reason := _reason_to_drop(message, event, hook, now):
        leases.mark_obsolete(message, reason=reason)
        return None
    address = read_address(unseal(hook.sealed_url))
    with translation.override(hook.language):
        body = write_post(ChatApp(hook.app), event.compose(message, now))
    return connection.post(address, body)


def _reason_to_drop(message: Message, event: ChatEvent, hook: ChatHook, now: datetime) -> str:
    """Asked immediately before posting; empty when the post is still to go out."""
    if message.expires_at and message.expires_at <= now:
        return gettext_noop("It came too late.")
    if event.is_offered and not hook.is_active:
        return gettext_noop("The chat was switched off.")
    if event.is_offered and event.name not in hook.events:
        return gettext_noop("The chat does not want to hear this any more.")
    return "" if event.still_wanted(message, now) else gettext_noop("It was no longer true.")


def _settle(message: Message, hook: ChatHook, answer: connection.Answer, *, now: datetime) -> bool:
    status = answer.status
    if status < 300:  # noqa: PLR2004 -- every 2xx says that it was taken
        return leases.mark_sent(message, now=now, code=status)
    if status < 400:  # noqa: PLR2004 -- a redirect
        return _stop(message, hook, ChatTrouble.MOVED, now=now, code=status)
    if status in LASTING:
        return _stop(message, hook, LASTING[status], now=now, code=status)
    if status in LATER or status >= 500:  # noqa: PLR2004 -- the chat's own trouble
        asked = answer.wait(now=now)
        if asked is None and status == TOO_MANY:
            asked = REST_OF_A_HOST
        if asked:
            until = now + min(asked, LONGEST_REST)
            ChatHook.objects.filter(pk=hook.pk).update(rests_until=until)
            leases.try_later(
                message, now=now, code=status, error=gettext_noop("The chat asks us to wait."), not_before=until
            )
        else:
            leases.try_later(message, now=now, code=status, error=gettext_noop("The chat is in trouble itself."))
        return False
    return _give_up(message, gettext_noop("The chat refused this post."), code=status)


def _nobody_there(message: Message, hook: ChatHook, error: str, *, now: datetime) -> bool:
    """The other posts to this host wait a little, so that one host that hangs does not hold up everything else."""
    logger.warning("Message %s of kind %s: %s", message.pk, message.kind, error)
    until = now + REST_OF_A_HOST
    ChatHook.objects.filter(host=hook.host).exclude(rests_until__gt=until).update(rests_until=until)
    leases.try_later(message, now=now, code=None, error=error)
    return False


def _stop(message: Message, hook: ChatHook, trouble: ChatTrouble, *, now: datetime, code: int | None = None) -> bool:
    """Post there no more until somebody has looked at it; what waits for it is cancelled.

    An address that was entered while the old one was tried is not to blame: it gets what the old one did not take.
    """
    at_fault = ChatHook.objects.filter(pk=hook.pk, sealed_url=hook.sealed_url)
    if not at_fault.exists():
        leases.put_back(message)
        return False
    if at_fault.exclude(trouble=trouble).update(is_active=False, trouble=trouble):
        record(verb="chat.stopped", target=hook, at=now, partnership_id=hook.partnership_id, trouble=trouble.value)
        logger.warning("Chat %s takes no more posts: %s", hook.pk, trouble.value)
    waiting = Message.objects.filter(hook=hook, state=MessageState.PENDING)
    waiting.update(state=MessageState.CANCELLED)
    with translation.override(None):
        return _give_up(message, str(trouble.label), code=code)


def _give_up(message: Message, error: str, *, code: int | None = None) -> bool:
    leases.mark_failed(message, code=code, error=error)
    return False
