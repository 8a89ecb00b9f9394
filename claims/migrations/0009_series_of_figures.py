"""The figures that stand already learn what they can be compared with, and the series of claims' figures are weighed."""

from collections import defaultdict

from django.db import migrations

from claims.weighing.figures import Figure, series_key, state_of

MOST = 500


def weigh(apps, schema_editor):
    Quantity, Series = apps.get_model("claims", "Quantity"), apps.get_model("claims", "Series")
    series = defaultdict(list)
    for each in Quantity.objects.select_related("claim").order_by("-pk").iterator(chunk_size=500):
        figure = Figure(each.measure, each.low, each.high, each.unit, each.entity, each.place, each.as_of)
        key = series_key(figure)
        Quantity.objects.filter(pk=each.pk).update(series=key)
        if each.claim is not None and each.claim.status != "withdrawn" and len(series[each.case_id, key]) < MOST:
            series[each.case_id, key].append(figure)
    for (case, key), figures in series.items():
        first = figures[-1]
        title = " · ".join(filter(None, (first.measure, first.entity, first.place)))[:400]
        values = {"title": title, "figures": len(figures), "state": state_of(figures)}
        Series.objects.create(case_id=case, key=key, **values)


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_what_verdicts_lean_on")]
    operations = [migrations.RunPython(weigh, migrations.RunPython.noop)]
