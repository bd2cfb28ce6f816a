"""Answer, close, and look for what remains in the files of the database in DATABASE_URL."""

import json
from pathlib import Path

from django.db import connection

from feedback import codes, reminders, sealed
from feedback.models import FeedbackBag, InvitationToken
from tests.factories.feedback import CLOSED, open_window, some_answers, tokens_of


def found_in_files(needles):
    content = table_files() if connection.vendor == "postgresql" else sqlite_files()
    return sum(needle.encode() in content for needle in needles)


def sqlite_files():
    path = connection.settings_dict["NAME"]
    return b"".join(file.read_bytes() for file in Path(path).parent.glob(f"{Path(path).name}*"))


def table_files():
    """PostgreSQL's write-ahead log is another matter, see SECURITY.md; the bag is compressed there."""
    content = b""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        for table in (FeedbackBag, InvitationToken):
            cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s))", [table._meta.db_table])
            content += bytes(cursor.fetchone()[0])
    return content


def main():
    window = open_window(present=25)
    tokens = tokens_of(window)
    images = []
    for turn in range(3):
        for token in tokens:
            images.append(codes.image_of(codes.new_code()))
            said = some_answers(comment=f"Words of turn {turn}", thread=images[-1])
            sealed.submit(token=token, answers=said, now=CLOSED)
    replaced = images[: -len(tokens)]
    keys = list(json.loads(FeedbackBag.objects.get().sealed))
    verifiers = list(InvitationToken.objects.values_list("verifier", flat=True))
    before, verifiers_before = found_in_files(keys), found_in_files(verifiers)
    reminders.close_windows(window.closes_at)
    result = {
        "keys": len(keys),
        "keys_before": before,
        "keys_after": found_in_files(keys),
        "verifiers_before": verifiers_before,
        "verifiers_after": found_in_files(verifiers),
        "tokens_after": found_in_files(tokens),
        "codes_after": found_in_files(images) - len(tokens),
        "replaced_codes_after": found_in_files(replaced),
        "old_words_after": found_in_files(["Words of turn 0", "Words of turn 1"]),
    }
    print(json.dumps(result))  # noqa: T201
