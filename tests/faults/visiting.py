"""People and programs who ask a running server: each request on a connection of its own."""

import http.client
import json
import subprocess
import sys
from http.cookies import SimpleCookie
from types import SimpleNamespace

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.faults.forms import form_of
from tests.processes import ROOT, bare_environment

# Ann, with a role in a case that has a claim and an exhibit.
LET_IN = """
import datetime, json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from claims.models import *
who = User.objects.create_user("ann@example.net", "x", name="Ann")
case = Case(title="A case", code="FAULTS", scale=Scale.objects.default())
case.save(by=who)
case.enrol(who, Role.EDITOR, by=who)
claim = Claim.make(case, by=who, passage=None, statement="The army is 48,000 strong.", kind="quantity")
exhibit = Exhibit(case=case, title="The census")
exhibit.save(by=who)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(who.pk), who.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.save()
until = timezone.now() + datetime.timedelta(days=2)
secret = issue(who, name="Wire feed", scopes=["read", "write"], until=until)[1]
print(json.dumps([session.session_key, secret, exhibit.get_absolute_url()]))
"""


def told(code, within=(), **variables):
    """What a piece of Python prints, as JSON, in an installation with these variables; `within` is what runs it."""
    command = [*within, sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=bare_environment(**variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class Visitor:
    """Ann, who is signed in on a running server, and a program of hers with a token.

    `claim` and `exhibit` are pages of a case of hers. The variables are the server's.
    """

    claim = "/cases/FAULTS/claims/1/"

    def __init__(self, served, within=(), **variables):
        session, self.secret, self.exhibit = told(LET_IN, within, **variables)
        self.served, self.cookies = served, {"session": session}

    def ask(self, method, path, body=None, **headers):
        """The answer, as Django's own test client gives it: with status_code, headers and content."""
        line = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=60)
        try:
            line.request(method, path, body, {"Connection": "close"} | headers)
            answer = line.getresponse()
            return SimpleNamespace(status_code=answer.status, headers=answer.headers, content=answer.read())
        finally:
            line.close()

    def browse(self, method, path, body=None, **headers):
        """An answer to the browser, whose cookies it keeps."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.ask(method, path, body, Cookie=kept, **headers)
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer

    def get(self, path):
        """A page."""
        return self.browse("GET", path)

    def post(self, path, fields):
        """What the server says to a form."""
        token = {"X-CSRFToken": self.cookies["csrf"]} if "csrf" in self.cookies else {}
        body = encode_multipart(BOUNDARY, fields)
        return self.browse("POST", path, body, **{"Content-Type": MULTIPART_CONTENT}, **token)

    def form(self, page, ends="", **typed):
        """A form on a page, filled in, to be posted."""
        return form_of(self, page, ends, **typed)

    def call(self, path, said, key):
        """What the server says to the program, which does a thing once under each key."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}", "Idempotency-Key": key}
        return self.ask("POST", f"/api{path}", json.dumps(said), **headers)
