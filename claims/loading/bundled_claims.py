"""The claims of a bundle as rows of the new case, with all that was said of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from claims.loading.bundled_exhibits import day, moment
from claims.models import (
    Absence,
    Assessment,
    Attribution,
    Claim,
    Comment,
    Confidence,
    Credibility,
    Difference,
    Distinction,
    Evidence,
    EvidenceChange,
    Likelihood,
    OpenQuestion,
    Passage,
    Quantity,
    Reliance,
    Reply,
    Series,
    Status,
    Tally,
    User,
    Verdict,
    WasSaid,
    writing,
)
from claims.models.agreement import recount
from claims.models.leaning import lean
from claims.models.origins import origins_of
from claims.models.quantities import compares
from claims.weighing.figures import series_key

if TYPE_CHECKING:
    from claims.loading.bundled_exhibits import Exhibits
    from claims.loading.bundles import Bringing

KEPT_BACK = "It was kept back."
UNDER_REVIEW = {Status.IN_REVIEW, Status.TO_DECIDE, Status.PROPOSED}  # what was answered then, no report holds
NOT_HERE = "Evidence that is not in the report"
CHANGED = re.compile(r"\D*(\d+): (.+?), (\d{1,2} \w{3} \d{4})(?: \([^(]*? says (.+?): (.*)\))?", re.DOTALL)


class Claims:
    """The claims of one bundle on their way in."""

    def __init__(self, into: Bringing, exhibits: Exhibits) -> None:
        self.into, self.exhibits, self.case, self.by = into, exhibits, into.case, into.by
        self.series: set[str] = set()
        self.ratings = {rating.code: rating for rating in self.case.scale.ratings.all()}

    def bring(self) -> None:
        """All of them; then what is counted over them."""
        for told in self.into.data["claims"]:
            self._claim(told)
        for key in sorted(self.series):
            Series.weigh(self.case, key)
        Tally.recount(self.case)
        recount(self.case)
        Reliance.recount(self.case)

    def _claim(self, told: dict[str, Any]) -> None:
        claim = Claim(
            case=self.case, number=told["number"], statement=told["statement"], kind=told["kind"],
            as_of=day(told["as_of"]), resolves_on=day(told["resolves_on"]), review_by=day(told["review_by"]),
            status=Status.IN_REVIEW if told["status"] in UNDER_REVIEW else told["status"],
            unasked=told["status"] in UNDER_REVIEW,
            round=told["round"], disputed=told["disputed"], made_by=self.by, made_at=self.into.made_at,
        )  # fmt: skip
        current = told["verdict"]
        claim.rating = self.ratings[current["rating"]] if current else None
        items = [item for item in told["evidence"] if item["exhibit_id"] is not None]
        claim.evidence_count = len(told["evidence"])
        claim.unrated_count = sum(not item["credibility"] for item in items)
        claim.answers_in = sum(a["round"] == told["round"] and not a["follows"] for a in told["assessments"])
        self.into.keep(claim)
        there = {"status_there": told["status"]} if told["status"] != claim.status else {}
        self._record(claim, {"number": claim.number, "status": claim.status, "round": claim.round} | there)
        self._said(claim, told)
        evidence = {item["number"]: self._evidence(claim, item) for item in told["evidence"]}
        changes = told["changes"] if "changes" in told else list(self._changes_in_words(told["changed_since"]))
        named = {n for answer in told["assessments"] for n in answer["relied_on"]}
        for number in sorted((named | {each["evidence"] for each in changes}) - set(evidence)):
            evidence[number] = self._not_here(claim, number)
        self._figures(claim, told, evidence)
        self._assessments(claim, told, evidence)
        for verdict in [*told["earlier_verdicts"], *([current] if current else [])]:
            self._verdict(claim, verdict, standing=verdict is current)
        self._changes(claim, changes, evidence)
        for correction in told["corrections"]:
            who = self.into.guests(correction["by"])
            after = {"round": correction["round"], "at": correction["at"], "by": who.pk, "by_name": str(who)}
            self._record(claim, after, why=correction["reason"])
        self._gaps(claim, told["known_gaps"])
        self._comments(claim, told["comments"])

    def _record(self, thing: Any, after: dict[str, Any], why: str = "") -> None:
        with writing(self.case) as chain:  # taken anew, as accounts and roles are entered in between
            chain.record(by=self.by, verb="imported", on=thing, after=after, why=why)

    def _said(self, claim: Claim, told: dict[str, Any]) -> None:
        for each in told["passages"]:
            document = self.into.documents.get(each["document"])
            if document is None:
                self.into.unchecked(claim, each)
                continue
            passage = Passage.of(document, each["start"], each["end"])
            if passage.exact != each["exact"]:
                raise ValueError(f"{told['ref']} quotes what does not stand in document {document.number}")
            passage.claim = claim
            passage.store()
        for position, each in enumerate(told["attributions"], start=1):
            names = ("speaker", "verb", "hedged", "basis")
            self.into.keep(Attribution(claim=claim, position=position, **{name: each[name] for name in names}))

    def _evidence(self, claim: Claim, told: dict[str, Any]) -> Evidence:
        item = Evidence(
            claim=claim, added_by=self.by, added_at=self.into.made_at, bearing=told["bears_on"],
            **{name: told[name] for name in ("number", "stance", "quote", "where", "credibility", "level", "withheld")},
        )  # fmt: skip
        item.note = told["note"]
        item.level_reason = told["level_reason"] or (KEPT_BACK if told["level"] else "")
        if told["absence"] is not None:
            item.absence = self._absence(told["absence"])
        else:
            item.exhibit = self.exhibits.of[told["exhibit_id"]]
            item.grade = self.exhibits.grade_of(item.exhibit, told["reliability"])
        if item.quote_stands is False:
            raise ValueError(f"the quotation of evidence {item.number} does not stand in the text that is held")
        self.into.keep(item)
        return item

    def _not_here(self, claim: Claim, number: int) -> Evidence:
        """What answers rely on, or what changed, of a report that was made without it. Its number stays taken."""
        exhibit = self.exhibits.unknown(NOT_HERE)
        item = Evidence(
            claim=claim, number=number, exhibit=exhibit, stance=Evidence.Stance.CONTEXT, note=self.into.origin_said,
            credibility=Credibility.UNKNOWN, added_by=self.by, added_at=self.into.made_at,
            removed_at=self.into.made_at,
        )  # fmt: skip
        self.into.keep(item)
        return item

    def _absence(self, told: dict[str, Any]) -> Absence:
        absence = Absence(
            **{name: told[name] for name in ("place", "query", "languages", "limits")},
            since=day(told["since"]), until=day(told["until"]),
            searched_on=datetime.date.fromisoformat(told["searched_on"]),
            searched_by=self.into.guests(told["searched_by"]),
        )  # fmt: skip
        self.into.keep(absence)
        return absence

    def _figures(self, claim: Claim, told: dict[str, Any], evidence: dict[int, Evidence]) -> None:
        own = [self._figure(n, each, claim=claim) for n, each in enumerate(told["quantities"], start=1)]
        for item in told["evidence"]:
            for n, each in enumerate(item.get("quantities", ()), start=1):
                brought = self._figure(n, each, evidence=evidence[item["number"]])
                if each["compared"] == "other_definition":
                    self._tell_apart(own, brought)

    def _figure(self, position: int, told: dict[str, Any], **owner: Any) -> Quantity:
        figure = Quantity(
            position=position, case=self.case, as_of=day(told["as_of"]), **owner,
            **{name: told[name] for name in ("measure", "unit", "entity", "place")},
            **{end: Decimal(told[end]) if told[end] is not None else None for end in ("low", "high")},
        )  # fmt: skip
        figure.series = series_key(figure.figure)
        self.series.add(figure.series)
        self.into.keep(figure)
        return figure

    def _tell_apart(self, own: list[Quantity], brought: Quantity) -> None:
        first = next((each for each in own if compares([each], brought, ())), None)
        if first is not None:
            self.into.keep(Distinction(one=first, other=brought, reason=self.into.origin_said, made_by=self.by))

    def _assessments(self, claim: Claim, told: dict[str, Any], evidence: dict[int, Evidence]) -> None:
        by_seal: dict[str, Assessment] = {}
        answered: dict[tuple[int, int], str] = {}
        for each in told["assessments"]:
            reviewer = self._reviewer(each, by_seal, answered)
            answer = self._assessment(claim, each, reviewer)
            answer.follows = by_seal[each["follows"]] if each["follows"] else None
            self.into.keep(answer)
            answer.relied_on.set([evidence[number] for number in each["relied_on"]])
            by_seal[each["seal"]] = answer
            self._record(answer, answer.facts())

    def _reviewer(self, told: dict[str, Any], by_seal: dict[str, Assessment], answered: dict[Any, str]) -> User:
        """Whoever answered; of two who bear one name, the other where the first has answered in this round."""
        if told["follows"]:
            return by_seal[told["follows"]].reviewer
        reviewer = self.into.guests(told["reviewer"])
        if (told["round"], reviewer.pk) in answered:
            reviewer = self.into.guests(told["reviewer"], other_than=reviewer)
        answered[told["round"], reviewer.pk] = told["seal"]
        return reviewer

    def _assessment(self, claim: Claim, told: dict[str, Any], reviewer: User) -> Assessment:
        """As it was sealed; as the report tells it, where what was sealed is kept back."""
        sealed = self.into.opened.seals.get(told["seal"])
        at = moment(sealed["submitted_at"] if sealed else told["submitted_at"])
        answer = Assessment(
            claim=claim, reviewer=reviewer, rating=self.ratings[told["rating"]], submitted_at=at, saved_at=at,
            **{n: told[n] for n in ("round", "rationale", "would_change", "seal", "moved_reason", "override_reason")},
        )  # fmt: skip
        if sealed:
            for name in ("was_said", "likelihood", "confidence", "statement"):
                setattr(answer, name, sealed[name])
            answer.facets = sealed.get("facets", {})
            answer.sealed_as = {"claim": sealed["claim"], "reviewer": sealed["reviewer"]}
        else:
            for name, choices in (("was_said", WasSaid), ("likelihood", Likelihood), ("confidence", Confidence)):
                setattr(answer, name, self.into.codes(choices).get(told[f"{name}_label"], ""))
            parts = {part["facet"]: {"rating": part["rating"] or None} | note(part) for part in told["facets"]}
            answer.statement, answer.facets, answer.sealed_as = claim.statement, parts, {}
        return answer

    def _verdict(self, claim: Claim, told: dict[str, Any], *, standing: bool) -> None:
        names = ("round", "summary", "reached", "open_questions", "support", "one_origin", "to_overruled")
        proposer = self.into.guests(told["proposed_by"])
        verdict = Verdict(
            claim=claim, rating=self.ratings[told["rating"]], **{name: told[name] for name in names},
            difference=self.into.codes(Difference).get(told["reason_label"], ""), proposed_by=proposer,
            proposed_at=moment(told["proposed_at"]), decision=Verdict.Decision.SIGNED_OFF,
            decided_by=self.into.guests(told["signed_off_by"], other_than=proposer),
            decided_at=moment(told["signed_off_at"]), renewed="\n".join(told["renewed"]),
        )  # fmt: skip
        self.into.keep(verdict)
        self._record(verdict, {"round": verdict.round, "rating": verdict.rating.code, "decision": verdict.decision})
        for each in told["replies"]:
            reviewer = self.into.guests(each["reviewer"])
            self.into.keep(Reply(verdict=verdict, reviewer=reviewer, text=each["text"], at=moment(each["at"])))
        if standing:
            lean(verdict, origins_of(claim))

    def _changes(self, claim: Claim, changes: list[dict[str, Any]], evidence: dict[int, Evidence]) -> None:
        verdict = claim.verdicts.filter(round=claim.round).first()
        for each in changes if verdict is not None else ():
            change = EvidenceChange(
                claim=claim, verdict=verdict, evidence=evidence[each["evidence"]], what=each["what"],
                at=moment(each["at"]), by=self.by, case=self.case,
            )  # fmt: skip
            if (answered := each["answered"]) is not None:
                change.answered_by, change.answered_at = self.into.guests(answered["by"]), moment(answered["at"])
                change.answer = answered["why"]
            self.into.keep(change)

    def _changes_in_words(self, said: list[str]) -> Iterator[dict[str, Any]]:
        """The changes that the first reports of this format tell in words alone; what is in other words is left out."""
        kinds = self.into.codes(EvidenceChange.What)
        for sentence in said:
            match = CHANGED.fullmatch(sentence)
            if match is None or match[2] not in kinds:
                continue
            at = datetime.datetime.strptime(match[3], "%d %b %Y").replace(tzinfo=datetime.UTC).isoformat()
            answered = {"by": match[4], "at": at, "why": match[5]} if match[4] else None
            yield {"evidence": int(match[1]), "what": kinds[match[2]], "at": at, "answered": answered}

    def _gaps(self, claim: Claim, told: list[dict[str, Any]]) -> None:
        for each in told:
            question = OpenQuestion(
                claim=claim, case=self.case, added_by=self.by, owner=self.into.guests.known(each["owner"]),
                due=day(each["due"]), **{name: each[name] for name in ("number", "text", "state")},
            )  # fmt: skip
            if each["state"] == OpenQuestion.State.DROPPED:
                question.answer, question.closed_by, question.closed_at = each["reason"], self.by, timezone.now()
            self.into.keep(question)

    def _comments(self, claim: Claim, told: list[dict[str, Any]]) -> None:
        by_number: dict[int | None, Comment] = {}
        for each in told:
            comment = Comment(
                claim=claim, author=self.into.guests(each["by"]), at=moment(each["at"]), round=each["round"],
                text=each["text"], parent=by_number.get(each["answers"]),
            )  # fmt: skip
            if each["resolved"]:
                comment.resolved_by, comment.resolved_at = self.by, timezone.now()
            self.into.keep(comment)
            by_number[each["number"]] = comment


def note(part: dict[str, Any]) -> dict[str, str]:
    """The note on a part of an answer, if there is one."""
    return {"note": part["note"]} if part["note"] else {}
