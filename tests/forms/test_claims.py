"""Revising a claim by its form: what stands is shown, nothing is overwritten unseen, what is decided stays."""

from decimal import Decimal

from claims.forms.claims import ClaimForm
from claims.models import Claim, Passage
from tests.factories import make_claim, make_document, make_signed_claim

SAID = [
    {"speaker": "The minister", "verb": "said", "hedged": True},
    {"speaker": "A paper", "verb": "", "hedged": False},
]
COUNTED = [{"measure": "strength", "low": Decimal(48000), "unit": "men", "place": "Belarus"}]


def typed(form: ClaimForm, **changes: str) -> dict[str, str]:
    """What a browser would send for the form as it stands, but for some changes."""
    fields = {name: form[name].value() for name in form.fields}
    sent = {name: str(value) for name, value in fields.items() if value is not None and value is not False}
    return sent | changes


def test_a_revision_that_changes_one_thing_leaves_the_rest(case, ann):
    claim = make_claim(case=case, attributions=SAID, quantities=COUNTED)
    revised = ClaimForm(typed(ClaimForm(claim=claim), statement="Better."), claim=claim).revise(ann)

    assert revised is not None
    assert (revised.statement, revised.version) == ("Better.", 1)
    assert [(r.speaker, r.hedged) for r in revised.attributions.all()] == [("The minister", True), ("A paper", False)]
    figure = revised.quantities.get()
    assert (figure.low, figure.unit, figure.place) == (Decimal(48000), "men", "Belarus")


def test_an_emptied_rung_goes_and_the_others_close_up(case, ann):
    claim = make_claim(case=case, attributions=SAID)
    data = typed(ClaimForm(claim=claim), speaker_1="", verb_1="")
    del data["hedged_1"]
    ClaimForm(data, claim=claim).revise(ann)
    assert [(r.position, r.speaker) for r in claim.attributions.all()] == [(1, "A paper")]


def test_a_stale_revision_changes_nothing_and_shows_both(case, ann, ben):
    claim = make_claim(case=case, attributions=SAID)
    mine = typed(ClaimForm(claim=claim), statement="Mine.", speaker_1="The president")
    ClaimForm(typed(ClaimForm(claim=claim), statement="Theirs."), claim=claim).revise(ben)

    form = ClaimForm(mine, claim=Claim.objects.get(pk=claim.pk))
    assert form.revise(ann) is None
    assert form.status == 409
    rows = {label: (stands, sent) for label, stands, sent in form.conflicting()}
    assert rows["The claim"] == ("Theirs.", "Mine.")
    assert "The minister" in rows["Who said it"][0]
    assert "The president" in rows["Who said it"][1]
    claim.refresh_from_db()
    assert claim.statement == "Theirs."


def test_what_was_judged_stays_as_it_was_judged(case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    form = ClaimForm(typed(ClaimForm(claim=claim), statement="Other."), claim=claim)
    assert form.revise(ann) is None
    assert form.status == 409
    assert "stays as it was judged" in str(form.errors)


def test_who_said_it_is_asked_where_the_sentence_tells_of_speech(case):
    text = "The mayor said that the bridge carries 40 tonnes. The town counts 9,000 people."
    document = make_document(case=case, text=text)

    def asked(words: str) -> tuple[bool, str]:
        start = text.index(words)
        group = ClaimForm(passage=Passage.of(document, start, start + len(words))).groups[0]
        return group.open, group.summary

    unnamed = "Who said it, and how: nobody named yet"
    assert asked("the bridge carries 40 tonnes") == (True, unnamed)
    assert asked("The town counts 9,000 people.") == (False, unnamed)
    named = ClaimForm(claim=make_claim(case=case, attributions=SAID)).groups[0]
    assert (named.open, named.summary) == (True, "Who said it")
