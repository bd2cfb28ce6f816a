"""People who asked for a reply on the form, and their codes."""

from random import Random

from feedback import codes, sealed, services
from tests.factories.feedback import open_window, some_answers, tokens_of


def asked_for_reply(*, answered=10, words="Papers come too late.", is_closed=True, **fields):
    """A window and the code of the first person; the others answered without words."""
    window = open_window(present=max(answered, 5), **fields)
    code = codes.new_code()
    said = [some_answers(comment=words, thread=codes.image_of(code))]
    said += [some_answers(Random(number)) for number in range(1, answered)]
    for token, answers in zip(tokens_of(window), said, strict=False):
        sealed.submit(token=token, answers=answers, now=window.opened_at)
    if is_closed:
        services.close_window(window_id=window.pk, now=window.closes_at)
        window.refresh_from_db()
    return window, code
