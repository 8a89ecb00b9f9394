"""A case goes out as a bundle, comes in as another, goes out again: what the two reports say is the same."""

import datetime
import random
from decimal import Decimal

import pytest

from claims.custody.chain import broken_seals
from claims.loading.sample import load_sample
from claims.models import (
    Assessment,
    Case,
    Claim,
    Comment,
    Evidence,
    EvidenceChange,
    Exhibit,
    OpenQuestion,
    Passage,
    Quantity,
    Refused,
    Role,
    Source,
    Status,
    Verdict,
    assign,
    comment,
    merge,
    reconsider,
    reply,
    resolve,
    send_back,
    sign_off,
    tell_apart,
    trace,
    uphold,
)
from tests.factories import (
    make_absence,
    make_assessment,
    make_capture,
    make_claim,
    make_document,
    make_evidence,
    make_exhibit,
    make_question,
    make_source,
    make_verdict,
)
from tests.loading.bundling import few_formats, round_trip, settle

AUDIENCES = ["public", "internal"]
ARABIC = "قال الوزير إن الجيش يضم 48,000 رجل 😀. " * 3
LONG = "The minister said the force should comprise 100,000 to 150,000 men. " * 12 + "The army is 48,000 strong."
RATINGS = ["supported", "partly", "refuted", "not-enough"]
STEPS = 400
SEEDS = [102, 106, 110, 201]  # each of them has found something that did not come back


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    few_formats(monkeypatch)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_sample_case_comes_back_as_it_was(db, zoe, tmp_path, audience):
    case = load_sample()
    editor = case.memberships.filter(role=Role.EDITOR)[0].user
    differing, new = round_trip(case, editor, zoe, tmp_path, audience=audience)
    assert differing == []
    assert list(broken_seals(new)) == []


