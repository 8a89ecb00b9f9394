"""The workbench's own pages; their paths are a contract."""

from django.urls import URLPattern, URLResolver, include, path

from claims.views import (
    absences,
    assessments,
    captures,
    cases,
    claims,
    documents,
    evidence,
    health,
    leaning,
    links,
    loading,
    origins,
    people,
    queue,
    reports,
    search,
    sources,
    suggestions,
    verdicts,
)

of_document = [
    path("", documents.document_detail, name="document-detail"),
    path("edit/", documents.document_edit, name="document-edit"),
    path("sentences/", documents.document_sentences, name="document-sentences"),
    path("captures/<int:capture>/", captures.capture_file, name="capture-file"),
    path("claims/add/", documents.claim_add, name="document-claim-add"),
    path("suggestions/<int:suggestion>/make/", suggestions.suggestion_make, name="suggestion-make"),
    path("suggestions/<int:suggestion>/dismiss/", suggestions.suggestion_dismiss, name="suggestion-dismiss"),
    path("suggestions/<int:suggestion>/undo/", suggestions.suggestion_undo, name="suggestion-undo"),
]
of_claim = [
    path("", claims.claim_detail, name="claim-detail"),
    path("edit/", claims.claim_edit, name="claim-edit"),
    path("history/", claims.claim_history, name="claim-history"),
    path("assign/", claims.claim_assign, name="claim-assign"),
    path("withdraw/", claims.claim_withdraw, name="claim-withdraw"),
    path("reopen/", claims.claim_reopen, name="claim-reopen"),
    path("assess/", assessments.assess, name="claim-assess"),
    path("similar/", links.claim_similar, name="claim-similar"),
    path("links/add/", links.link_add, name="link-add"),
    path("links/<int:pk>/remove/", links.link_remove, name="link-remove"),
    path("origins/", origins.claim_origins, name="claim-origins"),
    path("evidence/add/", evidence.evidence_add, name="evidence-add"),
    path("evidence/<int:item>/edit/", evidence.evidence_edit, name="evidence-edit"),
    path("evidence/<int:item>/rate/", evidence.evidence_rate, name="evidence-rate"),
    path("absences/add/", absences.absence_add, name="absence-add"),
    path("evidence/<int:item>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("evidence/<int:item>/restore/", evidence.evidence_restore, name="evidence-restore"),
    path("verdict/propose/", verdicts.verdict_propose, name="verdict-propose"),
    path("verdict/sign-off/", verdicts.verdict_sign_off, name="verdict-sign-off"),
    path("verdict/send-back/", verdicts.verdict_send_back, name="verdict-send-back"),
    path("changes/uphold/", verdicts.changes_uphold, name="changes-uphold"),
]
of_case: list[URLPattern | URLResolver] = [
    path("", cases.case_detail, name="case-detail"),
    path("edit/", cases.case_edit, name="case-edit"),
    path("log/", cases.case_log, name="case-log"),
    path("documents/add/", loading.document_add, name="document-add"),
    path("claims/import/", loading.claims_import, name="claims-import"),
    path("jobs/<int:pk>/", loading.job_detail, name="job-detail"),
    path("jobs/<int:pk>/cancel/", loading.job_cancel, name="job-cancel"),
    path("documents/<int:number>/", include(of_document)),
    path("claims/similar/", links.claim_like, name="claim-like"),
    path("claims/<int:number>/", include(of_claim)),
    path("leaning/", leaning.case_leaning, name="case-leaning"),
    path("reports/", reports.report_list, name="report-list"),
    path("reports/add/", reports.report_add, name="report-add"),
    path("reports/<int:number>/", reports.report_detail, name="report-detail"),
    path("reports/<int:number>/report.<str:extension>", reports.report_file, name="report-file"),
]
of_source = [
    path("", sources.source_detail, name="source-detail"),
    path("edit/", sources.source_edit, name="source-edit"),
    path("grade/", sources.source_grade, name="source-grade"),
]

app_name = "claims"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("you/", people.person_edit, name="person-edit"),
    path("healthz", health.process, name="health-process"),
    path("readyz", health.ready, name="health-ready"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/add/", cases.case_add, name="case-add"),
    path("cases/<str:code>/", include(of_case)),
    path("search/", search.search, name="search"),
    path("sources/", sources.source_list, name="source-list"),
    path("sources/add/", sources.source_add, name="source-add"),
    path("sources/<int:pk>/", include(of_source)),
]
