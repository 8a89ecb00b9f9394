"""What stands beside the program for whoever runs it: nothing is promised there that is not here."""

import re
from pathlib import Path

import pytest

from tests.processes import python

ROOT = Path(__file__).parent.parent
ASVS = ROOT / "workbench" / "deploy" / "ASVS.md"
THREATS = ROOT / "workbench" / "deploy" / "THREATS.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in ASVS.read_text().splitlines()
    if re.match(r"\| \d", line)
]
# OWASP ASVS 5.0.0: how many requirements each section has, and which of them are of level 3 alone.
SECTIONS = {
    "1.1": (2, ""), "1.2": (10, "10"), "1.3": (12, "12"), "1.4": (3, ""), "1.5": (3, "3"),
    "2.1": (3, ""), "2.2": (3, ""), "2.3": (5, "5"), "2.4": (2, "2"),
    "3.1": (1, "1"), "3.2": (3, "3"), "3.3": (5, "5"), "3.4": (8, "7 8"), "3.5": (8, "6 7 8"), "3.6": (1, "1"),
    "3.7": (5, "3 4 5"),
    "4.1": (5, "4 5"), "4.2": (5, "2 3 4 5"), "4.3": (2, ""), "4.4": (4, ""),
    "5.1": (1, ""), "5.2": (6, "4 5 6"), "5.3": (3, "3"), "5.4": (3, ""),
    "6.1": (3, ""), "6.2": (12, ""), "6.3": (8, "5 6 7 8"), "6.4": (6, "5 6"), "6.5": (8, "6 7 8"), "6.6": (4, "4"),
    "6.7": (2, "1 2"), "6.8": (4, ""),
    "7.1": (3, ""), "7.2": (4, ""), "7.3": (2, ""), "7.4": (5, ""), "7.5": (3, "3"), "7.6": (2, ""),
    "8.1": (4, "3 4"), "8.2": (4, "4"), "8.3": (3, "2 3"), "8.4": (2, "2"),
    "9.1": (3, ""), "9.2": (4, ""),
    "10.1": (2, ""), "10.2": (3, "3"), "10.3": (5, "5"), "10.4": (16, "12 13 14 15 16"), "10.5": (5, ""),
    "10.6": (2, ""), "10.7": (3, ""),
    "11.1": (4, "3 4"), "11.2": (5, "4 5"), "11.3": (5, "4 5"), "11.4": (4, ""), "11.5": (2, "2"), "11.6": (2, "2"),
    "11.7": (2, "1 2"),
    "12.1": (5, "4 5"), "12.2": (2, ""), "12.3": (5, "5"),
    "13.1": (4, "2 3 4"), "13.2": (6, "6"), "13.3": (4, "3 4"), "13.4": (7, "6 7"),
    "14.1": (2, ""), "14.2": (8, "5 6 7 8"), "14.3": (3, ""),
    "15.1": (5, "4 5"), "15.2": (5, "4 5"), "15.3": (7, ""), "15.4": (4, "1 2 3 4"),
    "16.1": (1, ""), "16.2": (5, ""), "16.3": (4, ""), "16.4": (3, ""), "16.5": (4, "4"),
    "17.1": (2, "2"), "17.2": (8, "5 6 7 8"), "17.3": (2, ""),
}  # fmt: skip


def named(text: str) -> list[str]:
    """The files and tests that a text names."""
    return [each for each in re.findall(r"`([^`]+)`", text) if re.search(r"\.\w+(::|$)", each) and " " not in each]


def test_each_requirement_of_the_two_levels_stands_there_once():
    asked = [
        f"{section}.{n}"
        for section, (count, third) in SECTIONS.items()
        for n in range(1, count + 1)
        if str(n) not in third.split()
    ]
    answered = [number for row in ROWS for number in row[0].split()]
    assert len(asked) == 70 + 183, "as the standard counts them"
    assert sorted(answered) == sorted(asked)


def test_each_line_says_how_it_stands():
    assert {row[1] for row in ROWS} == {"met", "partly", "not met", "operator", "n/a"}
    for number, stands, how in ROWS:
        assert len(how) > 5, number
        if stands == "partly":
            assert len(re.sub(r"`[^`]*`", "", how)) > 20, f"{number}: what is missing must be said"


@pytest.mark.parametrize("page", [ASVS, THREATS], ids=lambda page: page.name)
def test_every_test_and_file_that_is_named_is_there(page):
    found = named(page.read_text())
    assert found
    for each in found:
        path, _, name = each.partition("::")
        file = next((base / path for base in (ROOT / "tests", ROOT) if (base / path).is_file()), None)
        assert file, each
        assert not name or re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE), each


def test_what_is_not_there_is_noticed():
    assert named("`views/test_guesses.py::test_nothing_of_the_kind`, `README.md` and `/keys/`") == [
        "views/test_guesses.py::test_nothing_of_the_kind", "README.md",
    ]  # fmt: skip


def test_in_production_every_cookie_is_the_hosts_own(tmp_path):
    ask = (
        "import django; from django.conf import settings as s; django.setup(); "
        "from claims.views.devices import COOKIE; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, COOKIE, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN)"
    )
    variables = {"WORKBENCH_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "workbench.settings"}
    read = python("-c", ask, **variables)
    assert read.stdout.split() == ["__Host-session", "__Host-csrf", "__Host-device", "/", "None"], read.stderr


def test_no_rule_of_safety_is_waived_without_a_reason():
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted([*(ROOT / "claims").rglob("*.py"), *(ROOT / "workbench").rglob("*.py")])
        for line in path.read_text().splitlines()
        if re.search(r"# noqa: (?:[A-Z]+\d+, ?)*S\d", line) and not re.search(r"# noqa: [\w, ]+ - \w", line)
    ]
    assert not lines, "\n".join(lines)
