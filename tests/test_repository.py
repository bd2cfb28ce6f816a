"""The repository checks itself, so reviewers do not have to. Grows by one check whenever a review repeats itself."""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
import subprocess
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver
from factory.django import DjangoModelFactory

from core.access import public
from core.icons import PATHS as ICONS
from notifications.registry import kinds
from partners.permissions import ROLE_DESCRIPTIONS, ROLE_PERMISSIONS, Permission, Role
from partnerships.celery import app as celery
from tests import factories

ROOT = settings.BASE_DIR
LAYERS = ["core", "accounts", "notifications", "partners", "goals", "meetings", "feedback", ("exchange", "reports")]
APPS = [name for layer in LAYERS for name in ([layer] if isinstance(layer, str) else layer)]
HOUSE = [*APPS, "partnerships"]


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)  # fmt: skip # noqa: E501
    return sorted(ROOT / name for name in set(listed.stdout.split("\n")) if name and (ROOT / name).is_file())


PYTHON = [path for path in tracked(*(f"{name}/**.py" for name in HOUSE)) if "migrations" not in path.parts]
TEMPLATES = tracked("templates/")
DOCUMENTS = [path for path in tracked("*.md") if path.name != "CONTEXT.md"]  # which lists words to avoid


def name_of(path):
    return str(path.relative_to(ROOT))


def code_of(path):
    return ast.parse(path.read_text())


def views(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.name or entry.pattern), entry.callback
        else:
            yield from views(entry, f"{prefix}{entry.app_name}:" if entry.app_name else prefix)


ACCESS_MARKS = {"public", "signed_in", "staff", "token", *Permission}


# -- Access -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "view"), [pytest.param(*entry, id=entry[0]) for entry in views()])
def test_every_view_declares_who_may_enter(name, view):
    assert getattr(view, "access", None) in ACCESS_MARKS, f"{name} needs core.access or seat_view(Permission.…)"


def test_a_view_that_declares_nothing_is_found():
    assert getattr(lambda _request: None, "access", None) not in ACCESS_MARKS
    assert public()(lambda _request: None).access in ACCESS_MARKS


def test_every_permission_is_held_and_every_role_explained():
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)
    assert set(ROLE_PERMISSIONS) == set(ROLE_DESCRIPTIONS) == set(Role)


def test_views_reach_data_through_the_seat():
    """A view that cannot name a manager cannot forget the partnership it works in."""
    paths = [path for path in PYTHON if "views" in (path.stem, path.parent.name)]
    direct = {name_of(path): found for path in paths if (found := re.findall(r"\.objects\b", path.read_text()))}

    assert len(paths) > 5
    assert direct == {}


# -- Size and shape ---------------------------------------------------------------------------------------------------
LONGER = {"core/templatetags/ui.py"}  # told in one piece: the library of tags is one list


def test_python_files_stay_small():
    long = {name_of(path) for path in PYTHON if len(path.read_text().splitlines()) > 300}

    assert long == LONGER


def test_templates_stay_small():
    assert {name_of(path): length for path in TEMPLATES if (length := len(path.read_text().splitlines())) > 120} == {}


# Found by Django, crispy, allauth or a registered kind of mail, under a name nobody writes.
FOUND_BY_NAME = re.compile(r"^(\d{3}(_csrf)?\.html|bootstrap5/|account/|emails/)")


def test_templates_are_used_and_compile():
    sources = Counter()
    for path in [*PYTHON, *TEMPLATES]:
        sources.update(set(re.findall(r"[\w./-]+\.(?:html|txt)", path.read_text())))
    unused = []
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        get_template(name)
        if not sources[name] and not FOUND_BY_NAME.match(name):
            unused.append(name)

    assert unused == []


def test_every_icon_is_drawn_somewhere():
    text = "".join(path.read_text() for path in [*PYTHON, *TEMPLATES] if path != ROOT / "core/icons.py")

    assert [name for name in ICONS if f'"{name}"' not in text and f"'{name}'" not in text] == []


def test_every_kind_of_mail_has_its_three_templates():
    for kind in kinds():
        for ending in ("subject.txt", "txt", "html"):
            get_template(f"emails/{kind.template}.{ending}")
    assert len(list(kinds())) >= 3


def test_no_inline_script_or_style_in_pages():
    """A strict content policy forbids both. Mails alone carry styles: their readers know no style sheets."""
    bad = re.compile(r"\son[a-z]+=|<script(?![^>]*\ssrc=)|<style|\sstyle=|javascript:|\bhx-on", re.IGNORECASE)
    pages = [path for path in TEMPLATES if path.parent.name != "emails"]

    assert bad.search('<p onclick="x">')
    assert not bad.search('<script src="x" defer></script>')
    assert {name_of(path): found for path in pages if (found := bad.findall(path.read_text()))} == {}


def test_pages_load_nothing_from_elsewhere():
    loaded = re.compile(r'(?:src|href|srcset)="(?:https?:)?//')

    assert {name_of(path) for path in TEMPLATES if loaded.search(path.read_text())} == set()


