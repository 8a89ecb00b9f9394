"""The files of a deployment, as far as this machine can start them."""

import http.server
import json
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import Any

import pytest
import trustme
import yaml

from tests.processes import ROOT, python
from tests.serving import free_port, serving, until
from workbench.variables import Environment, is_known

DEPLOY = ROOT / "workbench" / "deploy"
SHIPPED = (DEPLOY / "nginx.conf").read_text()
UNITS = sorted(DEPLOY.glob("workbench*.*"))


# ---- nginx


@pytest.fixture
def authority():
    return trustme.CA()


def proxy(folder, authority, port, behind, shipped):
    """The shipped configuration, with this port, certificate and server behind it."""
    certificate = authority.issue_cert("claims.example.org")
    chain, key = folder / "chain.pem", folder / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    certificate.private_key_pem.write_to_path(key)
    changed = (
        re.sub(r"listen \[::\].*\n", "", shipped)
        .replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        .replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("/etc/ssl/claims.example.org/fullchain.pem", str(chain))
        .replace("/etc/ssl/claims.example.org/privkey.pem", str(key))
        .replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    )
    assert changed.count("127.0.0.1:") == 3
    temporary = "".join(
        f"{kind}_temp_path {folder};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{ {temporary}\n{changed}\n}}\n"
    )
    return main


@pytest.fixture
def nginx(tmp_path, authority):
    """`nginx(behind)` starts it in front of a server, and returns its port."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("nginx is not on this machine")
    running = []

    def start(behind, shipped=SHIPPED):
        port = free_port()
        main = proxy(tmp_path, authority, port, behind, shipped)
        checked = subprocess.run([program, "-t", "-c", main, "-p", tmp_path], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        running.append(subprocess.Popen([program, "-c", main, "-p", tmp_path]))
        assert until(lambda: listening(port), 20)
        return port

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


def listening(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def browser(authority):
    """Opens addresses as a browser that trusts the authority, following nothing."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    trust.check_hostname = False

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), Stay)

    def get(port, path, **headers):
        asked = urllib.request.Request(f"https://127.0.0.1:{port}{path}")
        for name, value in ({"Host": "claims.example.org"} | headers).items():
            asked.add_header(name, value)
        try:
            with opener.open(asked, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.headers, fault.read().decode()

    return get


REAL = {"WORKBENCH_URL": "https://claims.example.org", "WORKBENCH_PROXIES": "1", "WORKBENCH_HTTPS": "1"}


def test_through_the_proxy_it_is_https_and_what_is_asked_within_stays_within(server_folder, nginx, authority):
    get = browser(authority)
    with serving(server_folder, "web", **REAL) as served:
        served.up()
        port = nginx(served.port)
        status, headers, page = get(
            port, "/accounts/login/", **{"X-Forwarded-For": "9.9.9.9", "X-Request-Id": "mine-12345"}
        )
        assert (status, "Sign in" in page) == (200, True)
        assert "max-age" in headers["Strict-Transport-Security"]
        assert "Secure" in headers["Set-Cookie"]
        assert headers["X-Request-Id"] != "mine-12345"
        assert headers["X-Request-Id"] in served.said()
        assert [get(port, path)[0] for path in ("/healthz", "/readyz", "/version", "/metrics")] == [404] * 4
        assert served.ask("/healthz")[0] == 200


TRICKLE = b"POST /accounts/login/ HTTP/1.1\r\nHost: claims.example.org\r\nContent-Length: 500\r\n\r\na"


def test_clients_that_trickle_keep_nobody_else_waiting(server_folder, nginx, authority):
    """Two hundred that send a byte now and then: more than all threads together."""
    get = browser(authority)
    with serving(server_folder, "web", **REAL) as served:
        served.up()
        port = nginx(served.port)
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        lines = []
        try:
            for _ in range(200):
                line = socket.create_connection(("127.0.0.1", port), timeout=30)
                lines.append(trust.wrap_socket(line, server_hostname="claims.example.org"))
                lines[-1].sendall(
                    b"POST /accounts/login/ HTTP/1.1\r\nHost: claims.example.org\r\nContent-Length: 500\r\n\r\na"
                )
            for _ in range(3):
                time.sleep(0.3)
                for line in lines:
                    line.sendall(b"b")
                assert get(port, "/accounts/login/")[0] == 200
        finally:
            for line in lines:
                line.close()


class Names(socketserver.BaseRequestHandler):
    """Answers each question for a name with the address that the server has at that moment (RFC 1035)."""

    server: Any

    def handle(self):
        asked, line = self.request
        end = asked.index(b"\0", 12) + 5
        an_address = asked[end - 4 : end - 2] == b"\0\1"
        head = asked[:2] + b"\x81\x80\0\1" + (b"\0\1" if an_address else b"\0\0") + b"\0\0\0\0"
        told = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(self.server.address) if an_address else b""
        line.sendto(head + asked[12:end] + told, self.client_address)


class Asked(socketserver.UDPServer):
    """Knows one address for every name."""

    address = "127.0.0.1"


class Container(http.server.BaseHTTPRequestHandler):
    """Says at which address it was asked."""

    server: Any

    def do_GET(self):
        said = self.server.server_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args):
        pass


