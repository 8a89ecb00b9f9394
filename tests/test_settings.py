"""Settings: nothing set means production, and what cannot be read stops the start by its name."""

import json
import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.processes import manage, python
from workbench.buckets import Bucket, bucket
from workbench.databases import database
from workbench.variables import hosts

ASK = (
    "import json, workbench.settings as s; print(json.dumps({name: getattr(s, name) for name in "
    "('DEBUG', 'DEMO', 'HTTPS', 'SECURE_SSL_REDIRECT', 'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'SECRET_KEY')}))"
)


def read_settings(folder, **variables: str):
    read = python("-c", ASK, WORKBENCH_DATA=str(folder), **variables)
    assert read.returncode == 0, read.stderr
    return json.loads(read.stdout)


def test_nothing_set_means_production(tmp_path):
    found = read_settings(tmp_path)
    assert not found["DEBUG"]
    assert not found["DEMO"]
    assert all(found[name] for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"))


def test_a_demo_folder_speaks_plain_http_and_is_no_debug(tmp_path):
    (tmp_path / "demo").touch()
    found = read_settings(tmp_path)
    assert found["DEMO"]
    assert not found["HTTPS"]
    assert not found["DEBUG"]


@pytest.mark.parametrize(
    "given",
    [
        {"WORKBENCH_BIND": "0.0.0.0:8000"},
        {"WORKBENCH_BIND": "unix:/run/workbench.sock"},
        {"WORKBENCH_HOSTS": "127.0.0.1,workbench.example.org"},
        {"WORKBENCH_URL": "https://workbench.example.org"},
    ],
)
def test_a_demo_whose_passwords_everybody_knows_is_reached_from_this_machine_alone(tmp_path, given):
    read_settings(tmp_path, **given)
    (tmp_path / "demo").touch()
    read_settings(
        tmp_path, WORKBENCH_BIND="localhost:8001", WORKBENCH_HOSTS="localhost,[::1]", WORKBENCH_URL="http://127.0.0.1/x"
    )
    with pytest.raises(AssertionError, match="a demo's data folder, and everybody knows its passwords"):
        read_settings(tmp_path, **given)


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path):
    first = read_settings(tmp_path)["SECRET_KEY"]
    assert len(first) >= 50
    assert read_settings(tmp_path)["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_secret_key_may_stand_in_a_file_whose_last_line_ends(tmp_path):
    (tmp_path / "key").write_text("k" * 60 + "\n")
    assert read_settings(tmp_path, WORKBENCH_SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "k" * 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKBENCH_DEBUG", "perhaps"),
        ("WORKBENCH_HTTPS", "2"),
        ("WORKBENCH_PROXIES", "many"),
        ("WORKBENCH_SECOND_FACTOR", "everybody"),
        ("DATABASE_URL", "mysql://somebody@somewhere/things"),
        ("DATABASE_URL", "no address"),
        ("WORKBENCH_HOSTS", "https://claims.example.org,*"),
        ("WORKBENCH_ADMIN", "nobody"),
        ("WORKBENCH_BACKUP_KEYS", ","),
        ("WORKBENCH_STORE", "https://example.org/files"),
        ("WORKBENCH_STORE", "s3://"),
        ("WORKBENCH_STORE", "s3://Bucket"),
        ("WORKBENCH_STORE", "s3://bucket/a//b"),
        ("WORKBENCH_STORE", "s3://bucket/a b"),
        ("WORKBENCH_STORE_ENDPOINT", "http://127.0.0.1:9000"),
    ],
)
def test_a_bad_value_stops_the_start_by_its_name(tmp_path, name, value):
    read = python("-c", ASK, WORKBENCH_DATA=str(tmp_path), **{name: value})
    assert read.returncode != 0
    assert name in read.stderr.splitlines()[-1]


def test_one_start_tells_everything_that_is_wrong(tmp_path):
    wrong = {
        "WORKBENCH_HOST": "claims.example.org", "WORKBENCH_DEBUG": "perhaps", "WORKBENCH_PROXIES": "-1",
        "DATABASE_URL": "mysql://somebody:secret-words@somewhere/things", "WORKBENCH_STAMPS_FILE": "/no/such/file",
        "WORKBENCH_METRICS": "short-secret", "WORKBENCH_STORE_FILE": str(tmp_path / "store"), "WORKBENCH_STORE": "s3://b",
    }  # fmt: skip
    (tmp_path / "store").write_text("s3://bucket")
    read = manage("check", WORKBENCH_DATA=str(tmp_path), **wrong)
    first, *lines = read.stderr.splitlines()
    assert (read.returncode, first) == (os.EX_CONFIG, "The workbench does not start:")
    assert [line.split()[0].removesuffix(":") for line in lines] == [
        "WORKBENCH_HOST", "WORKBENCH_DEBUG", "WORKBENCH_PROXIES", "DATABASE_URL", "WORKBENCH_STORE",
        "WORKBENCH_STAMPS_FILE", "WORKBENCH_METRICS",
    ]  # fmt: skip
    assert "Is WORKBENCH_HOSTS meant?" in lines[0]
    assert "secret" not in read.stderr


def test_a_file_that_is_empty_is_told_as_that_and_no_key_is_made_instead(tmp_path):
    (tmp_path / "empty").write_text(" \n")
    names = ("WORKBENCH_SECRET_KEY", "DATABASE_URL", "WORKBENCH_BACKUP_PASSPHRASE")
    data = {"WORKBENCH_DATA": str(tmp_path / "data")}
    read = manage("check", **data, **{f"{name}_FILE": str(tmp_path / "empty") for name in names})
    assert read.returncode == os.EX_CONFIG
    assert read.stderr.splitlines()[1:] == [f"{name}_FILE: {tmp_path / 'empty'} is empty." for name in names]
    assert not (tmp_path / "data" / "secret_key").exists()


