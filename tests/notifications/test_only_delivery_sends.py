"""Mail leaves through one module: shown by reading every module, and by watching every test (tests/conftest.py)."""

import ast
from pathlib import Path

import pytest
from django.core import mail

ROOT = Path(__file__).parents[2]
APPS = (
    "partnerships",
    "reports",
    "exchange",
    "feedback",
    "meetings",
    "goals",
    "partners",
    "notifications",
    "accounts",
    "core",
)
MAY_SEND = {"notifications/mail_server.py"}
MAY_WRITE_MAILS = {"notifications/letters.py", "notifications/mailbox.py"}
SENDING_NAMES = {
    *("send_mail", "send_mass_mail", "mail_admins", "mail_managers", "get_connection", "email_user", "send_messages"),
    *("sendmail", "send_message"),
}


def sending(source):
    """What in this source could send a mail: the names it uses, the modules it imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                found |= {name.name for name in node.names if name.name.startswith("smtplib")}
            case ast.ImportFrom(module=str(module)) if module.startswith(("django.core.mail", "smtplib")):
                found.add(module)
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in SENDING_NAMES:
                found.add(name)
    return found


def test_no_other_module_can_send_a_mail():
    found = {
        name: names
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if (name := str(path.relative_to(ROOT))) not in MAY_SEND | MAY_WRITE_MAILS
        if (names := sending(path.read_text()))
    }

    assert found == {}


def test_the_modules_that_write_mails_do_not_send_them():
    letters = sending((ROOT / "notifications/letters.py").read_text())

    assert letters == {"django.core.mail"}


@pytest.mark.parametrize(
    "source",
    [
        "from django.core.mail import send_mail",
        "import smtplib",
        "from django.core import mail\nmail.send_mail('a', 'b', None, [])",
        "person.email_user('a', 'b')",
        "connection.send_messages([mail])",
    ],
)
def test_the_search_finds_what_it_looks_for(source):
    assert sending(source) != set()


def test_the_watch_over_every_test_catches_a_mail_that_goes_past_the_outbox():
    with pytest.raises(AssertionError, match="past the outbox"):
        mail.EmailMessage("Hello", "there", "us@example.org", ["robin@example.org"]).send()
