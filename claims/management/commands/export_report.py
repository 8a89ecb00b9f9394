"""`manage.py export_report`: freeze a case's claims, or take a report made earlier, and write it to a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from claims.management.installed import InstalledCommand
from claims.management.people import find_person
from claims.models import Case, Refused, Report
from claims.models.reports import READ
from claims.reports.freezing import MOST, check_leaving, freeze
from claims.reports.render import FORMATS, IN_PIECES, content_of


class Command(InstalledCommand):
    """Writes one report of a case to a file."""

    help = "Freeze all claims of a case into a new report, or take --report NUMBER, and write it to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", metavar="CODE")
        parser.add_argument("--format", choices=list(FORMATS), default="html")
        parser.add_argument("--out", required=True, metavar="FILE", type=Path)
        parser.add_argument("--report", type=int, metavar="NUMBER", help="a report made earlier, instead of a new one")
        parser.add_argument("--by", metavar="EMAIL", help="who makes it; the first administrator if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.select_related("scale").filter(code=options["case"]).first()
        if case is None:
            raise CommandError(f"There is no case {options['case']}.")
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent} to write to.")
        try:
            if options["report"] is None:
                most = MOST if options["format"] in IN_PIECES else READ
                report = freeze(
                    case, case.claims.all(), by=find_person(options["by"]), selection=_("All claims"), most=most
                )
            else:
                report = _earlier(case, options["report"])
                check_leaving(report)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            content = content_of(report, options["format"])  # first: what is refused overwrites nothing
            with out.open("wb") as file:
                file.writelines(content)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            raise CommandError(f"{out} could not be written: {fault.strerror}.") from fault
        head = report.head["log"]
        self.stdout.write(
            f"{out}: report {report.number} of {case.code}, {report.claims_in} claims, sha256 {report.sha256}"
        )
        self.stdout.write(f"log head {head['count']}:{head['head']}")


def _earlier(case: Case, number: int) -> Report:
    report: Report | None = Report.objects.select_related("case", "made_by").filter(case=case, number=number).first()
    if report is None:
        raise CommandError(f"{case.code} has no report {number}.")
    return report
