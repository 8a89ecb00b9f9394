"""What programs add: documents, claims, sources, evidence, assessments; by the same forms as the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from claims.api.access import Asked, Bearer, case_of, claim_of, document_of
from claims.api.answers import added, answered_before, require_match, told
from claims.api.claim_shapes import AssessmentShape, ClaimDetail
from claims.api.evidence_shapes import EvidenceShape, SourceDetail
from claims.api.problems import problem_in
from claims.api.reading import assessments_shown, evidence_numbered, router, source_shown
from claims.api.shapes import DocumentShape, at
from claims.api.typed import AssessmentIn, ClaimChange, ClaimIn, Code, DocumentIn, EvidenceIn, Number, SourceIn
from claims.forms.assessments import AssessmentForm
from claims.forms.claims import ClaimForm
from claims.forms.documents import LoadForm
from claims.forms.evidence import EvidenceForm
from claims.forms.fields import WorkForm
from claims.forms.sources import NewSourceForm, with_key
from claims.loading.documents import keep
from claims.models import Claim, Document, Passage, Refused, Scope, Source, writing
from claims.views.claim_page import ClaimPage, ratings_of
from claims.views.evidence_told import evidence_shown, rated

writer = Bearer(Scope.WRITE)


def require_valid(form: WorkForm) -> None:
    """Raises Problem with what is wrong in the form."""
    if not form.is_valid():
        raise problem_in(form)


def required[Made](made: Made | None, form: WorkForm) -> Made:
    """What came of the form. Raises Problem with what is wrong in it where nothing did."""
    if made is None:
        raise problem_in(form)
    return made


@router.post(
    "/cases/{code}/documents", response={201: DocumentShape, 200: DocumentShape}, url_name="document-add", auth=writer,
    tags=["Documents"],
)  # fmt: skip
def document_add(request: Asked, code: Code, typed: DocumentIn) -> HttpResponse:
    """Load a text into a case. The same text again is answered with the document that holds it (200)."""
    case = case_of(request, code, "load")
    before = answered_before(request)
    if before is not None:
        return before
    data = typed.dict(exclude_none=True)
    data["url"] = data.pop("source_url")
    form = LoadForm(data, MultiValueDict())
    require_valid(form)
    read = form.attempt(lambda: form.read(case))  # which takes long, so before the transaction
    if read is None:
        raise problem_in(form)

    def act() -> HttpResponse:
        document, new = keep(case, read, by=request.person)
        document.case = case
        shape = DocumentShape.of(document)
        return told(request, shape, 201 if new else 200, at("document", code=code, number=document.number))

    return added(request, act)


@router.post(
    "/cases/{code}/documents/{number}/claims",
    response={201: ClaimDetail},
    url_name="claim-add",
    auth=writer,
    tags=["Claims"],
)
def claim_add(request: Asked, code: Code, number: Number, typed: ClaimIn) -> HttpResponse:
    """Make a claim of words in a document. They must stand there, character for character."""
    document = document_of(request, code, number, "make")
    passage = Passage.of(document, typed.start, typed.end)
    if passage.exact != typed.exact:
        said = _("Other words stand there: “%(words)s”.") % {"words": passage.exact[:200]}
        raise Refused(said, "exact")
    data = typed.dict(include={"statement", "kind", "as_of", "resolves_on", "review_by"}, exclude_none=True)
    rows: tuple[list[Any], ...] = (typed.attributions, typed.quantities)
    for some in rows:
        for n, row in enumerate(some, 1):
            data |= {f"{field}_{n}": value for field, value in row.dict(exclude_none=True).items()}
    form = ClaimForm(data, passage=passage)

    def act() -> HttpResponse:
        made = required(form.make(request.person), form)
        return told(request, claim_shown(request, made), 201, at("claim", code=code, number=made.number))

    return added(request, act)


def claim_shown(request: Asked, claim: Claim) -> ClaimDetail:
    """The claim as it stands now, as its page shows it to whoever asks."""
    return ClaimDetail.shown(ClaimPage(claim_of(request, claim.case.code, claim.number), request.person))


@router.patch(
    "/cases/{code}/claims/{number}", response={200: ClaimDetail}, url_name="claim-edit", auth=writer, tags=["Claims"]
)
def claim_edit(request: Asked, code: Code, number: Number, typed: ClaimChange) -> HttpResponse:
    """Correct what a claim says, while nobody has assessed it. `If-Match` names the state that is changed."""
    claim = claim_of(request, code, number, "revise")

    def act() -> HttpResponse:
        with writing(claim.case):
            require_match(request, claim_shown(request, claim), needed=True)
            begun = ClaimForm(claim=claim)
            form = ClaimForm({**begun.initial, **typed.dict(exclude_unset=True)}, claim=claim)
            required(form.revise(request.person), form)
        return told(request, claim_shown(request, claim))

    return added(request, act)


@router.post(
    "/cases/{code}/sources", response={201: SourceDetail}, url_name="source-add", auth=writer, tags=["Sources"]
)
def source_add(request: Asked, code: Code, typed: SourceIn) -> HttpResponse:
    """A new source, known in a case. Where one bears the name already, it is asked first whether that is meant."""
    case = case_of(request, code, "cite")
    data: dict[str, Any] = typed.dict(exclude={"aliases", "belongs_to", "anyway"})
    data |= {"case": case.pk, "aliases": "\n".join(typed.aliases), "anyway": " ".join(map(str, typed.anyway))}
    if typed.belongs_to is not None:
        data["belongs_to"] = with_key(source_of(request, typed.belongs_to, "belongs_to"))
    form = NewSourceForm(request.person, data)

    def act() -> HttpResponse:
        require_valid(form)
        values = form.values | {"case": case}
        made = required(form.attempt(lambda: Source.make(by=request.person, **values)), form)
        return told(request, source_shown(request, made.pk), 201, at("source", id=made.pk))

    return added(request, act)


def source_of(request: Asked, key: int, field: str) -> Source:
    """The source of this key among those that the token shows. Raises Refused at the field."""
    found: Source | None = Source.objects.visible_to(request.person).listed().filter(pk=key).first()
    if found is None:
        raise Refused(_("There is no source of this number, or not for this token."), field)
    return found


@router.post(
    "/cases/{code}/claims/{number}/evidence",
    response={201: EvidenceShape},
    url_name="evidence-add",
    auth=writer,
    tags=["Evidence"],
)
def evidence_add(request: Asked, code: Code, number: Number, typed: EvidenceIn) -> HttpResponse:
    """Bring an exhibit to bear on a claim: one that the case holds, or a new one with its source."""
    claim = claim_of(request, code, number, "cite")
    data = typed.dict(exclude_none=True)
    data["url"] = data.pop("source_url")
    if typed.document is not None:
        held = Document.objects.filter(case=claim.case, number=typed.document).values_list("pk", flat=True).first()
        if held is None:
            raise Refused(_("There is no document of this number in the case."), "document")
        data["document"] = held

    def act() -> HttpResponse:
        form = EvidenceForm(claim, request.person, data)
        require_valid(form)
        made = required(form.attempt(form.cite), form)
        address = at("evidence-item", code=code, number=number, item=made.number)
        return told(request, evidence_numbered(request, claim, made.number), 201, address)

    return added(request, act)


@router.post(
    "/cases/{code}/claims/{number}/assessments",
    response={201: AssessmentShape},
    url_name="assess",
    auth=writer,
    tags=["Assessments"],
)
def assess(request: Asked, code: Code, number: Number, typed: AssessmentIn) -> HttpResponse:
    """Submit one's own assessment, which is sealed. `If-Match` with the claim's ETag makes sure of what is judged."""
    claim = claim_of(request, code, number, "assess")
    ratings = {rating.code: rating.pk for rating in ratings_of(claim.case.scale_id)}
    if typed.rating not in ratings:
        raise Refused(_("This answer is not on the case's scale."), "rating")
    data = MultiValueDict({name: [value] for name, value in typed.dict(exclude={"relied_on", "means_both"}).items()})
    data["rating"], data["version"] = str(ratings[typed.rating]), "-1"
    data.setlist("relied_on", [str(one) for one in typed.relied_on])
    if typed.means_both:
        data["meant"] = f"{ratings[typed.rating]} {typed.likelihood}"

    def act() -> HttpResponse:
        # Judged here, and not before: the same request again is answered as the first was, whatever changed since.
        shown: Any = SimpleLazyObject(lambda: rated(evidence_shown(claim, request.person)))
        form = AssessmentForm(data, ratings=ratings_of(claim.case.scale_id), evidence=shown, case=claim.case)
        require_valid(form)
        with writing(claim.case):
            require_match(request, claim_shown(request, claim), needed=False)
            kept = form.attempt(lambda: form.keep(claim, request.person)) or form.kept_before(claim, request.person)
            required(kept, form)
        own = assessments_shown(request, claim_of(request, code, number)).items[0]
        return told(request, own, 201, at("assessments", code=code, number=number))

    return added(request, act)