class Walk:
    """People of a case who do one thing after another, as they come; what a rule refuses they let be."""

    def __init__(self, case, seed, people):
        self.case, self.draw = case, random.Random(seed)
        self.ann, self.ben, self.eve, self.max = people
        self.reviewers, self.editors = [self.ann, self.ben], [self.eve, self.max]
        self.texts = [make_document(case=case, text=text, title=title, by=self.ann, language=language)
                      for text, title, language in ((LONG, "A briefing", "en"), (ARABIC, "خبر", "ar"))]  # fmt: skip
        self.done = set()

    def run(self):
        acts = [name for name in dir(type(self)) if name.startswith("do_")]
        for _step in range(9):
            self.do_claim()
        for _step in range(STEPS):
            act = self.draw.choice(acts)
            try:
                getattr(self, act)()
                self.done.add(act)
            except (Refused, IndexError):
                pass  # not now, or nothing there yet

    def any(self, rows):
        return self.draw.choice(list(rows.order_by("pk")))

    def claim(self, *statuses):
        claims = Claim.objects.filter(case=self.case)
        return self.any(claims.filter(status__in=statuses) if statuses else claims)

    def item(self):
        return self.any(Evidence.objects.standing().filter(claim__case=self.case, exhibit__isnull=False))

    def exhibit(self):
        return self.any(self.case.exhibits)

    def source(self):
        return self.any(Source.objects.filter(cases=self.case, merged_into=None))

    def do_claim(self):
        document, exact = self.draw.choice([(self.texts[0], "48,000"), (self.texts[1], "48,000 رجل 😀"), (None, "")])
        kind = self.draw.choice(["quantity", "event", "plan", "forecast", "state", "other"])
        dates = {name: datetime.date(2023, 2, self.draw.randint(1, 28)) for name in ("as_of", "resolves_on")}
        claim = make_claim(case=self.case, document=document, exact=exact, kind=kind, by=self.ann, **dates)
        claim.set_attributions(
            [{"speaker": f"Speaker {n}", "verb": "said", "hedged": bool(n), "basis": basis}
             for n, basis in enumerate(self.draw.sample(["on_record", "anonymous", "document", "hearsay"], 2))],
            by=self.ann,
        )  # fmt: skip
        low, high = sorted([self.draw.randint(-9, 10**9), self.draw.randint(-9, 10**9)])
        figure = {"measure": "strength", "low": Decimal(low) / 100, "high": Decimal(high), "unit": "men"}
        claim.set_quantities(
            [figure, {"measure": "year", "high": Decimal(2030)}][: self.draw.randint(0, 2)], by=self.ann
        )

    def do_another_passage(self):
        start = self.draw.randint(0, 60)
        passage = Passage.of(self.texts[0], start, start + 20)
        passage.claim = self.claim("open", "in_review")
        if not passage.claim.passages.filter(start=passage.start, document=passage.document).exists():
            passage.save(by=self.ann)

    def do_cite(self):
        text = self.draw.choice(["", "The census says 48,000.", "The census says 48,000. " * 30])
        held = self.draw.choice([None, None, self.texts[0]])
        quote = "48,000" if text or held else self.draw.choice(["", "As it is told."])
        level = self.draw.choice(["", "primary", "secondary"])
        make_evidence(
            claim=self.claim("open", "in_review", "to_decide"), by=self.ann, quote=quote, level=level,
            level_reason="It says so." if level else "", stance=self.draw.choice(["supports", "refutes", "context"]),
            bearing=self.draw.choice(["said", "true"]), where="page 3", note="A note.",
            credibility=self.draw.choice("23456"), withheld=self.draw.random() < 0.2,
            source=self.source() if self.draw.random() < 0.5 else make_source(case=self.case, kind="outlet"),
            exhibit=Exhibit(title="A post", document=held, text="" if held else text, language="be",
                            url=self.draw.choice(["", "https://example.org/post"])),
        )  # fmt: skip

    def do_cite_again(self):
        Evidence.cite(self.claim("open", "in_review"), by=self.ben, source=None, exhibit=self.exhibit(),
                      stance="supports", credibility="3")  # fmt: skip

    def do_search(self):
        make_absence(claim=self.claim("open", "in_review"), by=self.ben, languages="be, ru", limits="Not the archive.",
                     since=datetime.date(2022, 1, 1), until=datetime.date(2023, 1, 1))  # fmt: skip

    def do_remove(self):
        self.item().remove(by=self.ann)

    def do_figures(self):
        item = self.item()
        item.set_quantities([{"measure": "strength", "low": Decimal(60000), "unit": "men"}], by=self.ann)
        own = Quantity.objects.filter(claim=item.claim, measure="strength")[0]
        if self.draw.random() < 0.5:
            tell_apart(own, item.quantities.get(), by=self.ann, reason="One counts reserves.")

    def do_grade(self):
        self.source().grade(self.draw.choice("ABCDEF"), by=self.ann, reason="It was right at times.")

    def do_merge(self):
        merge(self.source(), self.source(), by=self.ann, reason="They have one desk.")

    def do_trace(self):
        kind = self.draw.choice(["first_hand", "unknown", "quotes", "translates", "wire", "derived"])
        original = None if kind in ("first_hand", "unknown") else self.exhibit()
        trace(self.exhibit(), kind, original, by=self.ann, reason="It says so.")

    def do_trace_to_uncited(self):
        title = f"The letter {self.draw.randint(1, 3)}"
        trace(self.exhibit(), "derived", make_exhibit(case=self.case, title=title), by=self.ann, reason="It says so.")

    def do_capture(self):
        make_capture(exhibit=self.exhibit(), by=self.ann, content=self.draw.choice([b"one", b"two", b"three"]))

    def do_ask(self):
        assign(self.claim("open", "in_review"), self.draw.sample(self.reviewers, self.draw.randint(1, 2)), by=self.eve)

    def do_assess(self):
        claim = self.claim("open", "in_review")
        items = list(claim.evidence.standing().order_by("pk"))
        parts = {"place": {"rating": "supported", "note": "There."}, "time": {"rating": None}}
        make_assessment(
            claim=claim, by=self.draw.choice(self.reviewers), rating=self.draw.choice(RATINGS), was_said="yes",
            likelihood=self.draw.choice(["", "likely"]), confidence=self.draw.choice(["", "moderate"]),
            relied_on=self.draw.sample(items, min(2, len(items))), facets=self.draw.choice([{}, parts]),
            override_reason="The place weighs little.",
        )  # fmt: skip

    do_assess_more = do_assess_still_more = do_assess

    def do_reconsider(self):
        claim, by = self.claim("in_review", "to_decide"), self.draw.choice(self.reviewers)
        rating = self.case.rating(self.draw.choice(RATINGS[:3]))
        reconsider(claim, by=by, rating=rating, rationale="It is so.", reason="The other is right.")

    def do_propose(self):
        rating, why = self.draw.choice(RATINGS), self.draw.choice(["", "sources", "scale"])
        make_verdict(claim=self.claim("to_decide"), by=self.draw.choice(self.editors), rating=rating, difference=why)

    do_propose_more = do_propose

    def do_sign_off(self):
        sign_off(self.claim("proposed"), by=self.draw.choice(self.editors))

    do_sign_off_more = do_sign_off

    def do_send_back(self):
        if self.draw.random() < 0.3:
            send_back(self.claim("proposed"), by=self.draw.choice(self.editors), reason="Say more.")

    def do_reopen(self):
        if self.draw.random() < 0.5:
            self.claim("signed_off", "withdrawn").reopen(by=self.eve, why="A letter was found.")

    def do_withdraw(self):
        if self.draw.random() < 0.2:
            self.claim("open", "in_review", "proposed").withdraw(by=self.eve, why="It is not said.")

    def do_reply(self):
        reply(self.any(Verdict.objects.filter(claim__case=self.case)), by=self.ben, text="The census is of 2019.")

    def do_uphold(self):
        change = self.any(EvidenceChange.objects.filter(claim__case=self.case, answered_at=None))
        uphold(
            change.claim, by=self.draw.choice(self.editors), reason="It was (not) told: so, 1 Jan 2020.", upto=change.pk
        )

    def do_question(self):
        made = make_question(claim=self.claim(), by=self.eve, owner=self.draw.choice([None, self.ann]),
                             due=datetime.date(2027, 1, 1))  # fmt: skip
        if self.draw.random() < 0.4:
            made.state, made.answer = self.draw.choice([OpenQuestion.State.DROPPED, OpenQuestion.State.ANSWERED]), "So."
            made.closed_by, made.closed_at = self.eve, made.added_at
            made.save(by=self.eve)

    def do_comment(self):
        said = comment(self.claim(), by=self.draw.choice(self.reviewers), text="It counts conscripts.")
        if self.draw.random() < 0.5:
            comment(said.claim, by=self.eve, text="It does not.", parent=said)

    def do_resolve(self):
        resolve(self.any(Comment.objects.filter(claim__case=self.case, parent=None)), by=self.ann)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_people_did_in_a_case_comes_back_as_it_was(case, ann, ben, eve, max_, zoe, tmp_path, seed, audience):
    walk = Walk(case, seed, (ann, ben, eve, max_))
    walk.run()
    differing, new = round_trip(case, eve, zoe, tmp_path, audience=audience)
    assert differing == []
    assert list(broken_seals(new)) == []


