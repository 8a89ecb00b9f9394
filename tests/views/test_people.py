"""What people may change of themselves."""

import re

from claims.models import Entry, User


def test_name_and_time_zone_are_changed_and_entered(as_, ann):
    browser = as_(ann)
    typed = {"name": "Ann B.", "time_zone": "Europe/Warsaw", "version": ann.version}
    response = browser.post("/you/", typed, follow=True)

    assert "Saved." in response.content.decode()
    ann.refresh_from_db()
    assert (ann.name, ann.time_zone) == ("Ann B.", "Europe/Warsaw")
    entry = Entry.objects.filter(case=None, thing="user", thing_id=ann.pk).latest("number")
    assert {name for name, *_ in entry.changes} == {"name", "time_zone"}


def test_times_are_then_shown_in_that_zone(as_, case, ann):
    as_(ann).post("/you/", {"name": "Ann", "time_zone": "Asia/Tokyo", "version": ann.version})
    assert " JST</time>" in as_(ann).get("/cases/BY/log/").content.decode()


def test_a_zone_that_is_none_is_refused_and_the_name_stays_typed(as_, ann, htmx):
    for headers in (None, htmx):
        response = as_(ann).post("/you/", {"name": "Annie", "time_zone": "Mars/Base"}, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        assert 'value="Annie"' in page
        assert "errorlist" in page
        assert ("<html" in page) == (not headers)
    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_nothing_that_is_not_on_the_form_can_be_changed(as_, ann):
    as_(ann).post("/you/", {"name": "Ann", "time_zone": "UTC", "is_superuser": "1", "email": "x@example.org"})
    ann.refresh_from_db()
    assert not ann.is_superuser
    assert ann.email == "ann@example.org"


def test_what_was_said_in_another_window_is_not_overwritten_unseen(as_, ann, htmx):
    seen = ann.version
    as_(ann).post("/you/", {"name": "From one window", "time_zone": "UTC", "version": seen})
    stale = {"name": "From the other", "time_zone": "Europe/Warsaw", "version": seen}
    for headers in (None, htmx):
        for version in (seen, ""):
            answer = as_(ann).post("/you/", stale | {"version": version}, headers=headers)
            assert answer.status_code == 409
            assert "From one window" in answer.content.decode()
            assert 'value="From the other"' in answer.content.decode()
    assert User.objects.get(pk=ann.pk).name == "From one window"
    again = re.findall(r'name="version" value="(\d+)"', answer.content.decode())[0]
    assert as_(ann).post("/you/", stale | {"version": again}).status_code == 302
    assert User.objects.get(pk=ann.pk).name == "From the other"


def test_the_same_words_sent_twice_are_no_conflict(as_, ann):
    form = {"name": "Ann B.", "time_zone": "UTC", "version": ann.version}
    assert [as_(ann).post("/you/", form).status_code for _ in range(2)] == [302, 302]
