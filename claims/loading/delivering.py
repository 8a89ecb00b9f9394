"""Telling webhooks: past the same guard as all that leaves the house, and again later where it did not arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.loading.fetching import Unfetchable, post
from claims.models import Delivery

logger = logging.getLogger(__name__)

GONE = 410  # by which the other side says that it wants to be told nothing any more


def deliver_due(stopped: Callable[[], bool] = lambda: False, most: int | None = None) -> int:
    """Send what is due, one after the other, at most so many: how many were tried. Nothing where they are off."""
    tried = 0
    while settings.WEBHOOKS and tried != most and not stopped():
        delivery = Delivery.objects.take()
        if delivery is None:
            break
        deliver(delivery)
        tried += 1
    return tried


def deliver(delivery: Delivery) -> None:
    """Send a message, outside of any transaction, and write down what came of it."""
    if not delivery.webhook.may_tell:
        said = _("Whoever set this webhook up may not do so here any more, so it is told nothing.")
        delivery.answered(said, taken=False, over=True)
        return
    at = int(timezone.now().timestamp())
    try:
        status = post(delivery.webhook.url, delivery.body.encode(), delivery.headers(at))
    except Unfetchable as fault:
        delivery.answered(str(fault), taken=False)
        return
    said = _("It answered with %(status)s.") % {"status": status}
    delivery.answered(said, taken=200 <= status < 300, over=status == GONE)


class Deliveries:
    """When a worker tells webhooks: whenever it looks for work."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped = stopped

    def go_if_due(self) -> None:
        """Send one message that is due, so that a host that does not answer holds up no job for long.

        What goes wrong is logged, and never stops the worker.
        """
        try:
            deliver_due(self.stopped, most=1)
        except Exception:  # whatever a stranger's host brings about
            logger.exception("Webhooks could not be told; it is tried again in a moment.")
