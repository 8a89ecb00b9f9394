"""What people do here, each by itself: what `test_every_write` breaks off.

Of each act: who does it, the page with the form, how the form's address ends, and what is typed. Without a page what
is typed is sent to the address as it is.
"""

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from claims.loading.deriving import derive_now_or_later
from claims.models import (
    Claim,
    Hypothesis,
    Job,
    Notice,
    Quantity,
    ReportTemplate,
    Scale,
    link,
    merge,
    propose,
    share,
    sign_off,
    tell_apart,
    trace,
)
from claims.models.asking import plan_asking
from claims.models.leaving import close
from claims.models.people import User, set_up_code
from claims.reports.choices import PUBLIC, Choice
from claims.reports.freezing import freeze
from tests.factories import (
    make_absence,
    make_assessment,
    make_capture,
    make_claim,
    make_comment,
    make_document,
    make_evidence,
    make_exhibit,
    make_overruled,
    make_question,
    make_source,
    make_suggestion,
    make_token,
    make_verdict,
    make_webhook,
)
from tests.models.test_scales import ROWS
from tests.views.signing_in import code_of


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
    "a comment is made": lambda case: ("ann", in_claim(case, "talk/"), "add/", {"text": "Who counted, @Ben?"}),
    "a source is added": lambda case: ("ann", "/sources/add/", "", {"name": "The ministry"}),
    "a source is graded": lambda case: (
        "ann", at(make_source(case=case)), "grade/", {"letter": "B", "reason": "It was right before."}),
    "an exhibit is changed": lambda case: (
        "ann", at(make_exhibit(case=case), "edit/"), "", {"title": "The census of 2019"}),
    "an exhibit is captured by paste": lambda case: (
        "ann", at(make_exhibit(case=case), "captures/add/"), "", {"text": "The census says 48,000."}),
    "an exhibit is captured by upload": lambda case: (
        "ann", at(make_exhibit(case=case), "captures/add/"), "", {"file": b"The census says 48,000."}),
    "a report is frozen": lambda case: (with_report(case), "/cases/BY/reports/add/", "", {"act": "make"}),
    "a template is saved": lambda case: (
        with_report(case), "/cases/BY/reports/add/", "", {"act": "template", "name": "Weekly"}),
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

    # ---- documents and claims
    "a document is renamed": lambda case: ("ann", at(make_document(case=case), "edit/"), "", {"title": "A memo"}),
    "selected words become a claim": lambda case: (
        "ann", "", at(make_document(case=case), "claims/add/?start=68&end=93"),
        {"statement": "Troops have been massed.", "kind": "event"}),
    "a suggestion becomes a claim": lambda case: ("ann", "", suggested(case, "make/"), {}),
    "a suggestion is dismissed": lambda case: ("ann", "", suggested(case, "dismiss/"), {}),
    "a suggestion is decided anew": lambda case: ("ann", "", dismissed(case, "undo/"), {}),
    "a claim made of a suggestion is taken back": lambda case: ("ann", "", taken(case, "undo/"), {}),
    "a table of claims is imported": lambda case: (
        "ann", "/cases/BY/claims/import/", "", {"file": b"statement\nThe army is 48,000 strong.\n"}),
    "a job is stopped": lambda case: (
        "ann", "", f"/cases/BY/jobs/{Job.objects.create(case=case, by=person('ann'), task='files').pk}/cancel/", {}),
    "a claim is reopened": lambda case: ("eve", at(signed(case), "reopen/"), "", {"reason": "A new census."}),
    "claims are assigned in a case": lambda case: ("eve", "", "/cases/BY/assign/", assigning(case)),
    "claims are linked": lambda case: (
        "ann", "", in_claim(case, "links/add/"), {"other": make_claim(case=case).ref, "kind": "contradicts"}),
    "claims are parted": lambda case: ("ann", "", linked(case), {}),
    # ---- evidence
    "evidence is changed": lambda case: ("ann", at(brought(case).claim, "evidence/1/edit/"), "", {"stance": "refutes"}),
    "an absence is changed": lambda case: (
        "ann", at(make_absence(claim=make_claim(case=case)).claim, "evidence/1/edit/"), "", {"query": "the order"}),
    "evidence is rated": lambda case: (
        "ann", at(unrated(case), "evidence/1/rate/"), "", {"credibility": "2"}),
    "evidence is removed": lambda case: ("ann", at(brought(case).claim, "evidence/1/remove/"), "", {}),
    "evidence is restored": lambda case: ("ann", at(removed(case), "evidence/1/restore/"), "", {}),
    "evidence counts something": lambda case: (
        "ann", at(brought(case).claim, "evidence/1/figures/"), "",
        {"measure_1": "strength", "low_1": "52", "high_1": "52", "unit_1": "thousand men"}),
    "two figures are told apart": lambda case: (
        "ann", "", at(counted(case), "figures/"), {**pair(), "reason": "The census counts reserves."}),
    "two figures are the same again": lambda case: (
        "ann", "", at(told(case), "figures/"), {**pair(), "reason": "-", "act": "undo"}),
    "a hypothesis is added": lambda case: (
        "ann", in_claim(case, "hypotheses/add/"), "", {"statement": "Nobody knows."}),
    "a hypothesis is set aside": lambda case: ("ann", at(weighed(case), "hypotheses/1/retire/"), "", {}),
    "a hypothesis is brought back": lambda case: ("ann", at(set_aside(case), "hypotheses/1/restore/"), "", {}),
    "hypotheses are marked": lambda case: (
        "ann", at(weighed(case), "hypotheses/"), "", {"mark-1-1": "C", "mark-2-1": "II"}),
    "it is said whence an exhibit has it": lambda case: (
        "ann", "", at(make_exhibit(case=case), "trace/"),
        {"kind": "wire", "reason": "The byline.", "original": str(make_exhibit(case=case).pk)}),
    "what was said of an exhibit is taken back": lambda case: ("ann", "", traced(case), {}),
    "a likeness is dismissed": lambda case: (
        "ann", "", at(make_exhibit(case=case), f"trace/{make_exhibit(case=case).pk}/dismiss/"), {}),
    "an exhibit takes a capture's text": lambda case: ("ann", "", captured(case), {}),
    # ---- answers and verdicts
    "an answer is changed": lambda case: (
        "ann", at(answered(case), "assess/again/"), "",
        {"rationale": "The census was wrong.", "moved_reason": "The census.", "rating": rating(case, "refuted")}),
    "a changed verdict is proposed as it stands": lambda case: ("eve", at(moved(case), "verdict/renew/"), "", {}),
    "a reviewer replies to a verdict": lambda case: (
        "ben", overruled(case), "", {"text": "The census is of 2019."}),
    "a reviewer leaves it at a verdict": lambda case: ("ben", overruled(case), "", {"act": "leave"}),
    "a verdict is upheld": lambda case: ("max", at(shaken(case), "changes/uphold/"), "", {"reason": "It holds."}),
    "a question is given to somebody": lambda case: (
        "ann", make_question(claim=make_claim(case=case)).get_absolute_url(), "", {"owner": str(person("ben").pk)}),
    "a comment is changed": lambda case: (
        "ann", talked(case, "edit/"), "", {"text": "Who counted, @Eve?"}),
    "a comment is resolved": lambda case: ("ann", "", talked(case, "resolve/"), {"done": "1"}),
    # ---- sources
    "a source is changed": lambda case: ("ann", at(make_source(case=case), "edit/"), "", {"name": "The ministry"}),
    "sources are merged": lambda case: ("ann", "", *merging(case)),
    "sources are parted": lambda case: ("ann", "", at(merged(case), "part/"), {}),
    "sources are imported": lambda case: (
        "ann", "", "/sources/import/",
        {"case": str(case.pk), "text": "name\nBelta\nInterfax", "import": "1", "once": str(uuid.uuid4())}),
    # ---- reports
    "formats of a report are ordered": lambda case: ("eve", "", f"{reported(case)}render/", {}),
    "a bundle is ordered": lambda case: ("eve", "", f"{reported(case)}bundle/", {}),
    "a report is shared": lambda case: ("eve", f"{reported(case)}shares/add/", "", {"lasting": "month"}),
    "a share is withdrawn": lambda case: ("eve", "", shared(case), {}),
    "a template is renamed": lambda case: ("eve", f"{template(case)}edit/", "", {"name": "Monthly"}),
    "a template is deleted": lambda case: ("eve", "", f"{template(case)}delete/", {}),
    # ---- cases, people and their accounts
    "a member has another role": lambda case: (
        "eve", "", "/cases/BY/edit/", {"act": "role", **member(case, "ann"), "role": "reader"}),
    "a member is removed": lambda case: (
        "eve", "", "/cases/BY/edit/", {"act": "remove", **member(case, "ann")}),
    "a scale is changed": lambda case: ("eve", own_scale(), "", {"name": "Yes or no"}),
    "a scale is retired": lambda case: ("eve", "", own_scale(), {"act": "retire"}),
    "a scale is offered again": lambda case: ("eve", "", own_scale(retired=True), {"act": "offer"}),
    "a notice is read": lambda case: ("ann", "", f"/notices/{noticed(case)}/open/", {}),
    "all notices are read": lambda case: ("ann", "", "/notices/read/", {"of": noticed(case)}),
    "all sessions are ended": lambda case: (
        "ann", "", "/accounts/sessions/end/", {"of": make_token(owner=person("ann"))[0].pk}),
    "a provider is untied": lambda case: ("ann", "", "/accounts/provider/untie/", {"of": tied()}),
    "the first administrator is made": lambda case: (
        None, "", nobody_yet(),
        {"name": "Ada", "email": "ada@example.net", "password": "a-walk-by-the-river",
         "again": "a-walk-by-the-river"}),
}  # fmt: skip
ANSWERS: dict[str, str] = {
    f"answers-{n}-{name}": value
    for n, answer in enumerate([("true", "True", "supported", "2", "So."), ("false", "False", "refuted", "1", "Not.")])
    for name, value in zip(("code", "label", "look", "position", "meaning"), answer, strict=True)
}


