"""The admin: everything is there, the rules hold, and the log is only read."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from claims.custody.keys import current
from claims.models import (
    Absence,
    Assessment,
    Attribution,
    Case,
    Chain,
    Claim,
    Derived,
    Dismissal,
    Distinction,
    Entry,
    Evidence,
    EvidenceChange,
    Grade,
    Hypothesis,
    Job,
    JobItem,
    KeptAnswer,
    Leaning,
    Lineage,
    Membership,
    Merge,
    OpenQuestion,
    Overruled,
    Pair,
    Presence,
    Print,
    Quantity,
    Rating,
    Reliance,
    RenderedFile,
    Report,
    ReportedClaim,
    ReportTemplate,
    Scale,
    Series,
    Share,
    Source,
    Split,
    Stale,
    Stamp,
    StoredFile,
    User,
    Verdict,
    Worker,
    assign,
    link,
    mark,
    reply,
    rewrite,
)
from tests.admin.pages import at, newest_entry, typed
from tests.factories import (
    make_assessment,
    make_bundle_row,
    make_capture,
    make_case,
    make_claim,
    make_comment,
    make_document,
    make_evidence,
    make_exhibit,
    make_former_log,
    make_signed_claim,
    make_source,
    make_suggestion,
    make_token,
    make_unchecked,
    make_user,
    make_verdict,
    make_webhook,
)

MODELS = [model for model in apps.get_app_config("claims").get_models() if not model._meta.auto_created]
READ_ONLY = {"entry", "chain", "tally", "report", "assessment", "verdict", "grade", "passage", "assignment"} | {
    "reportedclaim",
    "suggestion",
    "job",
    "jobitem",
    "capture",
    "link",
    "storedfile",
    "derived",
    "custody",
    "lineage",
    "print",
    "absence",
    "merge",
    "distinction",
    "dismissal",
    "series",
    "leaning",
    "reliance",
    "evidencechange",
    "stamp",
    "pattern",
    "pair",
    "split",
    "pace",
    "hypothesis",
    "matrix",
    "mark",
    "comment",
    "commentedit",
    "mention",
    "notice",
    "overruled",
    "reply",
    "openquestion",
    "presence",
    "share",
    "token",
    "keptanswer",
    "webhook",
    "delivery",
    "bundle",
    "formerlog",
    "renderedfile",
    "reporttemplate",
}


@pytest.fixture
def everything(case, ann, ben, eve, max_):
    """One of each record, and some more for the lists."""
    document = make_document(case=case)
    for _ in range(4):
        claim = make_claim(case=case, document=document, exact="48,000", statement="The army is 48,000 strong.")
        claim.set_attributions([{"speaker": "The minister", "verb": "said"}], by=ann)
        claim.set_quantities([{"measure": "strength", "low": Decimal(48000)}], by=ann)
        source = make_source(case=case)
        source.grade("B", by=ann, reason="It was right before.")
        make_evidence(claim=claim, source=source)
        make_assessment(claim=claim, by=ann)
        make_assessment(claim=claim, by=ben)
        make_verdict(claim=claim, by=eve, signed_by=max_)
    link(claim, make_claim(case=case), "same", by=ann)
    make_suggestion(document=claim.passages.get().document)
    job = Job.objects.create(case=case, task="files", by=ann)
    JobItem.objects.create(job=job, position=1, name="a.txt")
    custody_of_all(case, ann)
    number = Report.objects.count() + 1
    report = Report(
        case=case, number=number, title="A report", claims_in=4, made_by=eve, snapshot="{}", sha256="0" * 64
    )
    report.save(by=eve, verb="exported")
    for place in range(3):
        ReportedClaim.objects.create(report=report, position=place, text="{}")
    RenderedFile.objects.create(report=report, format="pdf", file=StoredFile.objects.all()[0])
    ReportTemplate(case=case, name="Weekly").save(by=eve)
    Share(report=report, token_hash="0" * 64, made_by=eve, expires_at=timezone.now() + timedelta(days=1)).save(by=eve)
    make_webhook(case=case, by=eve)[0].test()
    KeptAnswer.keep(make_token(owner=ann)[0], "1", asked="0" * 64, status=201, body="{}")
    for _ in range(3):
        said = make_comment(claim=claim, by=ann, text="@Ben, look.", to_all=False)
        rewrite(said, by=ann, text="@Ben, look there.")
    return claim


def custody_of_all(case, by):
    """One of each record that tells what became of evidence."""
    capture = make_capture(case=case)
    Derived.objects.create(parent=capture.file, file=capture.file, kind="text", tool="reader", tool_version="1")
    Print.objects.create(case=case, exhibit=capture.exhibit, value=1)
    Lineage(exhibit=capture.exhibit, kind="unknown", reason="It names nobody.", made_by=by).save(by=by)
    ends = sorted((make_exhibit(case=case), make_exhibit(case=case)), key=lambda each: each.pk)
    Dismissal(one=ends[0], other=ends[1], made_by=by).save(by=by)
    Absence(place="A register", query="The force", searched_by=by).store()
    one, other = (make_source(case=case) for _ in range(2))
    Merge(kept=one, merged=other, reason="One agency, two spellings.", made_by=by).save(by=by)
    figures = Quantity.objects.order_by("pk")[:2]
    Distinction(one=figures[0], other=figures[1], reason="Reserves are in one alone.", made_by=by).save(by=by)
    Series.objects.get_or_create(case=case, key="0" * 64, title="strength")
    verdict = Verdict.objects.all()[0]
    Leaning.objects.create(verdict=verdict, source=one)
    Reliance.objects.create(case=case, source=one, verdicts=1)
    pair = Pair.objects.all()[0]
    Split.objects.create(case=case, claim=verdict.claim, round=1, one=pair.one, other=pair.other)
    weighed = make_claim(case=case)
    put = Hypothesis.put(weighed, by=by, statement="The census is right.")
    mark(weighed, {(put.number, make_evidence(claim=weighed).number): "CC"}, by=by)
    EvidenceChange(
        claim=verdict.claim, verdict=verdict, evidence=verdict.claim.evidence.all()[0], what="grade", by=by, case=case
    ).save(by=by)
    Overruled.objects.create(verdict=verdict, reviewer=by, case=case)
    reply(verdict, by=by, text="The census is of 2019.")
    OpenQuestion(claim=verdict.claim, case=case, number=1, text="Who counted them?", added_by=by).save(by=by)
    Worker.objects.beat("machine 1")
    Presence.objects.create(claim=verdict.claim, user=by, seen_at=timezone.now())
    current(by=by)
    make_bundle_row(case=case, by=by)
    make_former_log(case=case, by=by)
    make_unchecked(claim=make_claim(case=case))
    Stamp.objects.create(case=case, count=1, head="0" * 64, token=b"0", service="a clock", stamped_at=timezone.now())


def test_every_record_is_in_the_admin():
    assert {model for model in MODELS if model not in admin.site._registry} == set()
    assert Group not in admin.site._registry


# One of each record takes half a second to make: it is made once for all models.
def test_every_list_opens_can_be_searched_and_asks_no_more_for_more_rows(
    as_, ada, everything, subtests, django_assert_max_num_queries
):
    browser = as_(ada)
    for model in MODELS:
        with subtests.test(model._meta.model_name):
            with django_assert_max_num_queries(14):
                page = browser.get(at(model, "changelist"), {"q": "a"})
            assert page.status_code == 200
            options = admin.site._registry[model]
            assert options.get_search_fields(page.wsgi_request), "it has search"
            assert not options.show_full_result_count
            assert options.date_hierarchy is None


def test_every_record_opens(as_, ada, everything, subtests):
    browser = as_(ada)
    for model in MODELS:
        with subtests.test(model._meta.model_name):
            page = browser.get(at(model, "change", model._base_manager.all()[0].pk))
            assert page.status_code == 200
            assert "The minister said the force" not in page.content.decode(), "bytes and texts are not shown"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_foreign_keys_that_can_be_chosen_are_searched_for(as_, ada, model, rf):
    options = admin.site._registry[model]
    request = rf.get("/")
    request.user = ada
    if not options.has_change_permission(request):
        return
    chosen = {
        name
        for _, fieldset in options.get_fieldsets(request)
        for name in fieldset["fields"]
        if name in {field.name for field in model._meta.get_fields() if isinstance(field, models.ForeignKey)}
    } - set(options.get_readonly_fields(request))
    assert chosen <= set(options.get_autocomplete_fields(request))
    for inline in options.get_inline_instances(request):
        if inline.has_change_permission(request):
            wanted = {f.name for f in inline.model._meta.get_fields() if isinstance(f, models.ForeignKey)}
            assert wanted & set(inline.get_fields(request)) <= set(inline.autocomplete_fields)


def test_what_rules_write_is_only_read(as_, ada, everything, subtests):
    browser = as_(ada)
    for name in sorted(READ_ONLY):
        model = apps.get_model("claims", name)
        record = model._base_manager.all()[0]
        with subtests.test(name):
            assert browser.get(f"/admin/claims/{name}/add/").status_code == 403
            assert browser.post(f"/admin/claims/{name}/add/", {}).status_code == 403
            assert browser.post(at(model, "change", record.pk), {}).status_code == 403
            assert browser.post(at(model, "delete", record.pk), {"post": "yes"}).status_code == 403
            assert model._base_manager.filter(pk=record.pk).exists()
            acted = browser.post(
                at(model, "changelist"), {"action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
            )
            assert acted.status_code in (200, 302, 403)
            assert model._base_manager.filter(pk=record.pk).exists()


@pytest.mark.parametrize("person", ["ann", "eve", "zoe"])
def test_only_staff_get_in(as_, case, request, person):
    answer = as_(request.getfixturevalue(person)).get("/admin/claims/entry/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_a_save_leaves_an_entry_by_whoever_made_it(as_, ada, case):
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk)))

    answer = browser.post(at(case, "change", case.pk), form | {"title": "Belarus, spring 2023"})

    assert answer.status_code == 302
    entry = newest_entry(case=case)
    assert (entry.by, entry.verb) == (ada, "changed")
    assert entry.changes == [("title", "Belarus, February 2023", "Belarus, spring 2023")]


def test_members_are_enrolled_changed_and_taken_off_with_entries(as_, ada, case, zoe):
    browser = as_(ada)
    page = browser.get(at(case, "change", case.pk))
    form = typed(page)
    roles = {f["user"].value(): f.prefix for f in page.context["inline_admin_formsets"][0].formset.forms}
    rod, ben = User.objects.get(name="Rod"), User.objects.get(name="Ben")
    form[f"{roles[rod.pk]}-role"] = "analyst"
    form[f"{roles[ben.pk]}-DELETE"] = "on"
    form |= {"memberships-TOTAL_FORMS": "6", "memberships-5-user": zoe.pk, "memberships-5-role": "reader"}
    form |= {"memberships-5-case": case.pk, "memberships-5-id": ""}

    answer = browser.post(at(case, "change", case.pk), form)

    assert answer.status_code == 302, answer.context["errors"]
    assert (case.role_of(rod), case.role_of(ben), case.role_of(zoe)) == ("analyst", None, "reader")
    verbs = set(Entry.objects.filter(case=case, by=ada, thing="membership").values_list("verb", flat=True))
    assert verbs == {"added", "changed", "deleted"}


def test_a_stale_save_changes_nothing_and_shows_both(as_, ada, case, eve):
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk))) | {"title": "As Ada typed it"}
    stored = Case.objects.get(pk=case.pk)
    stored.title = "As Eve wrote it"
    stored.save(by=eve)

    answer = browser.post(at(case, "change", case.pk), form)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "As Eve wrote it" in page
    assert 'value="As Ada typed it"' in page
    assert "Nothing was overwritten" in page
    case.refresh_from_db()
    assert case.title == "As Eve wrote it"
    again = browser.post(at(case, "change", case.pk), typed(answer))
    assert again.status_code == 302
    case.refresh_from_db()
    assert case.title == "As Ada typed it"


def test_a_stale_row_of_an_inline_changes_nothing(as_, ada, case, eve, rod):
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk)))
    case.enrol(rod, "editor", by=eve)

    answer = browser.post(at(case, "change", case.pk), form)

    assert answer.status_code == 200
    assert "Nothing was overwritten" in answer.content.decode()
    assert case.role_of(rod) == "editor"


def test_a_forged_version_saves_nothing(as_, ada, case):
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk)))
    for seen in ("", "99", "x"):
        answer = browser.post(at(case, "change", case.pk), form | {"title": "Forged", "seen": seen})
        assert answer.status_code == 200
    case.refresh_from_db()
    assert case.title == "Belarus, February 2023"


def test_what_a_rule_refuses_while_saving_comes_back_with_what_was_typed(as_, ada, case, monkeypatch):
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk))) | {"title": "Typed with care"}

    def refuse(self, *args, **kwargs):
        raise Stale(self)

    monkeypatch.setattr(Case, "save", refuse)
    answer = browser.post(at(case, "change", case.pk), form)

    assert answer.status_code == 200
    assert "Nothing was overwritten" in answer.content.decode()
    assert 'value="Typed with care"' in answer.content.decode()


def test_a_claim_made_here_gets_its_number_its_count_and_its_entry_once(as_, ada, case):
    browser = as_(ada)
    form = typed(browser.get("/admin/claims/claim/add/"))
    form |= {"case": case.pk, "statement": "Made in the admin.", "kind": "event"}
    form |= {
        "attributions-TOTAL_FORMS": "1",
        "attributions-0-speaker": "The minister",
        "attributions-0-basis": "on_record",
    }

    first = browser.post("/admin/claims/claim/add/", form)
    second = browser.post("/admin/claims/claim/add/", form)

    assert first.status_code == second.status_code == 302, first.context["errors"]
    claim = Claim.objects.get(statement="Made in the admin.")
    assert (claim.number, claim.made_by) == (1, ada)
    assert case.tallies.get(status="open").count == 1
    assert [rung.speaker for rung in claim.attributions.all()] == ["The minister"]
    assert list(Entry.objects.filter(claim=claim).order_by("number").values_list("verb", flat=True)) == [
        "made",
        "added",
    ]


def test_rungs_stay_gapless_when_one_is_taken_out(as_, ada, case, ann):
    claim = make_claim(case=case)
    claim.set_attributions([{"speaker": name} for name in ("One", "Two", "Three")], by=ann)
    browser = as_(ada)
    form = typed(browser.get(at(claim, "change", claim.pk)))
    form |= {"attributions-0-DELETE": "on", "attributions-TOTAL_FORMS": "4", "attributions-3-speaker": "Four"}
    form |= {"attributions-3-basis": "hearsay", "attributions-3-claim": claim.pk}

    answer = browser.post(at(claim, "change", claim.pk), form)

    assert answer.status_code == 302, answer.context["errors"]
    rungs = list(Attribution.objects.filter(claim=claim).values_list("position", "speaker"))
    assert rungs == [(1, "Two"), (2, "Three"), (3, "Four")]


def test_saving_a_claim_leaves_its_life_alone(as_, ada, case, ann):
    claim = make_claim(case=case)
    assign(claim, [ann], by=ada)
    browser = as_(ada)
    form = typed(browser.get(at(claim, "change", claim.pk))) | {"statement": "Corrected.", "status": "signed_off"}

    assert browser.post(at(claim, "change", claim.pk), form).status_code == 302

    claim.refresh_from_db()
    assert (claim.statement, claim.status, claim.round) == ("Corrected.", "in_review", 1)


def test_a_judged_claim_cannot_be_reworded(as_, ada, case, ann, ben, eve, max_):
    claim = make_signed_claim(case=case, reviewers=[ann, ben], editors=(eve, max_))
    browser = as_(ada)
    assert "View claim" in browser.get(at(claim, "change", claim.pk)).content.decode()
    assert browser.post(at(claim, "change", claim.pk), {"statement": "Reworded."}).status_code == 403
    claim.refresh_from_db()
    assert claim.statement == "The army is 48,000 strong."


def test_figures_of_a_claim_are_checked(as_, ada, case):
    claim = make_claim(case=case)
    browser = as_(ada)
    form = typed(browser.get(at(claim, "change", claim.pk)))
    form |= {"quantities-TOTAL_FORMS": "1", "quantities-0-measure": "strength", "quantities-0-low": "5"}
    form |= {"quantities-0-high": "4", "quantities-0-claim": claim.pk}
    answer = browser.post(at(claim, "change", claim.pk), form)
    assert answer.status_code == 200
    assert "quantity_low_not_above_high" in answer.content.decode()
    assert not claim.quantities.exists()


@pytest.mark.parametrize("name", ["document", "evidence", "exhibit"])
def test_what_comes_in_by_reading_or_citing_is_not_added_here(as_, ada, name):
    assert as_(ada).get(f"/admin/claims/{name}/add/").status_code == 403


def test_a_quotation_that_does_not_stand_is_refused_at_its_field(as_, ada, case):
    evidence = make_evidence(claim=make_claim(case=case))
    browser = as_(ada)
    form = typed(browser.get(at(evidence, "change", evidence.pk)))

    answer = browser.post(at(evidence, "change", evidence.pk), form | {"quote": "It never said so."})

    assert answer.status_code == 200
    assert "quote" in answer.context["adminform"].form.errors
    assert browser.post(at(evidence, "change", evidence.pk), form | {"quote": "48,000"}).status_code == 302
    assert Evidence.objects.get(pk=evidence.pk).quote == "48,000"


def test_a_source_made_here_is_known_in_its_case(as_, ada, case, ann):
    browser = as_(ada)
    form = typed(browser.get("/admin/claims/source/add/"))
    form |= {"name": "Agency", "kind": "outlet", "known_in": case.pk}
    for _ in range(2):
        answer = browser.post("/admin/claims/source/add/", form)
        assert answer.status_code == 302, answer.context["errors"]
    source = Source.objects.visible_to(ann).get()
    assert Entry.objects.filter(case=None, thing="source", thing_id=source.pk, by=ada).count() == 1


def test_a_source_on_which_something_rests_stays(as_, ada, case):
    source = make_source(case=case)
    make_evidence(claim=make_claim(case=case), source=source)
    as_(ada).post(at(source, "delete", source.pk), {"post": "yes"})
    assert Source.objects.filter(pk=source.pk).exists()


def test_a_membership_is_deleted_with_an_entry(as_, ada, case, rod):
    membership = Membership.objects.get(user=rod)
    answer = as_(ada).post(at(membership, "delete", membership.pk), {"post": "yes"})
    assert answer.status_code == 302
    assert case.role_of(rod) is None
    entry = newest_entry(case=case)
    assert (entry.verb, entry.by, entry.label) == ("deleted", ada, "Rod: Reader")


def test_deletion_in_bulk_is_refused():
    for options in admin.site._registry.values():
        if hasattr(options, "delete_queryset") and options.model in MODELS and options.model is not User:
            assert not options.actions


def test_an_answer_of_a_scale_keeps_its_code(as_, ada):
    scale = Scale.objects.default()
    browser = as_(ada)
    form = typed(browser.get(at(scale, "change", scale.pk)))
    prefix = next(key[: -len("-code")] for key, value in form.items() if value == "supported" and key.endswith("-code"))
    form |= {f"{prefix}-label": "Borne out", f"{prefix}-code": "forged"}
    assert browser.post(at(scale, "change", scale.pk), form).status_code == 302
    rating = Rating.objects.get(scale=scale, code="supported")
    assert rating.label == "Borne out"
    assert Entry.objects.filter(thing="rating", thing_id=rating.pk, by=ada).count() == 1


def test_the_log_holds_after_all_that(as_, ada, case):
    assert make_user(by=ada)
    browser = as_(ada)
    form = typed(browser.get("/admin/claims/case/add/"))
    form |= {"title": "Another", "code": "AN", "scale": case.scale_id, "policy": "blind", "assessments_required": "1"}
    answer = browser.post("/admin/claims/case/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    chain = Chain.objects.get(case__code="AN")
    assert chain.count == 1
    assert not Verdict.objects.exists()
    assert not Grade.objects.exists()
    assert not Assessment.objects.exists()


def test_no_page_of_the_admin_holds_script_or_style_of_its_own(as_, ada, everything):
    browser = as_(ada)
    own = re.compile(r"<style|style=|<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)|\son\w+=")
    for path in ("", "claims/claim/", "claims/entry/", "claims/case/add/", f"claims/claim/{everything.pk}/change/"):
        page = browser.get(f"/admin/{path}").content.decode()
        assert not own.search(page), path


def test_a_case_keeps_its_code_and_used_scale(as_, ada, case):
    make_claim(case=case)
    other = Scale(name="Another scale")
    other.save(by=ada)
    browser = as_(ada)
    form = typed(browser.get(at(case, "change", case.pk))) | {"code": "ZZ", "scale": other.pk}
    browser.post(at(case, "change", case.pk), form)
    case.refresh_from_db()
    assert (case.code, case.scale.name) == ("BY", "Default scale")
    assert make_case().code != "BY"
