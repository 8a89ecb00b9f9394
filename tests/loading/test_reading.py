"""A document laid out for reading, a part at a time."""

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from claims.custody import guards
from claims.loading.reading import (
    Part,
    best_first,
    covered,
    laid_out,
    next_pending,
    orphans_of,
    part,
    part_at,
    passages_in,
    suggested_in,
)
from claims.models import Document, Suggestion
from tests.factories import make_claim, make_document, make_suggestion

LONG = "".join(f"Sentence number {n} says that the army is 48,000 strong.\n\n" for n in range(3000))


def there(document: Document, number: int) -> Part:
    """A part that the document has."""
    found = part(document, number)
    assert found is not None
    return found


def test_the_parts_are_the_whole_text_and_every_place_is_in_its_part(case):
    document = make_document(case=case, text=LONG)
    first = there(document, 1)
    pages = [there(document, n) for n in range(1, first.count + 1)]

    assert first.count > 3
    assert "".join(page.text for page in pages) == LONG
    assert part(document, first.count + 1) is None
    assert part(document, 0) is None
    for page in pages:
        assert part_at(document, page.start) == page
        assert part_at(document, page.end - 1) == page


def test_only_marks_of_the_part_are_read(case):
    document = make_document(case=case, text=LONG)
    near = make_claim(document=document, exact="Sentence number 5 says")
    make_claim(document=document, exact="Sentence number 2900 says")
    assert [passage.claim for passage in passages_in(document, there(document, 1)).marked] == [near]


def test_a_mark_over_the_end_of_a_part_is_in_both(case):
    document = make_document(case=case, text=LONG)
    edge = there(document, 1).end
    claim = make_claim(document=document, exact=LONG[edge - 40 : edge + 20])

    for number in (1, 2):
        here = there(document, number)
        runs = [
            run for paragraph in laid_out(here, passages_in(document, here).marked) for run in paragraph if run.layers
        ]
        assert runs
        assert all(layer.record == claim for run in runs for layer in run.layers)
        assert all(LONG[run.start : run.start + len(run.text)] == run.text for run in runs)


def test_overlapping_marks_lie_one_on_the_other(case):
    document = make_document(case=case)
    outer = make_claim(document=document, exact="should comprise 100,000 to 150,000 men")
    inner = make_claim(document=document, exact="150,000 men.")
    here = there(document, 1)

    runs = [run for paragraph in laid_out(here, passages_in(document, here).marked) for run in paragraph if run.layers]
    assert [[layer.record for layer in run.layers] for run in runs] == [[outer], [outer, inner], [inner]]
    assert [[layer.begins for layer in run.layers] for run in runs] == [[True], [False, True], [False]]


