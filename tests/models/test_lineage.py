import itertools
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from claims.custody.chain import verify
from claims.models import Entry, Evidence, Exhibit, Lineage, NotNow, Print, Refused, lineage_said, trace, undo, untrace
from tests.at_once import at_once
from tests.factories import keeper, make_claim, make_document, make_evidence, make_exhibit

STORY = (
    "MINSK, Feb 20 (Reuters) – Troops have been massed near the border since the autumn, the ministry said on Monday. "
    "See https://example.org/news/?utm_source=x for more of what was said."
)


def verbs(case) -> list[str]:
    return list(Entry.objects.filter(case=case, thing="lineage").order_by("number").values_list("verb", flat=True))


@pytest.fixture
def a(case) -> Exhibit:
    return make_exhibit(case=case, title="A")


@pytest.fixture
def b(case) -> Exhibit:
    return make_exhibit(case=case, title="B")


@pytest.fixture
def c(case) -> Exhibit:
    return make_exhibit(case=case, title="C")


def test_what_an_exhibit_repeats_is_said_with_a_reason_and_entered(case, ann, a, b):
    made = trace(a, "quotes", b, by=ann, reason=" It says so. ")

    assert (made.exhibit, made.original, made.kind, made.reason, made.made_by) == (a, b, "quotes", "It says so.", ann)
    entry = Entry.objects.get(case=case, thing="lineage")
    assert (entry.verb, entry.label, entry.by) == ("traced", "A quotes B", ann)
    assert entry.parts["after"]["original"] == f"B (#{b.pk})"


def test_it_is_taken_back_once_and_the_log_keeps_both(case, ann, ben, a, b):
    made = trace(a, "wire", b, by=ann, reason="It says so.")
    untrace(made, by=ben)

    assert not Lineage.objects.exists()
    assert verbs(case) == ["traced", "untraced"]
    with pytest.raises(NotNow):
        untrace(made, by=ann)


def test_saying_another_thing_of_the_same_pair_replaces_what_was_said(case, ann, ben, a, b):
    first = trace(a, "quotes", b, by=ann, reason="It says so.")
    again = trace(a, "quotes", b, by=ben, reason="It says so.")
    assert (again.pk, again.made_by) == (first.pk, ann), "nothing new was said"
    changed = trace(a, "translates", b, by=ben, reason="Word for word.")

    assert Lineage.objects.get() == changed == first
    assert (changed.kind, changed.made_by) == ("translates", ben)
    assert verbs(case) == ["traced", "traced"]


def test_one_form_says_it_once(case, ann, a, b):
    made = [trace(a, "quotes", b, by=ann, reason="It says so.", once="form") for _ in range(2)]
    assert made[0] == made[1]
    assert verbs(case) == ["traced"]


@pytest.mark.parametrize("word", ["first_hand", "unknown"])
def test_a_link_replaces_the_word_that_stood_without_one(case, ann, a, b, word):
    trace(a, word, None, by=ann, reason="So it seemed.")
    trace(a, "quotes", b, by=ann, reason="It says so.")

    assert [made.kind for made in a.lineage.all()] == ["quotes"]
    assert verbs(case) == ["traced", "untraced", "traced"]


def test_one_word_replaces_another(case, ann, a):
    trace(a, "unknown", None, by=ann, reason="So it seemed.")
    trace(a, "first_hand", None, by=ann, reason="The author was there.")
    assert [made.kind for made in a.lineage.all()] == ["first_hand"]


@pytest.mark.parametrize("word", ["first_hand", "unknown"])
def test_while_links_stand_no_other_word_is_said(ann, a, b, c, word):
    trace(a, "quotes", b, by=ann, reason="It says so.")
    trace(a, "wire", c, by=ann, reason="It says so.")
    with pytest.raises(Refused, match=r"that it quotes “B”, is wire copy of “C”\. Take that back first") as refusal:
        trace(a, word, None, by=ann, reason="The author was there.")
    assert refusal.value.field == "kind"
    assert a.lineage.count() == 2


def test_a_circle_is_refused_in_a_sentence_that_names_it(ann, a, b, c):
    trace(a, "quotes", b, by=ann, reason="It says so.")
    trace(b, "translates", c, by=ann, reason="It says so.")
    said = "“A” already traces back to “C”: “A” quotes “B”, “B” translates “C”. So this one cannot come from it."
    with pytest.raises(Refused) as refusal:
        trace(c, "wire", a, by=ann, reason="It says so.")
    assert (str(refusal.value), refusal.value.field) == (said, "original")


def test_the_shortest_way_round_is_named_and_a_long_one_is_cut(ann, case, a, b):
    chain = [make_exhibit(case=case, title=f"{n}") for n in range(6)]
    for lower, upper in itertools.pairwise(chain):
        trace(lower, "quotes", upper, by=ann, reason="It says so.")
    with pytest.raises(Refused, match=r"“0” quotes “1”, “1” quotes “2”, “2” quotes “3”, …\."):
        trace(chain[5], "quotes", chain[0], by=ann, reason="It says so.")
    trace(chain[0], "quotes", chain[4], by=ann, reason="It says so.")
    with pytest.raises(Refused, match=r"“0” quotes “4”, “4” quotes “5”\."):
        trace(chain[5], "quotes", chain[0], by=ann, reason="It says so.")