# -- Models -----------------------------------------------------------------------------------------------------------
# Written by one service only, which their tests call.
WRITTEN_BY_SERVICES_ONLY = {"AuditEvent", "RateCount", "Submission", "Unsubscription", "Heartbeat", "FeedbackBag"}


def test_every_model_has_a_factory():
    modules = [
        importlib.import_module(f"tests.factories.{one.name}") for one in pkgutil.iter_modules(factories.__path__)
    ]
    made = {
        value._meta.model
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, DjangoModelFactory)
    }
    ours = {model for model in apps.get_models() if model._meta.app_label in APPS}

    missing = {model.__name__ for model in ours - made}
    assert missing - WRITTEN_BY_SERVICES_ONLY == set()


def layer_of(label):
    return next((n for n, layer in enumerate(LAYERS) if label in ([layer] if isinstance(layer, str) else layer)), None)


def test_foreign_keys_point_down_the_layers():
    for model in apps.get_models():
        own = layer_of(model._meta.app_label)
        for field in model._meta.get_fields():
            if own is None or not isinstance(field, models.ForeignKey | models.ManyToManyField):
                continue
            target = layer_of(field.related_model._meta.app_label)
            is_sibling = target == own and field.related_model._meta.app_label != model._meta.app_label
            assert target is None or (target <= own and not is_sibling), field


def test_one_migration_per_app_while_nothing_is_released():
    """Beside it only what Django does not write: triggers."""
    by_hand = {"0002_reports_are_frozen.py"}
    for name in APPS:
        written = {path.name for path in (ROOT / name / "migrations").glob("0*.py")}
        assert len(written - by_hand) <= 1, written


def test_constraints_are_named_and_no_model_hides_its_rows():
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            assert [one.name for one in model._meta.constraints if not one.name] == []
            assert model._meta.default_manager_name is None


# -- Time, tasks, mail ------------------------------------------------------------------------------------------------
def test_every_beat_entry_names_a_registered_task_and_a_plain_interval():
    celery.loader.import_default_modules()
    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert {entry["task"] for entry in entries} <= set(celery.tasks)
    assert [entry for entry in entries if not isinstance(entry["schedule"], int | float | timedelta)] == []
    assert [entry for entry in entries if entry["options"]["expires"] <= 0] == []


def test_tasks_keep_no_result_and_have_a_name_of_ours():
    celery.loader.import_default_modules()
    ours = {name: task for name, task in celery.tasks.items() if not name.startswith("celery.")}

    assert {name.split(".")[0] for name in ours} <= set(APPS)
    assert [name for name, task in ours.items() if not task.ignore_result] == []


# word → the files that may use it
RESERVED = {
    r"timezone\.now\(|datetime\.now\(|datetime\.utcnow|date\.today\(": {
        # the last two set the clock
        "core/clock.py", "partnerships/demo/telling.py", "partnerships/management/commands/demo.py",
    },
    r"\bsend_mail\(|EmailMessage\(|EmailMultiAlternatives\(|get_connection\(": {
        "notifications/letters.py", "notifications/mail_server.py",
        "notifications/account_adapter.py",  # the name of allauth's hook
    },
    r"\.delay\(|apply_async|\beta=|countdown=|crontab\(": set(),
    r"build_absolute_uri|\.get_host\(": set(),
    r"mark_safe|\|safe\b|autoescape off|SafeString\(|RawSQL|\.extra\(|\beval\(|\bpickle\b|yaml\.load|shell=True": {
        "core/templatetags/ui.py", "core/charts/svg.py", "core/charts/__init__.py", "feedback/form_page.py",
    },
    r"\bsocket\.socket\(|create_connection\(|wrap_socket\(|urlopen\(|http\.client|\b(?:requests|httpx|urllib3)\.": {
        "notifications/chat/connection.py",  # looks at where it leads before it connects
    },
    r"django\.contrib\.admin|GenericForeignKey|db\.models\.signals|django\.dispatch": set(),
    r"\bTODO\b|\bFIXME\b|\bXXX\b": set(),
}  # fmt: skip


@pytest.mark.parametrize("pattern", RESERVED)
def test_reserved_words_stay_where_they_belong(pattern):
    used = {name_of(path) for path in [*PYTHON, *TEMPLATES] if re.search(pattern, path.read_text())}

    assert used - RESERVED[pattern] == set()


@pytest.mark.parametrize(
    ("pattern", "planted"),
    list(zip(
        RESERVED,
        [
            "x = timezone.now()", "send_mail('a')", "task.delay(1)", "request.get_host()", "{{ x|safe }}",
            "urlopen(url)", "from django.contrib.admin import site", "# TODO later",
        ],
        strict=True,
    )),
)  # fmt: skip
def test_each_reserved_word_would_be_found(pattern, planted):
    assert re.search(pattern, planted)


