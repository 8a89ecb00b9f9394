"""`manage.py verify_log`: recompute the log's chains, and hold sealed assessments and merges against them."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from claims.custody.chain import Account, altered_merges, broken_seals, gone, verify
from claims.custody.former_logs import faults
from claims.custody.heads import Head, kept
from claims.custody.stamps import check_stamps
from claims.management.installed import InstalledCommand
from claims.models import Case


class Command(InstalledCommand):
    """Recomputes the chains, names the first bad entry of each, and every assessment that is not what was sealed."""

    help = "Recompute the log's chains and the seals of its assessments, compare the heads, and name what is bad."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="CODE", help="this case's log alone")
        parser.add_argument("--head", metavar="COUNT:HASH", help="a head from a report, to hold the case's log against")

        parser.add_argument(
            "--without-files", action="store_true", help="do not read the logs that cases had elsewhere: they are files"
        )

    def handle(self, *args: Any, case: str | None, head: str | None, without_files: bool, **options: Any) -> None:
        if head and not case:
            raise CommandError("--head needs --case: a head belongs to one case's log.")
        try:
            against = Head.read(head) if head else None
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        chosen = list(Case.objects.filter(code=case)) if case else [None, *Case.objects.order_by("code")]
        if not chosen:
            raise CommandError(f"There is no case {case}.")
        accounts = [verify(one, against=against) for one in chosen]
        for account in accounts:
            self._tell(account, against)
        broken = [
            (one.code, sentence)
            for one in chosen
            if one
            for sentence in (*broken_seals(one), *faults(one, files=not without_files))
        ]
        broken += [
            (one.code if one else "outside cases", sentence) for one in chosen for sentence in altered_merges(one)
        ]
        for code, sentence in broken:
            self.stdout.write(self.style.ERROR(f"{code}: {sentence}"))
        false = [fault for one in chosen for fault in self._tell_stamps(one)]
        missing = [] if case else gone()
        for name in missing:
            self.stdout.write(
                self.style.ERROR(f"{name}: the data folder keeps a head of this case, and the case is gone")
            )
        if missing or broken or false or any(account.fault for account in accounts):
            raise CommandError("The log is not what was entered.")

    def _tell_stamps(self, case: Case | None) -> list[str]:
        """One line on the stamps of a chain, and one for each that is false; those come back."""
        stamps = check_stamps(case)
        name = case.code if case else "outside cases"
        if stamps.said:
            self.stdout.write(f"{name}: {stamps.said}")
        for fault in stamps.faults:
            self.stdout.write(self.style.ERROR(f"{name}: {fault}"))
        return stamps.faults

    def _tell(self, account: Account, against: Head | None) -> None:
        name = account.chain or "outside cases"
        if account.fault:
            self.stdout.write(self.style.ERROR(f"{name}: {account.fault}"))
            return
        self.stdout.write(f"{name}: {account.head.count} entries hold, head {account.head}")
        if against is not None:
            self.stdout.write(f"{name}: the head given, {against}, stands")
        head = kept(account.chain)
        if head is None:
            self.stdout.write(f"{name}: no head is kept in the data folder to hold them against")
        elif head.count < account.head.count:
            newer = account.head.count - head.count
            self.stdout.write(f"{name}: the head kept in the data folder counts {head.count}: {newer} newer entries")
