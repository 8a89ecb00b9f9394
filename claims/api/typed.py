"""What programs may send, as the description says it. What it means is judged by the same forms as the pages'."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic.json_schema import WithJsonSchema

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def encodable(text: str) -> str:
    """The text. Raises ValueError for half of a surrogate pair, which JSON can name and no text can hold."""
    text.encode()
    return text


def _whole(value: Any) -> Any:
    """A number without a fraction: to JSON, 2.0 is one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> str:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("Write the day as in 2023-02-20.")
    return datetime.date.fromisoformat(value).isoformat()


Words = Annotated[StrictStr, AfterValidator(encodable)]
Text = Annotated[str, AfterValidator(encodable)]  # of an address, where all is text
Day = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,11}$")]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Key = Annotated[int, Field(ge=1, le=2**53 - 1)]
Id = Annotated[StrictInt, Field(ge=1, le=2**53 - 1), BeforeValidator(_whole)]
Counted = Annotated[StrictInt, Field(ge=1, le=2**31 - 1), BeforeValidator(_whole)]
Decimal = Annotated[StrictStr, Field(pattern=r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$")]
Place = Annotated[StrictInt, Field(ge=0, le=2**31 - 1), BeforeValidator(_whole)]


class Typed(Schema):
    """Nothing that the description does not name is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class DocumentIn(Typed):
    """A text to load. What is left out is read from the text."""

    text: Annotated[Words, Field(min_length=1, max_length=10_000_000)]
    title: Annotated[Words, Field(max_length=300)] = ""
    publisher: Annotated[Words, Field(max_length=200)] = ""
    author: Annotated[Words, Field(max_length=200)] = ""
    language: Annotated[Words, Field(max_length=12)] = ""
    published: Day | None = None
    modified: Day | None = None
    source_url: Annotated[Words, Field(max_length=1000)] = ""


class RungIn(Typed):
    """Who said it, or who told it on."""

    speaker: Annotated[Words, Field(min_length=1, max_length=200)]
    verb: Annotated[Words, Field(max_length=80)] = ""
    hedged: StrictBool = False
    basis: Literal["on_record", "anonymous", "document", "hearsay"] = "on_record"


class FigureIn(Typed):
    """A figure that the claim states: `low`, `high` or both, as decimal numbers in text."""

    measure: Annotated[Words, Field(min_length=1, max_length=100)]
    low: Decimal | None = None
    high: Decimal | None = None
    unit: Annotated[Words, Field(max_length=60)] = ""
    entity: Annotated[Words, Field(max_length=200)] = ""


Statement = Annotated[Words, Field(min_length=1, max_length=1000)]
Kinds = Literal["quantity", "event", "state", "plan", "forecast", "statement", "other"]
Speakers = Literal["person", "organisation", "outlet", "account", "sensor"]


class ClaimIn(Typed):
    """A claim made of words of a document: between which places, in code points, and which words these are."""

    start: Place
    end: Counted
    exact: Annotated[Words, Field(min_length=1, max_length=10_000)]
    statement: Statement
    kind: Kinds = "statement"
    as_of: Day | None = None
    resolves_on: Day | None = None
    review_by: Day | None = None
    attributions: Annotated[list[RungIn], Field(max_length=3)] = []
    quantities: Annotated[list[FigureIn], Field(max_length=2)] = []


class ClaimChange(Typed):
    """What is to be changed of a claim that nobody has assessed yet; what is left out stays."""

    statement: Statement | None = None
    kind: Kinds | None = None
    as_of: Day | None = None
    resolves_on: Day | None = None
    review_by: Day | None = None


class SourceIn(Typed):
    """Whoever speaks. `anyway` names sources of the same name that it is not."""

    name: Annotated[Words, Field(min_length=1, max_length=200)]
    kind: Speakers = "organisation"
    aliases: Annotated[list[Annotated[Words, Field(min_length=1, max_length=200)]], Field(max_length=20)] = []
    belongs_to: Id | None = None
    country: Annotated[Words, Field(max_length=60)] = ""
    languages: Annotated[Words, Field(max_length=120)] = ""
    interests: Annotated[Words, Field(max_length=2000)] = ""
    note: Annotated[Words, Field(max_length=5000)] = ""
    anyway: Annotated[list[Id], Field(max_length=10)] = []


class EvidenceIn(Typed):
    """An exhibit brought to bear on a claim: one that the case holds (`exhibit`), or a new one with its source."""

    stance: Literal["supports", "refutes", "context"]
    bearing: Literal["said", "true"] = "true"
    quote: Annotated[Words, Field(max_length=10_000)] = ""
    where: Annotated[Words, Field(max_length=200)] = ""
    credibility: Literal["1", "2", "3", "4", "5", "6", ""] = ""
    note: Annotated[Words, Field(max_length=5000)] = ""
    level: Literal["primary", "secondary", ""] = ""
    level_reason: Annotated[Words, Field(max_length=2000)] = ""
    withheld: StrictBool = False
    exhibit: Id | None = None
    title: Annotated[Words, Field(max_length=300)] = ""
    source: Id | None = None
    source_name: Annotated[Words, Field(max_length=200)] = ""
    source_kind: Speakers = "organisation"
    source_url: Annotated[Words, Field(max_length=1000)] = ""
    published: Day | None = None
    document: Counted | None = None
    text: Annotated[Words, Field(max_length=1_000_000)] = ""


class AssessmentIn(Typed):
    """One's own judgement, sealed once it is in. `means_both`: it is meant that rating and likelihood contradict."""

    rating: Annotated[Words, Field(min_length=1, max_length=40)]
    rationale: Annotated[Words, Field(min_length=1, max_length=20_000)]
    was_said: Literal["yes", "no", "unclear", ""] = ""
    likelihood: Literal["remote", "very_unlikely", "unlikely", "even", "likely", "very_likely", "certain", ""] = ""
    confidence: Literal["low", "moderate", "high", ""] = ""
    would_change: Annotated[Words, Field(max_length=5000)] = ""
    relied_on: Annotated[list[Counted], Field(max_length=200)] = []
    means_both: StrictBool = False
