"""How far a case is on its way, said now and then."""

from __future__ import annotations

import time

from django.core.management.base import OutputWrapper

SAID_EVERY = 5.0  # seconds


class Said:
    """Hears of every record, and says every few seconds how many of how many it were."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out, self.said = out, time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.said >= SAID_EVERY:
            self.said = time.monotonic()
            self.out.write(f"{done / max(total, 1):4.0%}  {done:,} of {total:,} records", style_func=str)
