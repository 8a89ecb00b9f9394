"""What people of the house are called in a report: by their names, or in a public one by what they did."""

from __future__ import annotations

from django.utils.translation import gettext as _

from claims.models import Case, Role, User


class People:
    """The people in one report. Public ones are told apart by numbers, in the order in which they come up."""

    def __init__(self, case: Case, *, public: bool) -> None:
        self.public = public
        members = case.memberships.select_related("user") if public else []
        self._members = {member.user_id: member for member in members}
        self._called: dict[int, str] = {}
        self.names: set[str] = set().union(*(names_of(member.user) for member in members))  # in public none may leave

    def __call__(self, user: User | None) -> str:
        """What this person is called; "" for nobody."""
        if user is None:
            return ""
        if self.public:
            self.names |= names_of(user)
        return self.named(user.pk, str(user))

    def named(self, key: int | None, name: str) -> str:
        """The same for somebody of whom only the key and the name are at hand."""
        if not self.public or key is None:
            return name
        if key not in self._called:
            self.names.add(name)
            member = self._members.get(key)
            word = _("Editor %(n)s") if member is not None and member.role == Role.EDITOR else _("Reviewer %(n)s")
            number = sum(called.startswith(word.split("%")[0]) for called in self._called.values()) + 1
            self._called[key] = word % {"n": number}
        return self._called[key]


def names_of(user: User) -> set[str]:
    """How a person could be named in a text."""
    return {user.name, user.email}
