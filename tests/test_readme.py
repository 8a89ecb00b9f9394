"""The README says what is so."""

import re

from django.core.management import get_commands

from claims.loading.sample import load_sample
from claims.models import Notice, Status
from claims.models.moves import diagram
from tests.processes import ROOT
from workbench.variables import NAMES, table

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_diagram_is_the_table_of_moves():
    assert f"```mermaid\n{diagram()}\n```" in README


def test_both_commands_stand_there_whole():
    lines = README.splitlines()
    for ending in ("uv run manage.py demo", "uv run pytest"):
        (line,) = [line for line in lines if line.endswith(ending)]
        assert "pip install" in line


def test_the_table_of_settings_is_the_one_that_the_program_reads():
    assert table() in README, 'python -c "from workbench.variables import table; print(table())" prints it'
    read = set(re.findall(r'"(WORKBENCH_[A-Z_]+|DATABASE_URL)"', (ROOT / "workbench" / "settings.py").read_text()))
    assert read == NAMES


def test_every_command_it_names_is_there():
    ours = {name for name, app in get_commands().items() if app == "claims"}
    named = set(re.findall(r"^\| `([a-z_]+)", README, re.MULTILINE)) | {"demo"}
    assert named == ours


def test_every_room_of_the_house_is_in_its_plan():
    plan = set(re.findall(r"^      ([a-z]+)/ ", README, re.MULTILINE)) | {"templatetags", "migrations", "static"}
    rooms = {each.name for each in (ROOT / "claims").iterdir() if each.is_dir() and each.name != "__pycache__"}
    assert rooms <= plan


def test_every_file_it_points_to_is_there():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    paths = re.findall(r"`((?:claims|templates|workbench|fixtures)/[a-z_/.]+)`", README)
    assert [path for path in links + paths if not (ROOT / path).exists()] == []


def test_the_tour_finds_the_claims_it_sends_people_to(db):
    case = load_sample()
    to_assess, to_decide = case.claims.get(number=8), case.claims.get(number=12)
    assert (to_assess.status, to_assess.answers_in) == (Status.IN_REVIEW, 1)
    assert (to_decide.status, to_decide.disputed) == (Status.TO_DECIDE, True)
    assert to_decide.matrices.count() == 2
    assert Notice.objects.filter(user__email="analyst@example.org").exists()
    assert case.claims.get(number=13).assessments.exclude(moved_reason="").exists()
    assert case.claims.get(number=3).verdicts.get().replies.exists()
    assert case.claims.get(number=2).round == 2
    assert f"write “{case.claims.get(number=3).statement}”" in README
    free = "Minsk in turn expects provocations along the frontier"
    assert free in README
    assert free in case.documents.get().text
    assert not case.documents.get().passages.filter(exact__contains=free).exists()
