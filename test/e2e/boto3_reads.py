"""The other SDK: boto3 reads with a profile that `writ profiles add` wrote, and by `writ exec`, and with nothing of
Writ's in its code; so does the AWS CLI, where it is installed beside this Python.

    python boto3_reads.py                  starts a stack of its own, on free ports and in a temporary folder
    python boto3_reads.py .writ/local.json uses the one that runs

Needs boto3 and, for a stack of its own, npm. Ends with `N passed, N failed`.
"""

import configparser
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import boto3
import botocore.credentials
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "example-reports"
REQUESTS = 12


def main():
    with tempfile.TemporaryDirectory(prefix="writ-boto3-") as temporary:
        folder = Path(temporary)
        if len(sys.argv) > 1:
            return check(Path(sys.argv[1]).resolve(), folder)
        with stack(folder / "stack") as local_file:
            return check(local_file, folder)


@contextmanager
def stack(folder):
    """`npm start -s -- --json`, until its one line has come. Its process group ends with it."""
    env = {**os.environ, "WRIT_LOCAL_DIR": str(folder), "WRIT_LOCAL_PORT": str(six_free_ports())}
    command = ["npm", "start", "-s", "--", "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        json.loads(process.stdout.readline())
        yield folder / "local.json"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        # Until every process has let go of it: then all have ended, and the folder is left alone.
        process.stdout.read()
        process.wait(timeout=30)


def six_free_ports():
    for first in range(20_000 + os.getpid() % 1000 * 6, 32_000, 6):
        if all(is_free(port) for port in range(first, first + 6)):
            return first
    raise RuntimeError("no six free ports in a row")


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def check(local_file, folder):
    local = json.loads(local_file.read_text())
    config = folder / "aws-config"
    # What the AWS tools and writ find by themselves; the credential_process inherits it.
    for name in [name for name in os.environ if name.startswith(("AWS_", "WRIT_"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "WRIT_LOCAL_FILE": str(local_file),
    }
    outcomes = Outcomes()

    def writ(*args):
        command = ["node", local["writ"], *args, "--profile", "local"]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    writ("login", "--as", "alice")
    writ("enroll")
    writ(
        *["profiles", "add", "reports", "--permission", "reports-read", "--account", "prod"],
        *["--parameter", "prefix=q3", "--agent", local["agent"], "--task", "FIN-1234"],
        *["--purpose", "Summarise the Q3 figures; it's #1"],
    )
    profile = configparser.ConfigParser(interpolation=None)
    profile.read(config)
    outcomes.note(
        "the profile names a command, a place, and no key",
        set(profile["profile reports"]) == {"credential_process", "region", "endpoint_url"}
        and profile["profile reports"]["endpoint_url"] == local["aws_endpoint"],
    )

    before, asked = intents(local), count_credential_processes()
    s3 = boto3.Session(profile_name="reports").client("s3")
    outcomes.note("it goes where the profile says", s3.meta.endpoint_url == local["aws_endpoint"])
    outcomes.note("the allowed object is read", read(s3, "q3/figures.csv").startswith("region,revenue\nnorth,"))
    outcomes.note("q4 is refused by the session policy", refused(s3, "q4/figures.csv", "session policy"))
    outcomes.note("writing is refused", refused_to_write(s3))

    exchanges, processes = intents(local), len(asked)
    for _ in range(REQUESTS):
        read(s3, "q3/figures.csv")
    # botocore renews what has less than 15 minutes left: 900 s credentials at every single request.
    outcomes.note(f"{REQUESTS} requests ask writ {REQUESTS} times", len(asked) - processes >= REQUESTS)
    outcomes.note("and writ exchanges once more at most", intents(local) - exchanges <= 1)
    outcomes.note("before them there was one exchange", exchanges - before == 1)

    name = local["agent"]
    identity = boto3.Session(profile_name="reports").client("sts").get_caller_identity()
    outcomes.note(
        "the session names its agent and its writ",
        identity["Account"] == local["account"] and f"/{name}+" in identity["Arn"],
    )
    by_exec(local, folder, outcomes)
    return outcomes.report()


CHILD = """
import boto3, json, os
s3 = boto3.client("s3")
for _ in range(3):
    body = s3.get_object(Bucket="example-reports", Key="q3/figures.csv")["Body"].read().decode()
credentials = boto3.Session().get_credentials()
print(json.dumps({"body": body, "method": credentials.method, "key": credentials.access_key}))
"""


def by_exec(local, folder, outcomes):
    """As a person would whose shell and files are full of keys of his own: none of them may be taken."""
    planted = folder / "own-credentials"
    planted.write_text("[default]\naws_access_key_id = AKIAOWNOWNOWNOWNOWN1\naws_secret_access_key = own\n")
    environment = {
        **os.environ,
        "AWS_SHARED_CREDENTIALS_FILE": str(planted),
        "AWS_ACCESS_KEY_ID": "AKIAOWNOWNOWNOWNOWN2",
        "AWS_SECRET_ACCESS_KEY": "own",
        "AWS_PROFILE": "reports",
    }

    def run(task, *command):
        wanted = ["--permission", "reports-read", "--account", "prod", "--parameter", "prefix=q3"]
        words = ["--agent", local["agent"], "--task", task, "--purpose", "Read by exec", "--profile", "local"]
        ran = ["node", local["writ"], "exec", *wanted, *words, "--", *command]
        return subprocess.run(ran, cwd=folder, env=environment, capture_output=True, text=True)

    before = intents(local)
    ran = run("EXEC-1", sys.executable, "-c", CHILD)
    said = json.loads(ran.stdout or "{}")
    outcomes.note("exec: boto3 reads", said.get("body", "").startswith("region,revenue\nnorth,"))
    outcomes.note("exec: by the endpoint, with no key of the person's own", said.get("method") == "container-role")
    outcomes.note("exec: for three reads one exchange", intents(local) - before == 1 and ran.stderr == "")
    outcomes.note("exec: the exit code is the command's", run("EXEC-2", "sh", "-c", "exit 9").returncode == 9)

    cli = Path(sys.executable).with_name("aws")
    if cli.exists():
        ran = run("EXEC-3", str(cli), "s3", "cp", f"s3://{BUCKET}/q3/figures.csv", "-")
        outcomes.note("exec: the AWS CLI reads", ran.stdout.startswith("region,revenue\nnorth,"))
        ran = run("EXEC-4", str(cli), "s3", "cp", f"s3://{BUCKET}/q4/figures.csv", "-")
        outcomes.note("exec: and is refused what the session may not", ran.returncode != 0 and "403" in ran.stderr)


def read(s3, key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()


def refused(s3, key, why):
    try:
        read(s3, key)
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied" and why in error.response["Error"]["Message"]
    return False


def refused_to_write(s3):
    try:
        s3.put_object(Bucket=BUCKET, Key="q3/figures.csv", Body=b"")
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    return False


def count_credential_processes():
    """A list that grows by one with each run of a credential_process."""
    asked = []
    provider = botocore.credentials.ProcessProvider
    original = provider._retrieve_credentials_using

    def counting(self, credential_process):
        asked.append(credential_process)
        return original(self, credential_process)

    provider._retrieve_credentials_using = counting
    return asked


def intents(local):
    """How many exchanges the ledger knows of, asked of the database itself."""
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=local["dynamodb_endpoint"],
        region_name=local["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    pages = dynamodb.get_paginator("scan").paginate(TableName=local["tables"]["ledger"], ConsistentRead=True)
    return sum(item["sk"]["S"] == "00#intent" for page in pages for item in page["Items"])


class Outcomes:
    def __init__(self):
        self.passed = self.failed = 0

    def note(self, what, held):
        self.passed += bool(held)
        self.failed += not held
        print(f"{'ok    ' if held else 'FAILED'} {what}")

    def report(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


if __name__ == "__main__":
    sys.exit(main())
