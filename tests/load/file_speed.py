#!/usr/bin/python3
"""How fast files go in and out, for each place where they can be kept.

usage: tests/load/file_speed.py [--mib N] [--files N] [--postgres URL]

One client, one file after the other over HTTP on this machine: what a person waits for. The S3-compatible store is
tests/s3_server.py in a process of its own, which hashes and checks all it gets; a real one is across a network.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from desk import Desk  # noqa: E402


def measure(name, desk, mib, count):
    desk.admin()
    desk.start("--upload-max-bytes", f"{mib}MiB")
    try:
        ticket = desk.ticket()["number"]
        files = [os.urandom(mib << 20) for _ in range(count)]
        started = time.monotonic()
        urls = [desk.http.request("POST", f"/api/tickets/{ticket}/attachments?fileName=f", data,
                                  headers={"Content-Type": "application/octet-stream"}).must(201)["attachments"][0]["url"] for data in files]
        up = time.monotonic() - started
        started = time.monotonic()
        assert all(desk.get(url).must(200) == data for url, data in zip(urls, files))
        down = time.monotonic() - started
        status = pathlib.Path(f"/proc/{desk.process.pid}/status").read_text().splitlines()
        own = next(line.split()[1] for line in status if line.startswith("RssAnon"))  # without mapped pages of the database
        print(f"{name:20} up {mib * count / up:7.1f} MiB/s   down {mib * count / down:7.1f} MiB/s   server's own memory {int(own) / 1024:.0f} MiB", flush=True)
    finally:
        desk.stop()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mib", type=int, default=25)
    ap.add_argument("--files", type=int, default=8)
    ap.add_argument("--postgres", help="URL of an empty database, to measure there too")
    args = ap.parse_args()
    s3 = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).resolve().parent.parent / "s3_server.py")], stdout=subprocess.PIPE, text=True)
    try:
        settings = dict(s3.stdout.readline().strip().split("=", 1) for _ in range(6))
        with tempfile.TemporaryDirectory() as folder:
            for name, env in (("disk", {"FRONTDESK_FILES": "disk"}), ("database (SQLite)", {"FRONTDESK_FILES": "database"}), ("s3", settings)):
                measure(name, Desk(f"{folder}/{name.split()[0]}", env=env), args.mib, args.files)
            if args.postgres:
                measure("database (PostgreSQL)", Desk(f"{folder}/pg", args.postgres, {"FRONTDESK_FILES": "database"}), args.mib, args.files)
    finally:
        s3.terminate()
        s3.wait()


main()
