"""The tests of files, on a bucket: a real S3 server on loopback in place of the folder.

    pip install '.[s3]' 'moto[server]'
    python -m tests.load.objects [tests/claims/test_archives.py …]

It starts moto's server on a free local port, gives every test run a bucket, and runs the tests that store, check,
show, send, pack and remove files. It ends as pytest does, and prints how many objects went through.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3

from portal.benchmark.base import free_port

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "portail-essais"
TESTS = (
    "tests/claims/test_archives.py",
    "tests/claims/test_deposits.py",
    "tests/claims/test_documents.py",
    "tests/claims/test_quarantine.py",
    "tests/claims/test_receipts.py",
    "tests/claims/test_shots.py",
    "tests/claims/test_import_page.py",
)
# They look at the folder itself.
ON_DISK = "what_killed_workers_left or three_killed_workers or the_proxy_sends"


def variables(port: int) -> dict[str, str]:
    return {
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT": f"http://127.0.0.1:{port}",
        "S3_REGION": "eu-west-3",
        "S3_ACCESS_KEY": "essai",
        "S3_SECRET_KEY": "essai",
    }


def wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 -- loopback
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("Le serveur S3 ne répond pas.")


def main() -> int:
    port = free_port()
    given = variables(port)
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait(given["S3_ENDPOINT"])
        client = boto3.client(
            "s3", endpoint_url=given["S3_ENDPOINT"], region_name=given["S3_REGION"],
            aws_access_key_id="essai", aws_secret_access_key="essai",
        )  # fmt: skip
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": given["S3_REGION"]})
        tests = sys.argv[1:] or [name for name in TESTS if (ROOT / name).is_file()]
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-k", f"not ({ON_DISK})", *tests]
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, **given}, check=False).returncode
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        left = [one["Key"] for page in pages for one in page.get("Contents", [])]
        sys.stdout.write(
            f"{len(left)} objets dans le seau, dont {sum('.morceaux/' in key for key in left)} morceaux\n"
        )
    finally:
        server.terminate()
        server.wait(20)
    return code


if __name__ == "__main__":
    sys.exit(main())
