"""What people do is broken off at its COMMIT, at its first write, at its second, and so on: all is there, or none.

The database goes away at that statement, as when its server is killed or its disk fills up. Whoever did it is told with
503; the same form sent again then does all of it.
"""

import lxml.html
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from claims.custody.chain import verify
from claims.models import Case
from tests.faults.acts import ACTS, person
from tests.faults.forms import form_of, rewind, sent_to
from tests.faults.writes import MOST, breaking, everything, uncommitted

# A row of bytes that nothing names yet: verify_files clears it away.
HARMLESS = {"claims.StoredFile"}
# No transaction is held while a file is read: the capture stands, and the same form again has its text derived.
LOG = {"claims.Entry", "claims.Chain"}
BEFORE = {
    "an exhibit is captured by paste": {"claims.Capture", "claims.Custody", "claims.Derived", *LOG},
    "an exhibit is captured by upload": {"claims.Capture", "claims.Custody", "claims.Derived", *LOG},
    # What a report looks like is kept before there is a link to it.
    "a report is shared": {"claims.RenderedFile"},
    # The key that signs is made once, with the first report or before it.
    "a report is frozen": {"claims.Key", *LOG},
}


@pytest.mark.parametrize("act", ACTS)
def test_broken_off_at_any_write_all_of_it_is_there_or_none(
    real_transactions, act, case, as_, ada, zoe, settings, monkeypatch
):
    settings.WEBHOOKS = True
    # What a browser's device answers is believed here, and a code is as good at the last write as at the first.
    for name in ("parse_registration_response", "complete_registration"):
        monkeypatch.setattr(f"allauth.mfa.webauthn.internal.auth.{name}", lambda credential: None)
    with time_machine.travel(timezone.now(), tick=False):
        break_off(ACTS[act](case), act, as_)


def filled_in(done, as_):
    """(browser, address, fields) of an act that is about to be sent."""
    who, page, ends, typed = done
    browser = as_(person(who)) if who else Client()
    browser.raise_request_exception = False
    return browser, *(form_of(browser, page, ends, **typed) if page else sent_to(ends, **typed))


def break_off(done, act, as_):
    """Have an act broken off at each of its writes, then done."""
    browser, address, fields = filled_in(done, as_)
    before = everything()

    for n in range(MOST + 1):
        rewind(fields)
        cache.clear()  # so many tries would be taken for guesses
        with breaking(n - 1) if n else uncommitted() as broken:
            answer = browser.post(address, fields)
        if not broken.failed:
            break
        where = f"at write {n}" if n else "at its COMMIT"
        assert answer.status_code == 503, f"{where}: {answer.status_code}"
        assert "Nothing was half-saved" in answer.content.decode()
        changed = [table for table, rows in everything().items() if rows != before[table]]
        assert set(changed) <= HARMLESS | BEFORE.get(act, set()), where

    said = lxml.html.fromstring(answer.content.decode() or "-").xpath("//*[contains(@class, 'errorlist')]")
    assert n > 1, [answer.status_code, *(each.text_content() for each in said)]
    assert answer.status_code in (200, 204, 302), answer.content.decode()[:3000]
    assert everything() != before
    for each in [*Case.objects.all(), None]:
        assert verify(each).fault is None
