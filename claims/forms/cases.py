"""What may be typed about a case and its members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm
from claims.models import Case, Membership, Refused, Role, Scale, User, writing


class CaseForm(WorkForm):
    """What a case is about, and how it reviews."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Description"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is being looked into, in a few sentences."),
    )  # fmt: skip
    policy = forms.ChoiceField(label=_("Review"), choices=Case.Policy, widget=forms.RadioSelect)
    assessments_required = forms.IntegerField(
        label=_("Assessments required"), min_value=1, max_value=20, initial=2,
        help_text=_("As many answers must be in before a claim can be decided."),
    )  # fmt: skip
    hides_sources = forms.BooleanField(
        label=_("Rate information with its source hidden"), required=False,
        help_text=_("Whoever adds evidence does not say how far it is to be believed. Somebody else does, on the "
                    "claim's page, where its source stays hidden from all but who added it until then. It hides "
                    "there, so that a name sways nobody, and is no secret elsewhere in the case."),
    )  # fmt: skip
    draft_days = forms.IntegerField(
        label=_("Days that a draft may lie"), min_value=1, max_value=365, required=False,
        help_text=_("Who leaves a draft untouched for longer is asked no more, and told so; the draft stays theirs. "
                    "Empty: never."),
    )  # fmt: skip


class UnbegunCaseForm(CaseForm):
    """A case that has no claims yet: it can still choose another scale."""

    scale = forms.ModelChoiceField(
        label=_("Scale"), queryset=Scale.objects.none(), empty_label=None, required=False,
        help_text=_("The answers among which reviewers choose. It stays as it is from the first claim on."),
    )  # fmt: skip
    field_order = ["title", "description", "scale"]

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scale"].queryset = Scale.objects.filter(  # type: ignore[attr-defined]
            Q(retired_at=None) | Q(pk=case.scale_id)
        )
        self.case = case

    def clean_scale(self) -> Scale:
        """The scale that was chosen; the one it has where none was."""
        chosen: Scale | None = self.cleaned_data["scale"]
        return chosen or self.case.scale


class NewCaseForm(CaseForm):
    """A new case. Its code stays as it is from then on, its scale from the first claim on."""

    cursor = "title"

    code = forms.CharField(
        label=_("Code"), max_length=12, validators=Case._meta.get_field("code").validators,
        help_text=_("Stands before each claim's number, as in BY-3. It stays as it is from then on."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )  # fmt: skip
    scale = forms.ModelChoiceField(
        label=_("Scale"), queryset=Scale.objects.offered(), empty_label=None,
        help_text=_("The answers among which reviewers choose. It stays as it is from the first claim on."),
    )  # fmt: skip
    field_order = ["title", "code", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].initial = Case.Policy.BLIND

    def make(self, by: User) -> Case:
        """The new case, with whoever made it as its editor. Refused where the code is taken."""
        code = self.values["code"]

        def make() -> Case:
            # The chain that belongs to no case is held, so that two cases of one code cannot both find it free.
            with writing(None):
                if Case.objects.filter(code=code).exists():
                    raise Refused(_("There is a case %(code)s already.") % {"code": code}, "code")
                case = Case(once=self.key(by), **self.values)
                case.save(by=by)
                case.enrol(by, Role.EDITOR, by=by)
            return case

        return Case.made_once(self.key(by), make)


class MemberForm(WorkForm):
    """Somebody who joins a case."""

    email = forms.EmailField(label=_("E-mail"), help_text=_("Of somebody who has an account."))
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.ANALYST)

    def clean_email(self) -> str:
        """The address of an account that can be used."""
        email = str(self.cleaned_data["email"])
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has an account with this e-mail. An administrator gives accounts."))
        self.person = person
        return email

    def enrol(self, case: Case, by: User) -> Membership:
        """Give the person their role. Refused where it would leave the case without an editor."""
        with writing(case):
            return case.enrol(self.person, self.values["role"], by=by)


class RoleForm(WorkForm):
    """Another role for a member, or none any more."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)

    def change(self, membership: Membership, by: User) -> None:
        """Give the member another role. Raises Stale, or Refused for the last editor."""
        membership.role = self.values["role"]
        membership.save(by=by, verb="enrolled", expect=self.seen_version)
