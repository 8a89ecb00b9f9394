"""What people do is broken off at its first write, then at its second, and so on: all of it is there, or none.

The database goes away at that statement, as when its server is killed or its disk fills up. Whoever did it is told with
503; the same form sent again then does all of it.
"""

import re
from typing import Any

import lxml.html
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.utils import timezone

from claims.custody.chain import verify
from claims.models import Case, Claim, propose
from claims.models.leaving import close
from claims.models.people import User
from tests.factories import (
    make_assessment,
    make_claim,
    make_exhibit,
    make_signed_claim,
    make_source,
    make_token,
    make_webhook,
)
from tests.faults.forms import form_of, rewind
from tests.faults.writes import MOST, breaking, everything
from tests.views.signing_in import code_of

# A row of bytes that nothing names yet: verify_files clears it away.
HARMLESS = {"claims.StoredFile"}
# No transaction is held while a file is read: the capture stands, and the same form again has its text derived.
LOG = {"claims.Entry", "claims.Chain"}
BEFORE = {
    "an exhibit is captured by paste": {"claims.Capture", "claims.Custody", "claims.Derived", *LOG},
    "an exhibit is captured by upload": {"claims.Capture", "claims.Custody", "claims.Derived", *LOG},
    # The key that signs is made once, with the first report or before it.
    "a report is frozen": {"claims.Key", *LOG},
}


# ---- what people do: (who, the page with the form, how its address ends, what is typed)


def answered(case):
    """A claim on which both have answered."""
    claim = make_claim(case=case)
    for name in ("ann", "ben"):
        make_assessment(claim=claim, by=person(name))
    return Claim.objects.get(pk=claim.pk)


def proposed(case):
    """A claim whose verdict waits for a second editor."""
    claim = answered(case)
    propose(
        claim,
        by=person("eve"),
        rating=case.scale.ratings.get(code="supported"),
        summary="It is so.",
        one_origin="No other.",
    )
    return claim


def at(record, rest=""):
    return f"{record.get_absolute_url()}{rest}"


def in_claim(case, rest):
    return at(make_claim(case=case), rest)


ACTS: dict[str, Any] = {
    "a case is begun": lambda case: ("ada", "/cases/add/", "", {"title": "Another", "code": "NEW"}),
    "a case is changed": lambda case: ("eve", "/cases/BY/edit/", "", {"title": "Another", "act": "details"}),
    "somebody joins": lambda case: (
        "eve", "/cases/BY/edit/", "", {"email": "zoe@example.org", "role": "reader", "act": "member"}),
    "a document is pasted": lambda case: (
        "ann", "/cases/BY/documents/add/", "", {"text": "The army of Ruritania is 48,000 strong.", "title": "A paper"}),
    "a claim is reworded": lambda case: (
        "ann", in_claim(case, "edit/"), "", {"statement": "The army is 49,000 strong."}),
    "reviewers are asked": lambda case: (
        "eve", in_claim(case, "assign/"), "", {"reviewers": [str(person("ann").pk), str(person("ben").pk)]}),
    "a claim is withdrawn": lambda case: ("eve", in_claim(case, "withdraw/"), "", {"reason": "A doublet."}),
    "evidence is brought": lambda case: (
        "ann", in_claim(case, "evidence/add/"), "",
        {"stance": "supports", "title": "The census", "source_name": "The ministry", "text": "It says 48,000.",
         "quote": "48,000", "bearing": "true", "credibility": "2"}),
    "an absence is recorded": lambda case: (
        "ann", in_claim(case, "absences/add/"), "",
        {"stance": "context", "place": "The archive", "query": "army", "searched": "2023-02-01"}),
    "an answer is given": lambda case: (
        "ann", in_claim(case, "assess/"), "",
        {"rationale": "The census says so.", "rating": rating(case), "was_said": "yes", "confidence": "low",
         "act": "submit"}),
    "a draft is saved": lambda case: (
        "ann", in_claim(case, "assess/"), "", {"rationale": "I wonder.", "act": "draft"}),
    "a verdict is proposed": lambda case: (
        "eve", at(answered(case), "verdict/propose/"), "",
        {"summary": "It is so.", "rating": rating(case), "one_origin": "Nobody else was there."}),
    "a verdict is signed off": lambda case: ("max", at(proposed(case), "verdict/sign-off/"), "", {}),
    "a verdict is sent back": lambda case: (
        "max", at(proposed(case), "verdict/send-back/"), "", {"reason": "Who counted?"}),
    "a comment is made": lambda case: ("ann", in_claim(case, "talk/"), "talk/add/", {"text": "Who counted, @Ben?"}),
    "a source is added": lambda case: ("ann", "/sources/add/", "", {"name": "The ministry"}),
    "a source is graded": lambda case: (
        "ann", at(make_source(case=case)), "grade/", {"letter": "B", "reason": "It was right before."}),
    "an exhibit is changed": lambda case: (
        "ann", at(make_exhibit(case=case), "edit/"), "", {"title": "The census of 2019"}),
    "an exhibit is captured by paste": lambda case: (
        "ann", at(make_exhibit(case=case), "captures/add/"), "", {"text": "The census says 48,000."}),
    "an exhibit is captured by upload": lambda case: (
        "ann", at(make_exhibit(case=case), "captures/add/"), "", {"file": b"The census says 48,000."}),
    "a report is frozen": lambda case: (make_signed(case), "/cases/BY/reports/add/", "", {"act": "make"}),
    "a template is saved": lambda case: (
        make_signed(case), "/cases/BY/reports/add/", "", {"act": "template", "name": "Weekly"}),
    "a scale is made": lambda case: (
        "eve", "/scales/add/", "", {"name": "True or false", **ANSWERS}),
    "a token is made": lambda case: (
        "ann", "/tokens/add/", "", {"name": "Wire feed", "scopes": ["read", "write"], "lasting": "month"}),
    "a token is withdrawn": lambda case: (
        "ann", "/tokens/", f"/tokens/{make_token(owner=person('ann'))[0].pk}/withdraw/", {}),
    "a webhook is made": lambda case: (
        "eve", "/cases/BY/webhooks/add/", "", {"url": "https://hooks.example.org/x", "events": ["claim.signed_off"]}),
    "a webhook is removed": lambda case: ("eve", *hooked(case, "remove/"), {}),
    "a webhook is tested": lambda case: ("eve", *hooked(case, "test/"), {}),
    "one's password is changed": lambda case: (
        "ann", "/accounts/password/change/", "",
        {"oldpassword": "pass-word-1", "password1": "a-walk-by-the-river", "password2": "a-walk-by-the-river"}),
    "codes from an app are set up": lambda case: (
        "ann", "/accounts/2fa/totp/activate/", "",
        {"code": lambda page: code_of(re.findall(r'id="secret">(\w+)<', page)[0])}),
    "a passkey is added": lambda case: (
        "ann", "/accounts/2fa/webauthn/add/", "", {"name": "In the pocket", "credential": '{"key": 1}'}),
    "codes from an app are given up": lambda case: (factors(), "/accounts/2fa/totp/deactivate/", "", {}),
    "recovery codes are made anew": lambda case: (factors(), "/accounts/2fa/recovery-codes/generate/", "", {}),
    "a passkey is removed": lambda case: (
        "ann", f"/accounts/2fa/webauthn/keys/{passkey().pk}/remove/", "", {}),
    "a passkey is renamed": lambda case: (
        "ann", f"/accounts/2fa/webauthn/keys/{passkey().pk}/edit/", "", {"name": "At the desk"}),
    "somebody's second factors are taken away": lambda case: (
        "ada", f"/admin/claims/user/{person(factors()).pk}/factors/", "", {}),
    "an account is closed": lambda case: ("ada", f"/admin/claims/user/{person('rod').pk}/close/", "", {}),
    "a person is removed": lambda case: ("ada", f"/admin/claims/user/{closed('rod').pk}/remove/", "", {}),
    "one's name is changed": lambda case: ("ann", "/you/", "", {"name": "Ann Other"}),
}  # fmt: skip
ANSWERS: dict[str, str] = {
    f"answers-{n}-{name}": value
    for n, answer in enumerate([("true", "True", "supported", "2", "So."), ("false", "False", "refuted", "1", "Not.")])
    for name, value in zip(("code", "label", "look", "position", "meaning"), answer, strict=True)
}