def test_a_key_for_signing_that_can_be_guessed_stops_the_start_and_is_not_repeated(tmp_path):
    read = manage("check", WORKBENCH_DATA=str(tmp_path), WORKBENCH_SECRET_KEY="q" * 49)
    assert read.stderr.splitlines()[1:] == ["WORKBENCH_SECRET_KEY must have 50 characters or more."]
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("given", ["claims.example.org, .example.org", "LOCALHOST,10.0.0.1,[::1]"])
def test_hosts_are_names_and_addresses(given):
    assert hosts(given) == [part.strip() for part in given.split(",")]


@pytest.mark.parametrize(
    "given",
    [
        "*",
        ",",
        "https://x.org",
        "x.org:443",
        "x.org/claims",
        "::1",
        "x org",
        "x..org",
        ".",
        "x.org.",
        "a_b",
        "bücher.org",
    ],
)
def test_what_is_no_host_name_is_refused(given):
    with pytest.raises(ValueError, match="must be host names") as refused:
        hosts(f"claims.example.org,{given}" if given != "," else given)
    assert repr(given) in str(refused.value)


def test_what_kubernetes_names_a_service_of_ours_by_is_told_as_that_in_one_line(tmp_path):
    links = {
        "WORKBENCH_SERVICE_HOST": "10.0.0.1", "WORKBENCH_SERVICE_PORT": "8000", "WORKBENCH_SERVICE_PORT_HTTP": "8000",
        "WORKBENCH_PORT": "tcp://10.0.0.1:8000", "WORKBENCH_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "WORKBENCH_PORT_8000_TCP_PROTO": "tcp", "WORKBENCH_PORT_8000_TCP_ADDR": "10.0.0.1",
        "WORKBENCH_DB_PORT_5432_TCP_PORT": "5432",
    }  # fmt: skip
    read = manage("check", WORKBENCH_DATA=str(tmp_path), WORKBENCH_PORTS="1", **links)
    _first, other, line = read.stderr.splitlines()
    assert other.startswith("WORKBENCH_PORTS is no variable")
    assert "enableServiceLinks: false" in line
    assert all(name in line for name in links)
    alone = manage("check", WORKBENCH_DATA=str(tmp_path), WORKBENCH_PORT="8000")
    assert "Kubernetes" not in alone.stderr


def test_what_the_address_of_the_database_asks_for_holds(tmp_path):
    asked = database("postgres://u@h/n?sslmode=verify-full&sslrootcert=/root.pem", tmp_path)["OPTIONS"]
    assert (asked["sslmode"], asked["sslrootcert"], "pool" in asked) == ("verify-full", "/root.pem", True)


def test_what_is_no_variable_of_ours_is_nothing_to_us(tmp_path):
    read_settings(tmp_path, WORKBENCHES="3", WORK_BENCH="x")


@pytest.mark.parametrize(
    ("address", "hosts", "path"),
    [
        ("https://example.org", ["example.org"], "/"),
        ("https://example.org/claims/", ["example.org"], "/claims/"),
        ("https://example.org:8443/a/b", ["example.org"], "/a/b/"),
    ],
)
def test_the_address_that_people_use_says_the_host_and_the_path(tmp_path, address, hosts, path):
    ask = "import workbench.settings as s; print([s.ALLOWED_HOSTS[3:], s.SESSION_COOKIE_PATH, s.STATIC_URL])"
    read = python("-c", ask, WORKBENCH_DATA=str(tmp_path), WORKBENCH_URL=address)
    assert read.stdout.strip() == str([hosts, path, f"{path}static/"]), read.stderr


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "ftp://example.org", "http://", "http://a:b", "http://a:99999"])
def test_an_endpoint_that_is_none_stops_the_start_by_its_name(tmp_path, endpoint):
    with pytest.raises(ImproperlyConfigured, match="WORKBENCH_STORE_ENDPOINT"):
        bucket("s3://bucket", endpoint)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("s3://bucket.of-ours", ""),
        ("s3://bucket.of-ours/", ""),
        ("s3://bucket.of-ours/a", "a"),
        ("s3://bucket.of-ours/a/b_2/", "a/b_2"),
    ],
)
def test_files_may_be_in_a_bucket_below_a_prefix(address, prefix):
    assert bucket(address, "") == Bucket("bucket.of-ours", prefix, "")
    assert bucket(address, "http://127.0.0.1:9000") == Bucket("bucket.of-ours", prefix, "http://127.0.0.1:9000")


def test_files_are_in_the_data_folder_where_no_bucket_is_named(tmp_path):
    assert bucket("", "") is None


def test_a_bucket_without_what_speaks_to_it_stops_the_start_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"WORKBENCH_STORE .* install the extra `s3`"):
        bucket("s3://bucket", "")


def test_a_folder_that_cannot_be_made_stops_the_start_by_its_name(tmp_path):
    (tmp_path / "file").touch()
    read = python("-c", ASK, WORKBENCH_DATA=str(tmp_path / "file" / "data"))
    assert read.returncode != 0
    assert "WORKBENCH_DATA" in read.stderr.splitlines()[-1]
    assert str(tmp_path) in read.stderr.splitlines()[-1]


def test_the_deployment_check_has_nothing_to_say(tmp_path):
    checked = manage("check", "--deploy", "--fail-level", "WARNING", WORKBENCH_DATA=str(tmp_path))
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
