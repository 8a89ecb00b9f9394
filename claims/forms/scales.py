"""What may be typed about a scale and its answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.forms.fields import PlainWords, WorkForm, spell
from claims.models import Look, Rating, Scale, User
from claims.models.scales import IN_USE, MEANT, MOST_RATINGS
from claims.text.languages import is_code

BLANK, BLANK_AT_FIRST = 2, 5  # rows for further answers, at the end
FIELDS = ("code", "label", "meaning", "look", "position", "review_value", "translations")
LABEL, MEANING = 60, 300  # characters


def read_translations(typed: str) -> dict[str, dict[str, str]]:
    """Label and meaning by language, from lines such as “de: Gestützt | Die Belege tragen es.”.

    Raises ValidationError for the first line that cannot be read.
    """
    said: dict[str, dict[str, str]] = {}
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        code, _colon, words = (part.strip() for part in line.partition(":"))
        label, _bar, meaning = (part.strip() for part in words.partition("|"))
        if not is_code(code) or not label:
            raise ValidationError(
                _("“%(line)s” cannot be read. Write the code of a language, a colon, the label, a bar and what it "
                  "means, as in “de: Gestützt | Die Belege tragen die Behauptung.”") % {"line": line[:60]}
            )  # fmt: skip
        if len(label) > LABEL or len(meaning) > MEANING:
            raise ValidationError(
                _("“%(code)s” is too long: a label has %(label)s characters at most, what it means %(meaning)s.")
                % {"code": code, "label": LABEL, "meaning": MEANING}
            )
        if code in said:
            raise ValidationError(_("“%(code)s” stands there twice. Leave one line of it.") % {"code": code})
        said[code] = {"label": label, "meaning": meaning}
    return said


def write_translations(said: dict[str, dict[str, str]]) -> str:
    """The same lines again."""
    lines = []
    for code, words in said.items():
        meaning = words.get("meaning", "")
        lines.append(f"{code}: {words.get('label', '')}" + (f" | {meaning}" if meaning else ""))
    return "\n".join(lines)


class RatingForm(PlainWords, forms.Form):
    """One answer of a scale; a row in which nothing is typed is none."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("Label"), max_length=LABEL)
    meaning = forms.CharField(label=gettext_lazy("What it means"), max_length=MEANING)
    look = forms.ChoiceField(label=gettext_lazy("Looks like"), choices=[("", "–"), *Look.choices])
    position = forms.IntegerField(
        label=gettext_lazy("Place"), required=False, min_value=1, max_value=1000,
        help_text=gettext_lazy("Higher is more supported. Empty: off the scale."),
    )  # fmt: skip
    review_value = forms.IntegerField(
        label=gettext_lazy("ClaimReview value"), required=False, min_value=1, max_value=1000
    )
    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=30, required=False,
        help_text=gettext_lazy("For exports. Empty: made from the label."),
    )  # fmt: skip
    translations = forms.CharField(
        label=gettext_lazy("In other languages"), required=False, max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy("One a line, as in “de: Gestützt | Die Belege tragen die Behauptung.”"),
    )  # fmt: skip

    def __init__(self, *args: Any, frozen: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        if frozen:
            for name in {*MEANT, "pk"} & set(self.fields):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Words in one spelling; a code where none was typed."""
        spell(self)
        typed = self.cleaned_data
        if not typed.get("code") and typed.get("label"):
            typed["code"] = slugify(typed["label"])[:30].strip("-")
            if not typed["code"]:
                self.add_error("code", _("Write a code of Latin letters and digits: none can be made of the label."))
        return typed

    def clean_translations(self) -> dict[str, dict[str, str]]:
        """Label and meaning by language."""
        return read_translations(self.cleaned_data["translations"])


class RatingRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """All answers of a scale."""

    def rows(self) -> list[dict[str, Any]]:
        """What was typed of each answer, without those that are taken out."""
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and form not in self.deleted_forms]
        return [{name: row[name] for name in ("pk", *FIELDS)} for row in kept]


class ScaleForm(WorkForm):
    """A scale's name, with the rows of its answers beside it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)

    def __init__(self, data: Any = None, *, scale: Scale | None = None, copied: Scale | None = None) -> None:
        begin = {"name": scale.name, "version": scale.version} if scale else {}
        super().__init__(data, initial=begin)
        self.scale = scale
        self.frozen = scale is not None and scale.in_use
        make = forms.formset_factory(
            RatingForm, RatingRows, extra=0 if self.frozen else BLANK if scale or copied else BLANK_AT_FIRST,
            can_delete=not self.frozen, max_num=MOST_RATINGS, validate_max=True,
        )  # fmt: skip
        shown = begun(scale or copied, keyed=scale is not None)
        self.answers: Any = make(data, initial=shown, prefix="answers", form_kwargs={"frozen": self.frozen})

    def clean(self) -> dict[str, Any]:
        """A browser sends nothing of what is frozen: who does began before somebody answered on the scale."""
        if self.frozen and any(self.data.get(f"answers-{n}-label") for n in range(MOST_RATINGS)):
            self.add_error(None, IN_USE)
        return super().clean()

    def is_valid(self) -> bool:
        """Whether both the name and every answer can be saved."""
        named, answered = super().is_valid(), self.answers.is_valid()
        return named and bool(answered)

    def keep(self, by: User) -> Scale:
        """The scale as it was typed. Raises Refused or Stale."""
        scale, rows = self.scale, self.answers.rows()
        name = self.cleaned_data["name"]
        if scale is not None:
            return scale.revise(name, rows, by=by, expect=self.seen_version)
        key = self.key(by)
        return Scale.made_once(key, lambda: Scale(once=key).revise(name, rows, by=by))


def begun(scale: Scale | None, *, keyed: bool) -> list[dict[str, Any]]:
    """A scale's answers as the rows begin with them; those of a copy have no key yet."""
    found: list[Rating] = list(scale.ratings.all()) if scale else []
    return [
        {name: getattr(rating, name) for name in FIELDS}
        | {"pk": rating.pk if keyed else None, "translations": write_translations(rating.translations)}
        for rating in found
    ]
