"""Records and their rules."""

from claims.models.absences import Absence
from claims.models.agreement import Pace, Pair, Pattern, Split
from claims.models.asking import ask_many, plan_asking, return_all, return_stale, tell_returned
from claims.models.assessing import assess
from claims.models.assessments import Assessment, Confidence, Likelihood, WasSaid
from claims.models.assignments import Assignment, assign
from claims.models.bundles import Bundle, Unchecked
from claims.models.captures import Capture, Custody, Derived, StoredFile
from claims.models.cases import Case, Membership, Tally
from claims.models.claims import Attribution, Claim, Kind
from claims.models.completing import decide_complete
from claims.models.dismissals import Dismissal, dismiss, propose_again
from claims.models.documents import Document, Passage, keep_document, keep_suggestions
from claims.models.entries import VERBS, Chain, Entry, writing
from claims.models.evidence import Credibility, Evidence
from claims.models.exhibits import Exhibit, Lineage, Print
from claims.models.former_logs import FormerLog
from claims.models.hiding import withheld, withholding
from claims.models.hypotheses import Consistency, Hypothesis, Mark, Matrix, mark
from claims.models.jobs import MOST_ATTEMPTS, Cancelled, HandedBack, Job, JobItem, Overtaken, begin, never
from claims.models.kept_answers import KeptAnswer
from claims.models.keys import Key
from claims.models.leaning import EvidenceChange, Leaning, Reliance, flag, flag_lineage, flag_merge, uphold
from claims.models.lineage import lineage_said, trace, undo, untrace
from claims.models.links import Link, link
from claims.models.merging import may_merge, merge, part
from claims.models.moves import MOVES, Role, Status, may
from claims.models.notices import NOTICES, Notice, notify
from claims.models.people import User
from claims.models.presence import Presence
from claims.models.quantities import Distinction, Quantity, Series, tell_apart, tell_apart_no_more, told_apart
from claims.models.questions import OpenQuestion
from claims.models.records import NotNow, NotYours, Recorded, Refused, Stale
from claims.models.reports import RenderedFile, Report, ReportedClaim, ReportTemplate
from claims.models.scales import Look, Rating, Scale
from claims.models.second_thoughts import reconsider
from claims.models.settling import Overruled, Reply, changes_since, leave, renew, reply, require_overruled
from claims.models.shares import Share, share
from claims.models.sources import Grade, Merge, Reliability, Source
from claims.models.stamps import Stamp
from claims.models.suggestions import Suggestion
from claims.models.talk import Comment, CommentEdit, Mention, comment, resolve, rewrite
from claims.models.telling import kept_back
from claims.models.tokens import Scope, Token, issue
from claims.models.verdicts import Difference, Reached, Verdict, propose, send_back, sign_off
from claims.models.webhooks import Delivery, Event, Webhook, hook
from claims.models.workers import Worker

__all__ = [
    "MOST_ATTEMPTS", "MOVES", "NOTICES", "VERBS", "Absence", "Assessment", "Assignment", "Attribution", "Bundle",
    "Cancelled", "Capture", "Case", "Chain", "Claim", "Comment", "CommentEdit", "Confidence", "Consistency",
    "Credibility", "Custody", "Delivery", "Derived", "Difference", "Dismissal", "Distinction", "Document", "Entry",
    "Event", "Evidence", "EvidenceChange", "Exhibit", "FormerLog", "Grade", "HandedBack", "Hypothesis", "Job",
    "JobItem", "KeptAnswer", "Key", "Kind", "Leaning", "Likelihood", "Lineage", "Link", "Look", "Mark", "Matrix",
    "Membership", "Mention", "Merge", "NotNow", "NotYours", "Notice", "OpenQuestion", "Overruled", "Overtaken",
    "Pace", "Pair", "Passage", "Pattern", "Presence", "Print", "Quantity", "Rating", "Reached", "Recorded",
    "Refused", "Reliability", "Reliance", "RenderedFile", "Reply", "Report", "ReportTemplate", "ReportedClaim",
    "Role", "Scale", "Scope", "Series", "Share", "Source", "Split", "Stale", "Stamp", "Status", "StoredFile",
    "Suggestion", "Tally", "Token", "Unchecked", "User", "Verdict", "WasSaid", "Webhook", "Worker", "ask_many",
    "assess", "assign", "begin", "changes_since", "comment", "decide_complete", "dismiss", "flag", "flag_lineage",
    "flag_merge", "hook", "issue", "keep_document", "keep_suggestions", "kept_back", "leave", "lineage_said",
    "link", "mark", "may", "may_merge", "merge", "never", "notify", "part", "plan_asking", "propose",
    "propose_again", "reconsider", "renew", "reply", "require_overruled", "resolve", "return_all", "return_stale",
    "rewrite", "send_back", "share", "sign_off", "tell_apart", "tell_apart_no_more", "tell_returned", "told_apart",
    "trace", "undo", "untrace", "uphold", "withheld", "withholding", "writing",
]  # fmt: skip
