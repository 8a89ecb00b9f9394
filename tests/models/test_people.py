"""What saving an account keeps."""

from claims.models import Entry, User


def test_ones_own_save_does_not_open_an_account_that_was_closed_meanwhile(ann, ada):
    held = User.objects.get(pk=ann.pk)
    ann.is_active = False
    ann.save(by=ada)

    held.set_password("another-pass-phrase")
    held.is_superuser = True
    held.save()

    stands = User.objects.get(pk=ann.pk)
    assert (stands.is_active, stands.is_superuser, held.is_active) == (False, False, False)
    assert stands.check_password("another-pass-phrase")
    entry = Entry.objects.filter(thing="user", thing_id=ann.pk).latest("number")
    assert entry.changes == [("password", None, "changed")]


def test_an_administrator_gives_and_takes_rights(ann, ada):
    ann.is_staff = True
    ann.save(by=ada)
    assert User.objects.get(pk=ann.pk).is_staff
