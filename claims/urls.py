"""The workbench's own pages; their paths are a contract."""

from django.urls import path

from claims.views import assessments, cases, claims, documents, evidence, health, people, queue, reports, sources, verdicts

app_name = "claims"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("you/", people.person_edit, name="person-edit"),
    path("healthz", health.process, name="health-process"),
    path("readyz", health.ready, name="health-ready"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/add/", cases.case_add, name="case-add"),
    path("cases/<str:code>/", cases.case_detail, name="case-detail"),
    path("cases/<str:code>/edit/", cases.case_edit, name="case-edit"),
    path("cases/<str:code>/log/", cases.case_log, name="case-log"),
    path("cases/<str:code>/documents/add/", documents.document_add, name="document-add"),
    path("cases/<str:code>/documents/<int:number>/", documents.document_detail, name="document-detail"),
    path("cases/<str:code>/documents/<int:number>/edit/", documents.document_edit, name="document-edit"),
    path("cases/<str:code>/documents/<int:number>/sentences/", documents.document_sentences, name="document-sentences"),
    path("cases/<str:code>/documents/<int:number>/claims/add/", documents.claim_add, name="document-claim-add"),
    path("cases/<str:code>/claims/<int:number>/", claims.claim_detail, name="claim-detail"),
    path("cases/<str:code>/claims/<int:number>/edit/", claims.claim_edit, name="claim-edit"),
    path("cases/<str:code>/claims/<int:number>/history/", claims.claim_history, name="claim-history"),
    path("cases/<str:code>/claims/<int:number>/assign/", claims.claim_assign, name="claim-assign"),
    path("cases/<str:code>/claims/<int:number>/withdraw/", claims.claim_withdraw, name="claim-withdraw"),
    path("cases/<str:code>/claims/<int:number>/reopen/", claims.claim_reopen, name="claim-reopen"),
    path("cases/<str:code>/claims/<int:number>/assess/", assessments.assess, name="claim-assess"),
    path("cases/<str:code>/claims/<int:number>/evidence/add/", evidence.evidence_add, name="evidence-add"),
    path("cases/<str:code>/claims/<int:number>/evidence/<int:item>/edit/", evidence.evidence_edit, name="evidence-edit"),
    path("cases/<str:code>/claims/<int:number>/evidence/<int:item>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("cases/<str:code>/claims/<int:number>/evidence/<int:item>/restore/", evidence.evidence_restore, name="evidence-restore"),
    path("cases/<str:code>/claims/<int:number>/verdict/propose/", verdicts.verdict_propose, name="verdict-propose"),
    path("cases/<str:code>/claims/<int:number>/verdict/sign-off/", verdicts.verdict_sign_off, name="verdict-sign-off"),
    path("cases/<str:code>/claims/<int:number>/verdict/send-back/", verdicts.verdict_send_back, name="verdict-send-back"),
    path("cases/<str:code>/reports/", reports.report_list, name="report-list"),
    path("cases/<str:code>/reports/add/", reports.report_add, name="report-add"),
    path("cases/<str:code>/reports/<int:number>/", reports.report_detail, name="report-detail"),
    path("cases/<str:code>/reports/<int:number>/report.<str:extension>", reports.report_file, name="report-file"),
    path("sources/", sources.source_list, name="source-list"),
    path("sources/add/", sources.source_add, name="source-add"),
    path("sources/<int:pk>/", sources.source_detail, name="source-detail"),
    path("sources/<int:pk>/edit/", sources.source_edit, name="source-edit"),
    path("sources/<int:pk>/grade/", sources.source_grade, name="source-grade"),
]  # fmt: skip