def rating(case, code="supported"):
    return str(case.scale.ratings.get(code=code).pk)


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


def signed(case):
    """A claim that went through its whole life, on one piece of evidence."""
    claim = brought(case).claim
    for name in ("ann", "ben"):
        make_assessment(claim=claim, by=person(name))
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=person("eve"), signed_by=person("max"))
    return Claim.objects.get(pk=claim.pk)


def with_report(case):
    signed(case)
    return "eve"


def suggested(case, act):
    made = make_suggestion(case=case)
    return at(made.document, f"suggestions/{made.pk}/{act}")


def dismissed(case, act):
    made = make_suggestion(case=case)
    made.dismiss(by=person("ann"))
    return at(made.document, f"suggestions/{made.pk}/{act}")


def taken(case, act):
    made = make_suggestion(case=case)
    made.make_claim(by=person("ann"))
    return at(made.document, f"suggestions/{made.pk}/{act}")


def assigning(case):
    """What the form holds once its plan was seen."""
    claim, people = make_claim(case=case), [person("ann"), person("ben")]
    keys = [one.pk for one in people]
    seen = plan_asking(case, [claim.number], keys).seen
    return {
        "claim": str(claim.number),
        "reviewers": [str(key) for key in keys],
        "how": "all",
        "act": "ask",
        "seen": seen,
    }


