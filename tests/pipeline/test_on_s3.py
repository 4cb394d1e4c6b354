"""Snapshots, tables, results and report on object storage, with keys that nothing may repeat."""

import json
import os
import subprocess
import sys

import pytest

from isthmus.config import Bucket, Storage
from isthmus.engine import TableStore
from isthmus.files import open_root
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot

pytestmark = pytest.mark.spark

KEY, SECRET = "LABKEY0123456789", "s3cr3t/Of+The-Lab"
SETTINGS = ("networks.citation_years=[cited]", "years.corpus=[2015, 2021]", "years.analysis=[2015, 2021]")


def upload(client, bucket, folder, acl):
    client.create_bucket(Bucket=bucket, ACL=acl)
    for file in folder.rglob("*"):
        if file.is_file():
            key = f"snapshot/{file.relative_to(folder).as_posix()}"
            client.put_object(Bucket=bucket, Key=key, Body=file.read_bytes(), ACL=acl)


@pytest.mark.parametrize("layout", ["jsonl", "parquet"])
def test_a_public_bucket(spark, s3_server, tmp_path, layout):
    """Python workers read the parts themselves: no key, no jars."""
    endpoint, client = s3_server
    bucket = f"open-{layout}"
    simulate_snapshot(tmp_path / "snapshot", world=World(works=1_000, seed=2), formats=[layout], processes=1)
    upload(client, bucket, tmp_path / "snapshot", "public-read")
    storage = Storage(buckets={bucket: Bucket(access="anonymous", endpoint=endpoint, region="us-east-1")})
    request = Request(
        warehouse=str(tmp_path / "warehouse"), snapshot=f"s3://{bucket}/snapshot", storage=storage, stages=("parse",), quiet=True
    )  # fmt: skip
    said = run_pipeline(spark, request)
    parsed = TableStore(spark, request.warehouse).read("work_lines").where("work_id is not null")
    assert parsed.count() == 1_000
    assert said["parse"].endswith("parts read")


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["parquet", "jsonl"])
def test_everything_in_a_private_bucket(s3_server, tmp_path, layout):
    """The whole command, in a process of its own: its session needs the jars of S3."""
    endpoint, client = s3_server
    bucket = f"lab-{layout}"
    simulate_snapshot(tmp_path / "snapshot", world=World(works=3_000, seed=2), formats=[layout], processes=1)
    upload(client, bucket, tmp_path / "snapshot", "private")
    own = {"endpoint": endpoint, "region": "us-east-1", "access": "environment", "key_variable": "LAB_KEY", "secret_variable": "LAB_SECRET"}  # fmt: skip
    file = tmp_path / "storage.yaml"
    file.write_text(json.dumps({"storage": {"buckets": {bucket: own}}}))
    places = ["--snapshot", f"s3://{bucket}/snapshot", "--warehouse", f"s3a://{bucket}/tables", "--storage", str(file)]
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    environment = os.environ | {"ISTHMUS_RUN": "short", "LAB_KEY": KEY, "LAB_SECRET": SECRET}

    def isthmus(*words):
        code = f"import sys; from isthmus.cli.main import main; sys.argv = ['isthmus', *{list(words)}]; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert SECRET not in done.stdout + done.stderr
        return done

    run = ["run", "--study", "demonstration", "--master", "local[2]", *settings, *places]
    done = isthmus(*run)
    assert done.returncode == 0, done.stderr[-3000:]
    results = f"s3a://{bucket}/tables/results/demonstration"
    assert results in done.stdout
    os.environ.update({"LAB_KEY": KEY, "LAB_SECRET": SECRET})
    try:
        root = open_root(results, Storage(buckets={bucket: Bucket(**own)}))
        names = {entry.path for entry in root.list()}
    finally:
        del os.environ["LAB_KEY"], os.environ["LAB_SECRET"]
    assert {"study.json", "pair_tests.parquet", "report.html"} <= names
    assert "US" in isthmus("pair", "CN", "US", "--results", results, "--storage", str(file)).stdout
    # nothing is done twice, and the failure of a wrong key is one message
    assert "Nothing had to be done" in isthmus(*run).stdout
    environment["LAB_SECRET"] = ""
    refused = isthmus(*run)
    assert refused.returncode == 1
    assert "`secret_variable` names is not set" in refused.stderr
    for listed in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in listed.get("Contents", ()):
            body = client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            assert SECRET.encode() not in body, f"{entry['Key']} holds the secret"
            assert KEY.encode() not in body, f"{entry['Key']} holds the key"


@pytest.mark.slow
def test_two_runs_on_one_warehouse_come_one_after_the_other(s3_server, tmp_path):
    """Two whole processes that start together; the one that waits finds all tables there and has nothing to do."""
    endpoint, client = s3_server
    simulate_snapshot(tmp_path / "snapshot", world=World(works=500, seed=2), formats=["jsonl"], processes=1)
    client.create_bucket(Bucket="two-runs")
    own = {"endpoint": endpoint, "region": "us-east-1", "access": "environment", "key_variable": "LAB_KEY", "secret_variable": "LAB_SECRET"}  # fmt: skip
    file = tmp_path / "storage.yaml"
    file.write_text(json.dumps({"storage": {"buckets": {"two-runs": own}}}))
    words = ["isthmus", "ingest", "--snapshot", str(tmp_path / "snapshot"), "--warehouse", "s3a://two-runs/tables"]
    words += ["--storage", str(file), "--master", "local[1]"]
    code = f"import sys; from isthmus.cli.main import main; sys.argv = {words!r}; main()"
    environment = os.environ | {"ISTHMUS_RUN": "short", "LAB_KEY": KEY, "LAB_SECRET": SECRET}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=900) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said[0][1][-2000:] + said[1][1][-2000:]
    waited = [n for n in range(2) if "is in use by the reading of" in said[n][1]]
    assert len(waited) == 1
    assert f"process {runs[1 - waited[0]].pid} on " in said[waited[0]][1]
    assert "Nothing had to be done" in said[waited[0]][0]
    keys = [entry["Key"] for entry in client.list_objects_v2(Bucket="two-runs", Prefix="tables/works/")["Contents"]]
    first = [key for key in keys if key.endswith("_delta_log/00000000000000000000.json")]
    assert len(first) == 1
    assert client.get_object(Bucket="two-runs", Key="tables/.run.lock")["Body"].read() == b""
