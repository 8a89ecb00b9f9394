"""A real S3 server, started once for the tests of a process; each test has a bucket of its own."""

import itertools
import logging

import boto3
import pytest
from moto.server import ThreadedMotoServer

from claims.custody.object_store import ObjectStore
from claims.custody.store import FolderStore
from workbench.buckets import Bucket

_counter = itertools.count(1)


@pytest.fixture(scope="session")
def service():
    """The address of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(service, settings):
    """A bucket in which the installation's files are, below a prefix."""
    made = Bucket(f"bucket-{next(_counter)}", "work/bench", service)
    boto3.client("s3", endpoint_url=service).create_bucket(Bucket=made.name)
    settings.STORE = made
    return made


@pytest.fixture(params=["folder", "bucket"])
def kept(request, settings, tmp_path):
    """The installation's store, of both kinds in turn."""
    if request.param == "bucket":
        return ObjectStore.of(request.getfixturevalue("bucket"))
    return FolderStore(tmp_path / "files")