def test_a_crowd_of_marks_is_bounded(case, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("claims.loading.reading.MOST_MARKS", 3)
    monkeypatch.setattr("claims.loading.reading.MOST_SUGGESTED", 2)
    document = make_document(case=case)
    for _ in range(5):
        make_claim(document=document, exact="48,000 strong")
    low, mid, best = (
        make_suggestion(document=document, exact=words, score=score)
        for words, score in [("The minister said", 0.1), ("Minsk claims", 0.5), ("The army", 0.9)]
    )
    here = there(document, 1)
    with django_assert_num_queries(1):
        passages = passages_in(document, here)
    assert (len(passages.marked), passages.crowded) == (3, True)
    with django_assert_num_queries(1):
        assert suggested_in(document, here) == [mid, best], "the best, in reading order"
    assert suggested_in(document, here, low) == [low, mid, best], "and the chosen one"


def test_the_text_is_read_once(case, django_assert_num_queries):
    document = make_document(case=case, text=LONG)
    light = Document.objects.light().get(pk=document.pk)
    with django_assert_num_queries(1):
        here = there(light, 2)
        assert part_at(light, here.start) == here
    assert "content" in light.get_deferred_fields()


def test_what_is_decided_is_marked_no_more_unless_it_is_chosen(case, ann):
    document = make_document(case=case)
    suggestion = make_suggestion(document=document)
    suggestion.dismiss(by=ann)
    assert suggested_in(document, there(document, 1)) == []
    assert suggested_in(document, there(document, 1), suggestion) == [suggestion]


def test_a_withdrawn_claim_is_not_marked_unless_it_is_chosen(case, eve):
    document = make_document(case=case)
    claim = make_claim(document=document, exact="48,000").withdraw(by=eve, why="Made by mistake.")
    here = there(document, 1)
    assert [each.claim for each in passages_in(document, here).withdrawn] == [claim]
    assert [each.claim for each in passages_in(document, here, claim).marked] == [claim]


def test_of_two_marks_on_the_same_words_the_one_beneath_is_named(case):
    document = make_document(case=case)
    above = make_claim(document=document, exact="The army is 48,000 strong.")
    beneath = make_suggestion(document=document)  # found after the claim was made
    here = there(document, 1)

    laid = laid_out(here, passages_in(document, here).marked, suggested_in(document, here))
    marked = [run for paragraph in laid for run in paragraph if run.layers]
    assert [[layer.record for layer in run.layers] for run in marked] == [[beneath, above]]
    assert [run.opens.record for run in marked if run.opens] == [above]
    assert [layer.record for layer in covered(laid)] == [beneath]


def test_each_page_is_named_where_it_begins_also_within_a_mark(case):
    text = "First page.\n\nA sentence that goes over the page ends here.\n\nLast page."
    over, last = text.index("over"), text.index("\n\nLast")
    document = make_document(case=case, text=text, pages=[0, over, last, last])
    make_claim(document=document, exact="goes over the page")
    here = there(document, 1)

    laid = laid_out(here, passages_in(document, here).marked, (), document.pages)
    runs = [run for paragraph in laid for run in paragraph]
    assert [(run.page, run.text.split()[0]) for run in runs if run.page] == [(1, "First"), (2, "over"), (4, "Last")]
    assert [run.text for run in runs if run.layers] == ["goes ", "over the page"]
    assert all(text[run.start : run.start + len(run.text)] == run.text for run in runs)


def test_the_best_come_first_page_by_page(case):
    document = make_document(case=case)
    words = ["The minister", "the force", "Minsk", "troops", "The army"]
    made = [
        make_suggestion(document=document, exact=each, score=score)
        for each, score in zip(words, [3, 1, 3, 2, 5], strict=True)
    ]
    first, more = best_first(document, None, 2)
    second, still = best_first(document, first[-1].pk, 2)
    last, none = best_first(document, second[-1].pk, 2)
    assert [*first, *second, *last] == [made[4], made[0], made[2], made[3], made[1]]
    assert (more, still, none) == (True, True, False)


def test_the_next_one_follows_in_the_text_and_the_last_leads_to_the_first(case, ann):
    document = make_document(case=case)
    late = make_suggestion(document=document, exact="The army")
    early = make_suggestion(document=document, exact="The minister")
    assert next_pending(document, early.start, early.pk) == late
    assert next_pending(document, late.start, late.pk) == early
    for each in (early, late):
        each.dismiss(by=ann)
    assert next_pending(document, 0, 0) is None


def without_guards(sql: str, values: list[str | int]) -> None:
    """What a restored backup or a hand in the database does: past the guards and all rules."""
    guards.take_down(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
    finally:
        guards.set_up(connection)


def test_words_that_stand_there_no_more_are_orphans_wherever_they_lie(case):
    document = make_document(case=case)
    sound = make_claim(document=document, exact="100,000 to 150,000 men")
    altered = make_claim(document=document, exact="massed near the border")
    beyond = make_claim(document=document, exact="48,000 strong")
    kept = document.text[: document.text.index("48,000")].replace("massed", "MASSED")
    connection.check_constraints()
    without_guards("UPDATE claims_document SET text = %s WHERE id = %s", [kept, document.pk])

    fresh = Document.objects.get(pk=document.pk)
    here = there(fresh, 1)
    found = passages_in(fresh, here)
    assert [each.claim for each in found.marked] == [sound]
    assert [each.claim for each in orphans_of(fresh, found.orphaned).listed] == [altered, beyond]
    assert all(run.text in kept for paragraph in laid_out(here, found.marked) for run in paragraph)


def test_a_passage_that_was_moved_by_hand_is_an_orphan(case):
    document = make_document(case=case)
    make_claim(document=document, exact="48,000 strong")
    connection.check_constraints()
    without_guards("UPDATE claims_passage SET exact = %s WHERE document_id = %s", ["58,000 strong", document.pk])
    found = passages_in(document, there(document, 1))
    assert (found.marked, len(found.orphaned)) == ([], 1)


def test_orphans_of_other_parts_are_told_too_but_not_all_of_a_crowd(case, monkeypatch, django_assert_num_queries):
    document = make_document(case=case, text=LONG)
    made = [make_claim(document=document, exact=f"Sentence number {n} says") for n in (5, 1500, 2000, 2500, 2900)]
    with django_assert_num_queries(1):
        assert orphans_of(document).listed == []
    connection.check_constraints()
    without_guards(
        "UPDATE claims_passage SET exact = %s WHERE document_id = %s AND claim_id <> %s",
        ["Sentence number 0 says", document.pk, made[0].pk],
    )
    last = passages_in(document, there(document, there(document, 1).count)).orphaned
    assert [each.claim for each in last] == [made[-1]]

    with django_assert_num_queries(2):
        orphans = orphans_of(document)
    assert ([each.claim for each in orphans.listed], orphans.more, orphans.partly) == (made[1:], 0, False)
    monkeypatch.setattr("claims.loading.reading.MOST_ORPHANS", 2)
    assert [each.claim for each in orphans_of(document).listed] == made[1:3]
    assert orphans_of(document).more == 2
    monkeypatch.setattr("claims.loading.reading.MOST_CHECKED", 2)
    orphans = orphans_of(document, last)
    assert ([each.claim for each in orphans.listed], orphans.more, orphans.partly) == ([made[1], made[-1]], 0, True)


@given(
    pieces=st.lists(st.sampled_from(["word ", "\U0001f600", "e\u0301", "\n\n", "x\n", " "]), max_size=40),
    spans=st.lists(st.tuples(st.integers(0, 80), st.integers(1, 40)), max_size=8),
    pages=st.lists(st.integers(0, 80), max_size=4),
)
def test_whatever_is_marked_every_run_stands_where_it_says(pieces, spans, pages):
    text = "".join(pieces)
    marked = [
        Suggestion(pk=n, start=start, end=min(start + size, len(text)))
        for n, (start, size) in enumerate(spans)
        if start < len(text)
    ]
    laid = laid_out(Part(1, 1, 0, text), (), marked, sorted(pages))
    runs = [run for paragraph in laid for run in paragraph]
    assert all(text[run.start : run.start + len(run.text)] == run.text for run in runs)
    assert "".join("".join(run.text for run in runs).split()) == "".join(text.split())
    for each in marked:
        words = "".join(run.text for run in runs if each in [layer.record for layer in run.layers])
        assert "".join(words.split()) == "".join(text[each.start : each.end].split())
