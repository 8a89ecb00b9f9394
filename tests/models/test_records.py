"""What holds for every record: nothing passes the log by, and the log tells namesakes apart."""

import pytest
from django.apps import apps

from claims.models import Entry, Recorded, User
from tests.factories import make_claim, make_evidence, make_source

RECORDED = [model for model in apps.get_app_config("claims").get_models() if issubclass(model, Recorded)]


@pytest.mark.parametrize("model", [*RECORDED, User], ids=lambda model: model._meta.model_name)
def test_nothing_is_written_in_bulk(db, model):
    some = model.objects.filter(pk=-1)
    for act in (
        lambda: model.objects.update(pk=-2),
        lambda: some.update(pk=-2),
        lambda: some.delete(),
        lambda: model.objects.bulk_create([]),
        lambda: model.objects.bulk_update([], ["pk"]),
    ):
        with pytest.raises(TypeError, match="leaves no entry"):
            act()


def test_a_move_between_two_of_one_name_is_entered(case, ann):
    one, other = (make_source(case=case, name="Ministry") for _ in range(2))
    exhibit = make_evidence(claim=make_claim(case=case), source=one).cited
    exhibit.source = other
    exhibit.save(by=ann)
    entry = Entry.objects.filter(thing="exhibit").latest("number")
    assert entry.changes == [("source", f"Ministry (#{one.pk})", f"Ministry (#{other.pk})")]
