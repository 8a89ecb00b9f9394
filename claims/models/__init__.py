"""Records and their rules."""

from claims.models.assessments import (
    Assessment,
    Assignment,
    Confidence,
    Likelihood,
    WasSaid,
    assess,
    assign,
    decide_complete,
)
from claims.models.cases import Case, Look, Membership, Rating, Scale, Tally
from claims.models.claims import Attribution, Claim, Kind, Quantity
from claims.models.documents import Document, Passage, keep_document, keep_suggestions
from claims.models.entries import VERBS, Chain, Entry, writing
from claims.models.evidence import Credibility, Evidence
from claims.models.jobs import MOST_ATTEMPTS, Cancelled, Job, JobItem, Overtaken, begin
from claims.models.links import Link, link
from claims.models.moves import MOVES, Role, Status, may
from claims.models.people import User
from claims.models.records import NotNow, NotYours, Recorded, Refused, Stale
from claims.models.reports import Report
from claims.models.sources import Capture, Exhibit, Grade, Reliability, Source
from claims.models.suggestions import Suggestion
from claims.models.verdicts import Difference, Reached, Verdict, propose, send_back, sign_off

__all__ = [
    "MOST_ATTEMPTS", "MOVES", "VERBS", "Assessment", "Assignment", "Attribution", "Cancelled", "Capture", "Case",
    "Chain", "Claim", "Confidence", "Credibility", "Difference", "Document", "Entry", "Evidence", "Exhibit", "Grade",
    "Job", "JobItem", "Kind", "Likelihood", "Link", "Look", "Membership", "NotNow", "NotYours", "Overtaken",
    "Passage", "Quantity", "Rating", "Reached", "Recorded", "Refused", "Reliability", "Report", "Role", "Scale",
    "Source", "Stale", "Status", "Suggestion", "Tally", "User", "Verdict", "WasSaid", "assess", "assign", "begin",
    "decide_complete", "keep_document", "keep_suggestions", "link", "may", "propose", "send_back", "sign_off",
    "writing",
]  # fmt: skip