def linked(case):
    claim = make_claim(case=case)
    made = link(claim, make_claim(case=case), "contradicts", by=person("ann"))
    return at(claim, f"links/{made.pk}/remove/")


def brought(case, **fields):
    """A piece of evidence for a claim."""
    return make_evidence(claim=make_claim(case=case), by=person("eve"), **fields)


def unrated(case):
    """A claim with evidence whose source is hidden until it is rated."""
    case.hides_sources = True
    case.save(by=person("eve"))
    return brought(case, credibility="").claim


def removed(case):
    """A claim whose evidence was removed."""
    item = brought(case)
    item.remove(by=person("eve"))
    return item.claim


def counted(case):
    """A claim that counts one thing, and evidence that counts it otherwise."""
    item = brought(case)
    for owner, low in ((item.claim, 48_000), (item, 52_000)):
        row = {"measure": "strength", "low": Decimal(low), "high": Decimal(low), "unit": "men", "entity": "Army"}
        owner.set_quantities([row], by=person("ann"))
    return item.claim


def pair():
    return dict(
        zip(("one", "other"), map(str, Quantity.objects.order_by("pk").values_list("pk", flat=True)), strict=True)
    )


def told(case):
    """The same, told apart."""
    claim = counted(case)
    tell_apart(*Quantity.objects.order_by("pk"), by=person("ann"), reason="Reserves.")
    return claim