@contextmanager
def answering(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def test_a_container_that_is_made_anew_is_found_at_its_new_address(nginx, authority):
    """By the very line that the compose file has for its proxy."""
    get, port = browser(authority), free_port()
    (pattern, new) = re.findall(r"sed 's\|(.+)\|(.+)\|'", (DEPLOY / "compose.yaml").read_text())[0]
    assert pattern in SHIPPED
    with (
        answering(Asked(("127.0.0.1", 0), Names)) as names,
        answering(http.server.HTTPServer(("127.0.0.1", port), Container)),
        answering(http.server.HTTPServer(("127.0.0.2", port), Container)),
    ):
        at = f"127.0.0.1:{names.server_address[1]}"
        in_front = nginx(port, SHIPPED.replace(pattern, new).replace("127.0.0.11 valid=10s", f"{at} valid=1s")
                         .replace(":8000", f":{port}"))  # fmt: skip
        assert get(in_front, "/")[2] == "127.0.0.1"
        names.address = "127.0.0.2"
        assert until(lambda: get(in_front, "/")[2] == "127.0.0.2")


# ---- container


@pytest.mark.parametrize("path", ["", "/claims"])
def test_the_probe_of_the_container_finds_it_well_whatever_hosts_it_answers_to(server_folder, path):
    command = re.findall(r"HEALTHCHECK .+\n +CMD (\[.+\])", (DEPLOY / "Containerfile").read_text())[0]
    only = {"WORKBENCH_URL": f"https://claims.example.org{path}", "WORKBENCH_HOSTS": "claims.example.org"}
    with serving(server_folder, "web", **REAL | only) as served:
        served.up()
        _python, *arguments = json.loads(command.replace(":8000", f":{served.port}"))
        probe = python(*arguments)
        assert probe.returncode == 0, probe.stderr
        assert [served.ask(f"{path}{each}")[0] for each in ("/healthz", "/readyz", "/version")] == [200, 200, 400]


# ---- units


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_units_are_sound(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    for each in UNITS:  # what is not on this machine is exchanged for what is
        text = each.read_text().replace("/srv/workbench/app/.venv/bin/python", shutil.which("python3") or "/bin/true")
        (tmp_path / each.name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name],
        capture_output=True, text=True, timeout=60, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert [line for line in checked.stderr.splitlines() if "workbench" in line] == []


def test_a_unit_gives_serve_more_time_to_end_than_serve_gives_its_children():
    from claims.management.supervising import STOP_WITHIN

    unit = (DEPLOY / "workbench.service").read_text()
    (allowed,) = re.findall(r"TimeoutStopSec=(\d+)", unit)
    assert int(allowed) > STOP_WITHIN


# ---- containers


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_container_file_copies_what_is_there_and_runs_as_nobody_in_particular():
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    copied = [path for line in lines if re.match(r"COPY (?!--from)", line) for path in line.split()[1:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {"claims", "workbench", "templates", "fixtures", "uv.lock"} <= set(copied)
    assert "USER workbench" in lines
    assert lines.index("USER workbench") < lines.index('CMD ["serve"]')
    wants = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "python:3.13" in lines[1]
    assert wants["requires-python"] == ">=3.13"
    extras = set(re.findall(r"--extra (\w+)", " ".join(lines)))
    assert extras <= set(wants["optional-dependencies"])
    assert all("--locked --no-dev" in line for line in lines if "uv sync" in line), "nothing of the tests goes along"


def test_every_variable_that_a_file_sets_is_one_and_can_be_read(compose):
    set_there = dict(
        part.split("=", 1)
        for line in (DEPLOY / "Containerfile").read_text().splitlines()
        for part in line.split()
        if part.startswith("WORKBENCH_")
    )
    for unit in UNITS:
        set_there |= dict(re.findall(r"^Environment=(WORKBENCH_\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    set_there |= compose["services"]["web"]["environment"]
    assert len(set_there) >= 7
    assert [name for name in set_there if not is_known(name)] == []
    assert Environment({name: value for name, value in set_there.items() if not name.endswith("_FILE")}).faults == []


def test_the_compose_file_is_one_by_the_specification_of_compose_files():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    found = subprocess.run([*check, DEPLOY / "compose.yaml"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_compose_file_fits_together(compose):
    services = compose["services"]
    assert [services[name]["command"] for name in ("web", "worker")] == [["serve", "web"], ["serve", "worker"]]
    for service in services.values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("depends_on", [])) <= set(services)
        for volume in service.get("volumes", []):
            named = volume.partition(":")[0]
            assert named.startswith("./") or named in compose["volumes"]
    files = [value for name, value in services["web"]["environment"].items() if name.endswith("_FILE")]
    assert {file.removeprefix("/run/secrets/") for file in files} <= set(services["web"]["secrets"])


def test_the_compose_file_backs_up_and_mails_every_day_as_the_unit_does(compose):
    daily = compose["services"]["daily"]
    (script,) = daily["command"]
    assert daily["entrypoint"] == ["sh", "-c"]
    subprocess.run(["sh", "-n", "-c", script.replace("$$", "$")], check=True)
    unit = (DEPLOY / "workbench-daily.service").read_text()
    asked = set(re.findall(r"manage\.py (\w+)", script))
    assert asked == set(re.findall(r"manage\.py (\w+)", unit)) == {"backup", "send_digests"}
    for name in ("web", "worker", "daily"):  # whoever tells how the last one stands looks for its file
        assert "./backups:/backups" in compose["services"][name]["volumes"]
        assert compose["services"][name]["environment"]["WORKBENCH_BACKUPS"] == "/backups"
