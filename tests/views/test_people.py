"""What people may change of themselves."""

from claims.models import Entry


def test_name_and_time_zone_are_changed_and_entered(as_, ann):
    browser = as_(ann)
    response = browser.post("/you/", {"name": "Ann B.", "time_zone": "Europe/Warsaw"}, follow=True)

    assert "Saved." in response.content.decode()
    ann.refresh_from_db()
    assert (ann.name, ann.time_zone) == ("Ann B.", "Europe/Warsaw")
    entry = Entry.objects.filter(case=None, thing="user", thing_id=ann.pk).latest("number")
    assert {name for name, *_ in entry.changes} == {"name", "time_zone"}


def test_times_are_then_shown_in_that_zone(as_, case, ann):
    as_(ann).post("/you/", {"name": "Ann", "time_zone": "Asia/Tokyo"})
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