def test_the_walks_come_to_every_status_and_do_everything(case, ann, ben, eve, max_):
    walk, seen = Walk(case, 0, (ann, ben, eve, max_)), set()
    for seed in SEEDS:
        walk.draw = random.Random(seed)
        walk.run()
        seen |= set(Claim.objects.filter(case=case).values_list("status", flat=True))
    assert seen == set(Status.values)
    assert walk.done == {name for name in dir(Walk) if name.startswith("do_")}


def test_exhibits_share_an_origin_again_whatever_it_was_that_they_shared(case, ann, eve, zoe, tmp_path):
    claim = make_claim(case=case)
    agency, where = make_source(case=case, name="Agency"), "https://example.org/one"
    uncited = make_exhibit(case=case, title="The page", url=where)
    trace(make_evidence(claim=claim, source=agency).cited, "quotes", uncited, by=ann, reason="It says so.")
    make_evidence(claim=claim, source=None, exhibit=Exhibit(title="The same page", url=where))
    for n in range(2):  # two letters of one withheld source, and a third of another
        source = agency if n else make_source(case=case, name="Halina Kavalenka")
        make_evidence(claim=claim, source=source, withheld=not n, exhibit=Exhibit(title=f"Letter {n}", text="Short."))
    hidden = case.exhibits.get(title="Letter 0").source
    make_evidence(claim=claim, source=hidden, exhibit=Exhibit(title="Another letter"))
    make_capture(exhibit=case.exhibits.get(title="Another letter"), content=b"same")
    make_capture(exhibit=uncited, content=b"same")
    assert round_trip(case, eve, zoe, tmp_path)[0] == []


def test_two_people_of_one_name_stay_two(case, ann, ben, eve, max_, zoe, tmp_path):
    for person in (ben, eve, max_):
        person.name = "Ann"
        person.save(by=person)
    claim = make_claim(case=case)
    settle(claim, (ann, ben), (eve, max_))
    assert round_trip(case, eve, zoe, tmp_path)[0] == []
    new = Case.objects.get(code="NEW")
    assert len({answer.reviewer for answer in Assessment.objects.filter(claim__case=new)}) == 2


def test_an_answer_that_was_changed_follows_the_first_again(case, ann, ben, eve, max_, zoe, tmp_path):
    claim = make_claim(case=case)
    make_assessment(claim=claim, by=ann, rating="refuted")
    make_assessment(
        claim=Claim.objects.get(pk=claim.pk), by=ben, facets={"place": {"rating": "supported", "note": "x"}}
    )
    said = {"rating": case.rating("supported"), "rationale": "It is so.", "reason": "Ben is right."}
    reconsider(Claim.objects.get(pk=claim.pk), by=ann, **said)
    make_verdict(claim=Claim.objects.get(pk=claim.pk), by=eve, signed_by=max_)
    assert round_trip(case, eve, zoe, tmp_path)[0] == []
    assert list(broken_seals(Case.objects.get(code="NEW"))) == []


def test_evidence_that_waits_for_its_rating_waits_for_it_here(case, ann, eve, zoe, tmp_path):
    case.hides_sources = True
    case.save(by=eve)
    make_evidence(claim=make_claim(case=case), by=ann, credibility="")
    assert round_trip(case, eve, zoe, tmp_path)[0] == []
    assert Evidence.objects.get(claim__case__code="NEW").waits_for_rating