def test_two_ways_to_one_original_are_no_circle(ann, a, b, c):
    for lower, upper in ((a, b), (b, c), (a, c)):
        trace(lower, "quotes", upper, by=ann, reason="It says so.")
    assert Lineage.objects.count() == 3


@pytest.mark.parametrize(
    ("kind", "field"), [("likes", "kind"), ("", "kind"), ("quotes", "original"), ("first_hand", "kind")]
)
def test_what_says_nothing_is_refused_at_its_field(ann, a, b, kind, field):
    with pytest.raises(Refused) as refusal:
        trace(a, kind, b if kind == "first_hand" else None, by=ann, reason="It says so.")
    assert refusal.value.field == field


def test_without_a_reason_with_itself_and_with_another_case_nothing_is_said(ann, a, b):
    for original, reason, field in ((b, "  ", "reason"), (a, "So.", "original"), (make_exhibit(), "So.", "original")):
        with pytest.raises(Refused) as refusal:
            trace(a, "quotes", original, by=ann, reason=reason)
        assert refusal.value.field == field
    assert not Lineage.objects.exists()


def test_lineage_never_closes_a_circle_whoever_writes(a, b, c):
    values = {"reason": "So.", "made_by": keeper(), "kind": "quotes"}
    Lineage(exhibit=a, original=b, **values).store()
    Lineage(exhibit=b, original=c, **values).store()
    with pytest.raises(DatabaseError, match="never traces back to itself"), transaction.atomic():
        Lineage(exhibit=c, original=a, **values).store()
    with pytest.raises(DatabaseError, match="no link leaves its case"), transaction.atomic():
        Lineage(exhibit=c, original=make_exhibit(), **values).store()


def test_what_was_said_is_told_of_many_in_one_query(ann, case, a, b, c, django_assert_num_queries):
    d, e = make_exhibit(case=case), make_exhibit(case=case)
    trace(a, "quotes", b, by=ann, reason="So.")
    trace(a, "wire", c, by=ann, reason="So.")
    trace(b, "first_hand", None, by=ann, reason="So.")
    trace(d, "unknown", None, by=ann, reason="So.")
    with django_assert_num_queries(1):
        said = lineage_said([each.pk for each in (a, b, c, d, e)], "analyst")
    assert said == {
        a.pk: "quotes “B”, is wire copy of “C”",
        b.pk: "speaks at first hand, and repeats nothing",
        d.pk: "repeats something that is not on record",
    }


def test_a_reader_is_not_told_the_title_of_a_withheld_exhibit(ann, case, a):
    secret = make_exhibit(case=case, title="What the clerk wrote")
    make_evidence(claim=make_claim(case=case), exhibit=secret, withheld=True)
    trace(a, "quotes", secret, by=ann, reason="So.")
    assert lineage_said([a.pk], "reader") == {a.pk: "quotes “Exhibit withheld”"}
    assert lineage_said([a.pk], "analyst") == {a.pk: "quotes “What the clerk wrote”"}
    assert list(Exhibit.objects.filter(case=case).shown_to("reader")) == [a]
    assert set(Exhibit.objects.filter(case=case).shown_to("analyst")) == {a, secret}


def test_an_exhibit_that_gets_a_text_gets_its_fingerprints_and_the_agency_it_credits(case, ann):
    exhibit = make_exhibit(case=case)
    assert (exhibit.credit, exhibit.prints.get().value) == ("", 0)
    exhibit.text = STORY
    exhibit.save(by=ann)

    exhibit.refresh_from_db()
    values = set(exhibit.prints.values_list("value", flat=True))
    assert exhibit.credit == "Reuters"
    assert {each for each in values if each < 0} == {Print.of_address("http://example.org/news")}
    assert len([each for each in values if each > 0]) > 2
    assert Entry.objects.filter(case=case, thing="exhibit").latest("number").parts["after"]["credit"] == "Reuters"


def test_the_text_of_a_document_has_them_as_well(case):
    exhibit = make_exhibit(case=case, document=make_document(case=case, text=STORY))
    assert exhibit.credit == "Reuters"
    assert set(exhibit.prints.values_list("value", flat=True)) == set(
        make_exhibit(case=case, text=STORY).prints.values_list("value", flat=True)
    )


def test_a_save_that_leaves_the_text_leaves_the_fingerprints(case, ann):
    exhibit = make_exhibit(case=case, text=STORY)
    keys = set(exhibit.prints.values_list("pk", flat=True))
    exhibit.title = "Another"
    exhibit.save(by=ann)
    assert set(exhibit.prints.values_list("pk", flat=True)) == keys