def test_raw_sql_takes_its_values_as_parameters():
    """``cursor.execute`` with an f-string, ``%`` or ``.format`` builds SQL out of text."""
    built = []
    for path in PYTHON:
        for node in ast.walk(code_of(path)):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
            if is_call and node.func.attr in {"execute", "executemany", "raw"}:
                first = node.args[0]
                if isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call):
                    built.append(f"{name_of(path)}:{node.lineno}")

    assert built == []


def test_services_take_the_time_and_keyword_arguments_only():
    """Beyond one thing it acts on, a service is called by names: two people or two times cannot be mixed up."""
    loose = set()
    for name in APPS:
        if importlib.util.find_spec(f"{name}.services") is None:
            continue
        services = importlib.import_module(f"{name}.services")
        for word in getattr(services, "__all__", [word for word in vars(services) if not word.startswith("_")]):
            function = getattr(services, word)
            if inspect.isfunction(function) and function.__module__.startswith(f"{name}.services"):
                asked = inspect.signature(function).parameters
                loosely = [
                    one for one in asked.values() if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
                ]
                if "now" in asked and len(loosely) > 1:
                    loose.add(f"{name}.services.{word}")

    assert loose == set()


def test_every_exception_from_a_lint_rule_gives_its_reason():
    bare = re.compile(r"# noqa(?!: [A-Z0-9, ]+ -- \S)")

    assert bare.search("x = 1  # noqa: E501")
    assert {name_of(path): found for path in PYTHON if (found := bare.findall(path.read_text()))} == {}


def test_no_module_is_a_drawer_for_everything():
    forbidden = {"utils", "helpers", "mixins", "signals", "common", "misc"}

    assert [name_of(path) for path in PYTHON if forbidden & {path.stem, *path.relative_to(ROOT).parts}] == []


# -- Words ------------------------------------------------------------------------------------------------------------
# Words for people, not for the code: what a page or a document never says.
NEVER_SAID = re.compile(r"\b(stakeholders?|KPIs?|leverage[ds]?|synerg\w+|NEET|please note)\b|—|–\s", re.IGNORECASE)
TEXTS = re.compile(
    r"""(?:gettext(?:_lazy)?|\b_|pgettext(?:_lazy)?)\(\s*(?:f?["'])((?:[^"'\\]|\\.|(?<=\w)['’](?=\w))*)["']"""
)
TEMPLATE_TEXTS = re.compile(
    r"""{%\s*translate\s+"([^"]*)"|{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate""", re.DOTALL
)


def product_texts():
    for path in PYTHON:
        yield from ((name_of(path), found) for found in TEXTS.findall(path.read_text()))
    for path in TEMPLATES:
        for groups in TEMPLATE_TEXTS.findall(path.read_text()):
            yield from ((name_of(path), found) for found in groups if found)


def test_the_product_speaks_plainly():
    texts = list(product_texts())

    assert len(texts) > 200
    assert [text for text in texts if NEVER_SAID.search(text[1])] == []
    assert [text for text in texts if "!" in text[1].replace("{% plural %}", "")] == []


def test_every_text_in_a_template_is_translated():
    """Letters between tags that no translation tag has seen, apart from the product's name."""
    spoken = re.compile(r">\s*([A-Z][a-z]+(?: [a-z]+)+)")
    said_by_tags = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{[{%#].*?[}%#]}", re.DOTALL)
    pages = [path for path in TEMPLATES if path.suffix == ".html" and path.parent.name != "ui"]
    found = {
        name_of(path): words for path in pages if (words := spoken.findall(said_by_tags.sub("", path.read_text())))
    }

    assert found == {}


# What an open repository never mentions: folders of one machine, documents and numbers that its readers do not have.
PRIVATE = re.compile(
    r"(?<![\w.{}-])/(?:home|root|srv|mnt|work|tmp/wt)/|\bspec/\w+|(?-i:\bdecision \d+\b)|\bissue #?\d+\b", re.IGNORECASE
)


def test_nothing_mentions_private_places():
    everything = [path for path in tracked("*.py", "*.md", "*.html", "*.toml", "*.txt", "*.in", "Makefile", ".ci/") if path != ROOT / "tests/test_repository.py"]  # fmt: skip # noqa: E501

    assert {name_of(path): found for path in everything if (found := PRIVATE.findall(path.read_text()))} == {}


def test_documents_say_what_they_mean():
    assert {name_of(path): found for path in DOCUMENTS if (found := NEVER_SAID.findall(path.read_text()))} == {}
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_product_imports_nothing_that_only_building_it_needs():
    """Whoever installs requirements.txt alone has everything the product imports."""
    installed = {re.split(r"[=\s\[]", line)[0].lower().replace("-", "_") for line in _locked("requirements.txt")}
    tools = {re.split(r"[=\s\[]", line)[0].lower().replace("-", "_") for line in _locked("requirements-dev.txt")}
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom) and (isinstance(node, ast.Import) or node.module)
    }

    assert {"celery", "django"} <= imported
    assert imported & (tools - installed) == set()


def _locked(name):
    return [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z]", line, re.IGNORECASE)]
