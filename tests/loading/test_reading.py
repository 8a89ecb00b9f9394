"""A document laid out for reading, a part at a time."""

from claims.loading.reading import Part, laid_out, marked_in, part, part_at
from claims.models import Document
from claims.text import parts
from tests.factories import make_claim, make_document

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
    assert [passage.claim for passage in marked_in(document, there(document, 1))] == [near]


def test_a_mark_over_the_end_of_a_part_is_in_both(case):
    document = make_document(case=case, text=LONG)
    edge = there(document, 1).end
    claim = make_claim(document=document, exact=LONG[edge - 40 : edge + 20])

    for number in (1, 2):
        here = there(document, number)
        runs = [run for paragraph in laid_out(here, marked_in(document, here)) for run in paragraph if run.layers]
        assert runs
        assert all(layer.claim == claim for run in runs for layer in run.layers)
        assert all(LONG[run.start : run.start + len(run.text)] == run.text for run in runs)


def test_overlapping_marks_lie_one_on_the_other(case):
    document = make_document(case=case)
    outer = make_claim(document=document, exact="should comprise 100,000 to 150,000 men")
    inner = make_claim(document=document, exact="150,000 men.")
    here = there(document, 1)

    runs = [run for paragraph in laid_out(here, marked_in(document, here)) for run in paragraph if run.layers]
    assert [[layer.claim for layer in run.layers] for run in runs] == [[outer], [outer, inner], [inner]]
    assert [[layer.begins for layer in run.layers] for run in runs] == [[True], [False, True], [False]]


def test_a_crowd_of_marks_is_bounded(case, ann, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("claims.loading.reading.MOST_MARKS", 3)
    document = make_document(case=case)
    for _ in range(5):
        make_claim(document=document, exact="48,000 strong")
    here = there(document, 1)
    with django_assert_num_queries(1):
        assert len(marked_in(document, here)) == 3


def test_no_more_of_the_text_is_read_than_the_part(case, django_assert_num_queries):
    document = make_document(case=case, text=LONG)
    light = type(document).objects.light().get(pk=document.pk)
    with django_assert_num_queries(1):
        here = there(light, 2)
    assert len(here.text) <= parts.SIZE + parts.REACH
    assert "text" in light.get_deferred_fields()