def weighed(case):
    """A claim with evidence and two hypotheses."""
    claim = brought(case).claim
    for statement in ("It is 48,000 strong.", "It is larger by now."):
        Hypothesis.put(claim, by=person("ann"), statement=statement)
    return claim


def set_aside(case):
    claim = weighed(case)
    claim.hypotheses.get(number=1).retire(by=person("ann"))
    return claim


def traced(case):
    exhibit = make_exhibit(case=case)
    made = trace(exhibit, "wire", make_exhibit(case=case), by=person("ann"), reason="The byline.")
    return at(exhibit, f"lineage/{made.pk}/remove/")


def captured(case):
    """The way to have an exhibit hold the text of its capture."""
    exhibit = make_exhibit(case=case, text="It says something.")
    made = make_capture(exhibit=exhibit, content=b"The census says 48,000.", name="a.txt")
    derive_now_or_later(made, by=person("ann"))
    return at(made.exhibit, f"captures/{made.pk}/text/use/")


def moved(case):
    """A claim with a proposal, whose evidence is of a source that was graded since."""
    claim = brought(case).claim
    for name in ("ann", "ben"):
        make_assessment(claim=claim, by=person(name))
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=person("eve"))
    claim.evidence.get().exhibit.source.grade("B", by=person("ann"), reason="It was right before.")
    return claim


def shaken(case):
    """A claim that was signed off, and rests on a source that was graded since."""
    claim = signed(case)
    claim.evidence.get().exhibit.source.grade("E", by=person("ann"), reason="It invents.")
    return claim


def overruled(case):
    verdict = make_overruled(case=case, reviewers=[person("ann"), person("ben")], editor=person("eve"))
    sign_off(verdict.claim, by=person("max"))
    return at(verdict.claim, f"verdict/{verdict.pk}/reply/")


def talked(case, act):
    made = make_comment(claim=make_claim(case=case), by=person("ann"))
    return at(made.claim, f"talk/{made.pk}/{act}")


def merging(case):
    """The way to merge two sources, and what is typed."""
    one, other = make_source(case=case, by=person("ann")), make_source(case=case, by=person("ann"))
    typed = {"other": str(other.pk), "keep": str(one.pk), "reason": "One editor, one address."}
    return at(one, "merge/"), typed


def merged(case):
    """A source that was merged into another."""
    one, other = make_source(case=case, by=person("ann")), make_source(case=case, by=person("ann"))
    merge(one, other, by=person("ann"), reason="One editor, one address.")
    return one


def reported(case):
    signed(case)
    made = freeze(case, case.claims.all(), by=person("eve"), title="Strong?", choice=Choice(audience=PUBLIC))
    return made.get_absolute_url()


def shared(case):
    page = reported(case)
    made, _token = share(case.reports.get(), by=person("eve"), until=timezone.now() + datetime.timedelta(days=9))
    return f"{page}shares/{made.pk}/withdraw/"


def template(case):
    made = ReportTemplate(case=case, name="Weekly", choice={})
    made.save(by=person("eve"))
    return f"/cases/BY/reports/templates/{made.pk}/"


def member(case, name):
    found = case.memberships.get(user=person(name))
    return {"member": str(found.pk), "version": str(found.version)}


def own_scale(*, retired=False):
    """The page of a scale on which no case judges."""
    made = Scale().revise("True or false", ROWS, by=person("eve"))
    if retired:
        made.retire(by=person("eve"))
    return made.get_absolute_url()


def noticed(case):
    """A notice to Ann."""
    make_comment(claim=make_claim(case=case), by=person("ben"), text="Who counted, @Ann?")
    return Notice.objects.get(user=person("ann")).pk


def tied():
    """A provider that may sign Ann in too."""
    return SocialAccount.objects.create(user=person("ann"), provider="oidc", uid="p-17").pk


def nobody_yet():
    """The page on which an installation without an administrator is given one."""
    for each in User.objects.administrators():
        each.is_superuser = False
        each.save(by=person("eve"))  # nobody's own save touches their rights
    return f"/set-up/{set_up_code()}/"
