#!/usr/bin/env python
"""The workbench's command line: `manage.py [COMMAND] [--data DIR]`."""

import os
import signal
import sys

# What ends a restore that was broken off, and what only says how things are or touches nothing of the installation's.
WHILE_RESTORING = {"restore", "doctor", "integrity", "verify_backup", "check", "help", "--help", "-h", "version"}


def main() -> None:
    """Run one command; `--data DIR` is the same as setting WORKBENCH_DATA, for every command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    os.umask(0o077)  # what is written here, records and secrets, is for its owner alone
    if "--data" in sys.argv[1:-1]:
        # Taken out here, since the settings need the folder before any command reads its arguments.
        at = sys.argv.index("--data")
        os.environ["WORKBENCH_DATA"] = sys.argv[at + 1]
        del sys.argv[at : at + 2]
    if "demo" in sys.argv[1:2]:
        # An exception could land where Python swallows it, in a weak reference's callback, and be lost. Nothing is
        # half-written: what the set-up stores, it stores in transactions. The server then takes Ctrl-C over.
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        run(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


def run(arguments: list[str]) -> None:
    """Run the command. What is wrong with the settings is told without a trace."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        refuse_half_restored(arguments)
        log_faults()
        execute_from_command_line(arguments)
    except ImproperlyConfigured as fault:
        print(fault, file=sys.stderr)
        sys.exit(os.EX_CONFIG)


def refuse_half_restored(arguments: list[str]) -> None:
    """End, unless the command is to be trusted with an installation of which nobody knows yet which one it is."""
    from django.conf import settings

    from workbench.data_folder import restore_journal

    if arguments[1:] and arguments[1] not in WHILE_RESTORING and restore_journal(settings.DATA).exists():
        print(
            "A restore is under way here, or was broken off. Once it has ended, run manage.py restore once more: "
            "it finishes or clears away what was broken off.",
            file=sys.stderr,
        )
        sys.exit(1)


def log_faults() -> None:
    """Have what nobody catches logged as the settings say: a trace as Python prints it may hold people's words."""
    from django.conf import settings

    from workbench.logs import catch_the_rest

    if not settings.DEBUG:
        catch_the_rest()


if __name__ == "__main__":
    main()