def rating(case):
    return str(case.scale.ratings.get(code="supported").pk)


def person(name):
    return User.objects.get(email=f"{name}@example.org")


def hooked(case, act):
    """The page of a webhook, and the way to what can be done with it there."""
    place = f"/cases/BY/webhooks/{make_webhook(case=case, by=person('eve'))[0].pk}/"
    return place, f"{place}{act}"


def factors():
    """Ann, who has codes from an app and recovery codes."""
    TOTP.activate(person("ann"), generate_totp_secret())
    RecoveryCodes.activate(person("ann"))
    return "ann"


def passkey():
    """A passkey of Ann's."""
    data = {"name": "In the pocket", "credential": {}}
    return Authenticator.objects.create(user=person("ann"), type=Authenticator.Type.WEBAUTHN, data=data)


def closed(name):
    """Somebody whose account is closed."""
    close(person(name), by=person("ada"))
    return person(name)


def make_signed(case):
    make_signed_claim(case=case, reviewers=[person("ann"), person("ben")], editors=(person("eve"), person("max")))
    return "eve"


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


def break_off(done, act, as_):
    """Have an act broken off at each of its writes, then done."""
    who, page, ends, typed = done
    browser = as_(person(who))
    browser.raise_request_exception = False
    address, fields = form_of(browser, page, ends, **typed)
    before = everything()

    for n in range(MOST):
        rewind(fields)
        cache.clear()  # so many tries would be taken for guesses
        with breaking(n) as broken:
            answer = browser.post(address, fields)
        if not broken.failed:
            break
        assert answer.status_code == 503, f"at write {n + 1}: {answer.status_code}"
        assert "Nothing was half-saved" in answer.content.decode()
        changed = [table for table, rows in everything().items() if rows != before[table]]
        assert set(changed) <= HARMLESS | BEFORE.get(act, set()), f"at write {n + 1}"

    said = lxml.html.fromstring(answer.content.decode() or "-").xpath("//*[contains(@class, 'errorlist')]")
    assert n > 0, [each.text_content() for each in said]
    assert answer.status_code in (200, 204, 302), answer.content.decode()[:3000]
    assert everything() != before
    for each in [*Case.objects.all(), None]:
        assert verify(each).fault is None
