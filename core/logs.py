"""Keep links and answers out of every log: whoever reads logs must learn nothing a partner said."""

import logging
import re
from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from core.texts import encoded

# Token pages live under one-letter paths: /c/ calendars, /f/ feedback, /u/ unsubscribe; the link for a new password is
# one as well.
_TOKEN_PATH = re.compile(r"(/[cfu]/|/password/reset/key/)(?!done/)[A-Za-z0-9_\-]{6,}")

# The code of a conversation has no place in an address, but somebody may put it there.
_CODE = re.compile(r"(?<![A-Za-z0-9\-])[A-Za-z0-9]{4}(?:(?:-|%20|\+)[A-Za-z0-9]{4}){3}(?![A-Za-z0-9\-])")


def without_tokens(text: str) -> str:
    return _CODE.sub("[code]", _TOKEN_PATH.sub(r"\1[token]", text))


class HideTokens(logging.Filter):
    """Replace the token in every address that a log line mentions."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_tokens(record.getMessage())
        record.args = None
        return True


class OneLine(logging.Formatter):
    """One event is one line, whatever somebody wrote into an address or a header; a traceback is indented below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- the name logging calls
        return encoded(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- as above
        return "\n".join("    " + encoded(without_tokens(line)) for line in super().formatException(ei).split("\n"))


class HideAnswers(SafeExceptionReporterFilter):
    """Error reports carry no posted values and no local variables, whatever page failed."""

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002 -- every page, whatever the request
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> ItemsView[str, Any]:  # noqa: ARG002 -- as above
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()
