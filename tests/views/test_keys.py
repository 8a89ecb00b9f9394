"""The page of keys: for anybody who checks a report, and about nothing else."""

from django.test import Client

from claims.custody import keys


def test_anybody_reads_fingerprints_and_statements_without_signing_in(ann):
    old = keys.current(by=ann)
    new = keys.rotate(by=ann)

    page = Client().get("/keys/")

    assert page.status_code == 200
    text = page.content.decode()
    assert text.index(new.grouped) < text.index("An earlier key")
    assert old.grouped in text
    assert new.public in text
    assert new.signature in text
    assert "PRIVATE" not in text


def test_it_names_no_person_and_no_case(ann, case):
    keys.current(by=ann)
    text = Client().get("/keys/").content.decode()
    assert "Ann" not in text
    assert case.title not in text


def test_it_says_so_where_there_is_no_key_yet(db):
    assert "No key yet." in Client().get("/keys/").content.decode()


def test_it_says_where_nobody_vouches_for_a_key(ann):
    keys.place(keys.current(by=ann).fingerprint).unlink()
    keys.rotate(by=ann, lost=True)
    assert "could not vouch for it" in Client().get("/keys/").content.decode()
