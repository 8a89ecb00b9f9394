"""What changes something is done by posting it, and by nothing else."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, get_resolver, reverse

from claims.models import Entry, Notice
from claims.reports.choices import Choice
from claims.reports.freezing import freeze
from tests.factories import make_capture, make_exhibit, make_signed_claim, make_webhook


def pages(pk: int) -> Iterator[str]:
    """Each address of ours: in the case BY, of the first of what is numbered there, else of what has this key."""
    ours: Any = get_resolver().namespace_dict["claims"][1]
    for name in [one for one in ours.reverse_dict if isinstance(one, str)]:
        fields = ours.reverse_dict[name][0][0][1]
        with contextlib.suppress(NoReverseMatch):
            yield reverse(f"claims:{name}", kwargs={one: {"code": "BY", "pk": pk}.get(one, 1) for one in fields})


def test_looking_at_every_address_changes_nothing(case, ann, ben, eve, max_, as_, settings):
    settings.WEBHOOKS = True
    make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    make_capture(exhibit=make_exhibit(case=case), by=ann)
    freeze(case, case.claims.all(), by=eve, choice=Choice())
    hook, _secret = make_webhook(case=case, by=eve)
    browser = as_(eve)
    before, told = Entry.objects.count(), Notice.objects.filter(read_at=None).count()
    answers = [browser.get(path).status_code for path in pages(hook.pk)]
    assert answers.count(200) > 40, "most of them are pages"
    assert answers.count(405) > 10, "and of the others many are acts alone"
    assert (Entry.objects.count(), Notice.objects.filter(read_at=None).count()) == (before, told)