def test_a_text_too_short_for_any_is_known_to_have_none(case):
    assert make_exhibit(case=case, text="The census says 48,000.").prints.get().value == 0


def test_evidence_with_a_new_text_brings_its_fingerprints(case):
    evidence = make_evidence(claim=make_claim(case=case), exhibit=Exhibit(title="A wire report", text=STORY))
    assert Evidence.objects.get(pk=evidence.pk).cited.credit == "Reuters"
    assert evidence.cited.prints.count() > 3


@pytest.mark.usefixtures("real_transactions")
def test_of_two_who_close_a_circle_at_the_same_instant_one_is_refused(case, ann, ben, a, b):
    results = at_once(
        [lambda: trace(a, "quotes", b, by=ann, reason="So."), lambda: trace(b, "quotes", a, by=ben, reason="So.")]
    )
    assert sorted(type(result).__name__ for result in results) == ["Lineage", "Refused"]
    assert Lineage.objects.count() == 1
    assert verify(case).fault is None


@pytest.mark.usefixtures("real_transactions")
def test_lineage_never_closes_a_circle_however_many_write_at_once_round_the_rules(case, a, b, c):
    by = keeper().pk
    a_to_b, b_to_c, c_to_a = ((lower.pk, upper.pk) for lower, upper in ((a, b), (b, c), (c, a)))

    def insert(ends: tuple[int, int]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claims_lineage (version, exhibit_id, original_id, kind, reason, made_by_id, made_at) "
                "VALUES (0, %s, %s, 'quotes', 'So.', %s, %s)",
                [*ends, by, timezone.now()],
            )
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_sleep(0.2)")  # the others are asked while this one is not committed

    results = at_once([partial(insert, ends) for ends in (a_to_b, b_to_c, c_to_a)])

    refused = [result for result in results if result is not None]
    assert len(refused) == 1
    assert "never traces back to itself" in str(refused[0])
    assert Lineage.objects.count() == 2


def said(exhibit: Exhibit) -> list[tuple[str, Exhibit | None, str]]:
    return [(made.kind, made.original, made.reason) for made in exhibit.lineage.select_related("original")]


def test_undoing_a_link_says_the_word_again_that_it_replaced(case, ann, ben, a, b):
    trace(a, "first_hand", None, by=ann, reason="The author was there.")
    made = trace(a, "quotes", b, by=ann, reason="It says so.")
    assert said(a) == [("quotes", b, "It says so.")]

    again = undo(made, by=ben)

    assert again is not None
    assert again.made_by == ben
    assert said(a) == [("first_hand", None, "The author was there.")]
    assert verbs(case) == ["traced", "untraced", "traced", "untraced", "restored"]
    assert verify(case).fault is None


def test_undoing_another_word_or_another_link_of_the_pair_says_what_stood_before(case, ann, a, b):
    trace(a, "unknown", None, by=ann, reason="So it seemed.")
    undo(trace(a, "first_hand", None, by=ann, reason="The author was there."), by=ann)
    assert said(a) == [("unknown", None, "So it seemed.")]

    trace(b, "quotes", a, by=ann, reason="It says so.")
    changed = trace(b, "wire", a, by=ann, reason="The byline.")
    assert undo(changed, by=ann) == changed
    assert said(b) == [("quotes", a, "It says so.")]
    undo(changed, by=ann)
    assert said(b) == [("wire", a, "The byline.")], "the undoing is undone"


def test_undo_brings_back_nothing_that_somebody_took_back_himself(ann, a, b):
    untrace(trace(a, "first_hand", None, by=ann, reason="So."), by=ann)
    assert undo(trace(a, "quotes", b, by=ann, reason="So."), by=ann) is None
    assert said(a) == []


def test_undo_of_what_is_gone_or_long_past_is_refused(case, ann, a, b, monkeypatch):
    made = trace(a, "quotes", b, by=ann, reason="So.")
    monkeypatch.setattr("claims.models.lineage.LOOKED_AT", 1)
    make_exhibit(case=case)
    with pytest.raises(NotNow, match="Too much was done"):
        undo(made, by=ann)
    untrace(made, by=ann)
    with pytest.raises(NotNow, match="taken back already"):
        undo(made, by=ann)


def test_nothing_is_replaced_of_which_the_person_was_not_told(ann, ben, a, b):
    word = trace(a, "first_hand", None, by=ben, reason="The author was there.")
    with pytest.raises(NotNow, match=r"“The author was there\.”\. Send this once more to replace it"):
        trace(a, "quotes", b, by=ann, reason="So.", warned=[])
    assert said(a) == [("first_hand", None, "The author was there.")]
    assert trace(a, "first_hand", None, by=ann, reason="The author was there.", warned=[]) == word
    trace(a, "quotes", b, by=ann, reason="So.", warned=[word.pk])
    with pytest.raises(NotNow):
        trace(a, "wire", b, by=ann, reason="So.", warned=[word.pk])
    assert said(a) == [("quotes", b, "So.")]
