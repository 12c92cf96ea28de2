"""Where files are kept: in each place the same from outside, through trouble, kills, backups and moves."""
import email
import email.policy
import hashlib
import http.client
import json
import os
import random
import shutil
import sqlite3
import threading
import time

import pytest

from desk import wait_until
from s3_server import SECRET, S3Server

CHUNK, UNIT = 256 * 1024, 1024 * 1024


def letter(body="See the file.", data=b"inside the mail " * 50, sender="zoe@example.com"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "help@localhost", "With a file"
    message["Message-ID"] = f"<{random.getrandbits(64):x}@example.com>"
    message.set_content(body)
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename="data.bin")
    return message.as_bytes(policy=email.policy.SMTP)


def upload(desk, ticket, data, client=None):
    return (client or desk.http).request("POST", f"/api/tickets/{ticket['number']}/attachments?fileName=f.bin", data,
                                         headers={"Content-Type": "application/octet-stream"})


def put(desk, data, ticket=None):
    return upload(desk, ticket or desk.ticket(), data).must(201)["attachments"][0]


def sql(desk, statement, *values):
    db = sqlite3.connect(desk.data / "frontdesk.db", timeout=20)
    rows = db.execute(statement, values).fetchall()
    db.commit()
    db.close()
    return rows


@pytest.fixture(scope="module")
def desk(shared_maker, place):
    return shared_maker(start=True, env=place.env)


@pytest.fixture
def s3():
    with S3Server() as server:
        yield server


# ---- the same everywhere

def test_a_file_of_nothing_is_a_file(desk):
    """As mail programs send them now and then."""
    taken = desk.mail(letter(data=b""))
    files = desk.get(f"/api/tickets/{taken['number']}/attachments").must(200)["attachments"]
    assert [(f["size"], desk.get(f["url"]).must(200)) for f in files] == [(0, b"")]


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, UNIT - 1, UNIT, UNIT + 1, 5 * UNIT + 3])
def test_every_size_comes_back(desk, size):
    data = os.urandom(size)
    made = put(desk, data)
    assert made["size"] == size and made["sha256"] == hashlib.sha256(data).hexdigest()
    assert desk.get(made["url"]).must(200) == data


def test_the_largest_upload_is_kept_and_one_byte_more_is_refused(desk):
    data = os.urandom(25 * UNIT)
    made = put(desk, data)
    assert desk.get(made["url"]).must(200) == data
    assert upload(desk, desk.ticket(), data + b"x").status == 413


def test_mail_is_kept_raw_and_in_parts(desk):
    data = os.urandom(3 * CHUNK + 17)
    raw = letter(data=data)
    taken = desk.mail(raw)
    assert taken["action"] == "created"
    assert desk.get(f"/api/mails/{taken['mailId']}/raw").must(200) == raw
    told = desk.get(f"/api/mails/{taken['mailId']}").must(200)
    assert told["text"].strip() == "See the file." and told["attachments"][0]["sha256"] == hashlib.sha256(data).hexdigest()
    files = desk.get(f"/api/tickets/{taken['number']}/attachments").must(200)["attachments"]
    assert [desk.get(f["url"]).must(200) for f in files] == [data]
    assert desk.mail(raw)["action"] == "duplicate"


def test_many_mails_of_one_run_are_all_kept(desk, tmp_path):
    raws = [letter(data=os.urandom(40_000 + i), sender=f"s{i}@example.com") for i in range(70)]
    for i, raw in enumerate(raws):
        (tmp_path / f"{i:03}").write_bytes(raw)
    lines = desk.cli("mail-in", *sorted(tmp_path.iterdir())).stdout.decode().splitlines()
    taken = [json.loads(line) for line in lines]
    assert [t["action"] for t in taken] == ["created"] * 70
    for i in (0, 34, 69):
        assert desk.get(f"/api/mails/{taken[i]['mailId']}/raw").must(200) == raws[i]


def test_a_reply_takes_its_file_along(desk, tmp_path):
    data = os.urandom(CHUNK + 5)
    number = desk.mail(letter(sender="reader@example.com"))["number"]
    attached = put(desk, data, {"number": number})
    desk.post(f"/api/tickets/{number}/comments", {"content": "Here it is.", "attachmentIds": [attached["id"]]}).must(201)
    desk.cli("outbox", "--write-maildir", tmp_path / "out")
    parts = [part.get_payload(decode=True) for path in (tmp_path / "out" / "new").iterdir()
             for part in email.message_from_bytes(path.read_bytes(), policy=email.policy.default).iter_attachments()]
    assert data in parts


@pytest.mark.only("sqlite", "PostgreSQL has its own backups")
def test_backup_restore_and_check_know_the_place(desk, new_desk, place, tmp_path):
    data = os.urandom(2 * UNIT)
    made = put(desk, data)
    desk.cli("backup", tmp_path / "copy", timeout=120)
    other = new_desk("other", admin=False, env=place.env)
    other.cli("restore", tmp_path / "copy", timeout=120)
    assert b"The desk is sound" in other.cli("check", "--deep", timeout=120).stdout
    other.token = desk.token
    other.start()
    assert other.get(made["url"]).must(200) == data


def test_a_reader_who_goes_away_harms_nobody(desk):
    made = put(desk, os.urandom(4 * UNIT))
    for _ in range(30):
        connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
        connection.request("GET", made["url"], headers={"Authorization": "Bearer " + desk.token})
        connection.sock.close() if random.random() < 0.5 else connection.getresponse().read(1000)
        connection.close()
    assert desk.get(made["url"]).status == 200
    wait_until(lambda: len(os.listdir(f"/proc/{desk.process.pid}/fd")) < 120, what="descriptors are closed")


# ---- damage

@pytest.mark.only("sqlite", "looks into its file")
@pytest.mark.parametrize("statement, word", [
    ("UPDATE file_chunk SET bytes = zeroblob(length(bytes)) WHERE sha256 = ? AND n = 1", "its content has changed"),
    ("DELETE FROM file_chunk WHERE sha256 = ?", "its content has changed"),
    ("DELETE FROM stored_file WHERE sha256 = ?", "is missing")])
def test_damage_in_the_database_is_found_and_never_sent(new_desk, statement, word):
    desk = new_desk(start=True, env={"FRONTDESK_FILES": "database"})
    made = put(desk, os.urandom(3 * CHUNK))
    sql(desk, statement, bytes.fromhex(made["sha256"]))
    answer = desk.get(made["url"])
    assert answer.status == 500 and answer.header("Cache-Control") == "no-store" and not answer.header("ETag")
    result = desk.cli("check", "--deep", check=False)
    assert result.returncode == 1 and word in result.stdout.decode() and made["sha256"] in result.stdout.decode()


def test_damage_in_the_bucket_is_found_and_never_sent(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    changed, gone, fine = (put(desk, os.urandom(CHUNK)) for _ in range(3))
    s3.objects[changed["sha256"]] = b"X" + s3.objects[changed["sha256"]][1:]
    del s3.objects[gone["sha256"]]
    assert [desk.get(f["url"]).status for f in (changed, gone, fine)] == [500, 500, 200]
    said = desk.cli("check", "--deep", check=False).stdout.decode()
    assert f"file {changed['sha256']}, an attachment of ticket 1: its content has changed" in said
    assert f"file {gone['sha256']}, an attachment of ticket 2: is missing" in said and fine["sha256"] not in said


# ---- an S3-compatible store in trouble

def test_trouble_with_the_bucket_is_503_and_nothing_is_lost(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    ticket, raw = desk.ticket(), letter()
    for trouble in ({"secret": "another"}, {"key_id": "another"}, {"bucket": "another"}):
        before = {name: getattr(s3, name) for name in trouble}
        for name, value in trouble.items():
            setattr(s3, name, value)
        answer = upload(desk, ticket, b"waits")
        assert answer.status == 503 and answer.body["code"] == "files" and answer.header("Retry-After")
        result = desk.cli("mail-in", stdin=raw, check=False)
        assert result.returncode == 75, result
        for name, value in before.items():
            setattr(s3, name, value)
    assert SECRET not in desk.log() and "SignatureDoesNotMatch" in desk.log() and "NoSuchBucket" in desk.log()
    assert desk.get(f"/api/tickets/{ticket['number']}/attachments").must(200)["attachments"] == []
    assert upload(desk, ticket, b"waits").status == 201 and desk.mail(raw)["action"] == "created"


def test_a_store_that_is_down_is_waited_for_and_comes_back(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    made = put(desk, b"before")
    s3.stop()
    started = time.monotonic()
    assert desk.get(made["url"]).status == 503 and upload(desk, desk.ticket(), b"x").status == 503
    assert time.monotonic() - started < 20
    assert desk.get("/api/tickets").status == 200 and desk.get("/readyz").status == 200
    s3.start()
    assert desk.get(made["url"]).must(200) == b"before"


def test_a_stumble_is_tried_again_up_to_four_times(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    s3.fail = [(500, "InternalError"), (503, "SlowDown"), (429, "TooManyRequests")]
    made = put(desk, b"in the end")
    assert s3.objects[made["sha256"]] == b"in the end"
    s3.requests.clear()
    s3.fail = [(503, "SlowDown")] * 10
    assert desk.get(made["url"]).status == 503 and len(s3.requests) == 4
    s3.fail = []
    assert desk.get(made["url"]).status == 200


def test_a_broken_transfer_goes_on_where_it_ended(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    data = os.urandom(UNIT)
    made = put(desk, data)
    s3.cut = 300_000
    s3.requests.clear()
    assert desk.get(made["url"]).must(200) == data and len(s3.requests) == 2


def test_redirects_are_never_followed(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    s3.fail = [(307, "TemporaryRedirect")]
    assert upload(desk, desk.ticket(), b"x").status == 503 and len(s3.requests) == 1


def test_a_slow_store_keeps_nobody_else_waiting(new_desk, s3):
    desk = new_desk(start=True, env=s3.settings())
    made = put(desk, b"slow")
    s3.stall = 2
    threads = [threading.Thread(target=lambda: desk.client().get(made["url"])) for _ in range(30)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    started = time.monotonic()
    desk.ticket()
    desk.get("/api/reports").must(200)
    assert time.monotonic() - started < 1.5
    s3.stall = 0
    for thread in threads:
        thread.join()


def test_the_secret_comes_from_a_file_and_is_never_shown(new_desk, s3, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    desk = new_desk(start=True, env=s3.settings(s3_secret=None, s3_secret_file=str(secret)))
    made = put(desk, b"signed")
    secret.write_text("wrong\n")
    assert desk.get(made["url"]).status == 503
    secret.write_text(SECRET)
    assert desk.get(made["url"]).status == 200
    secret.unlink()
    assert desk.get(made["url"]).status == 503
    for env in (s3.settings(), desk.env):
        for more in ((), ("--json",), ("--markdown",)):
            shown = desk.cli("settings", *more, env=env, check=False)
            assert SECRET.encode() not in shown.stdout + shown.stderr
    assert SECRET not in desk.log()


@pytest.mark.parametrize("change, word", [
    ({"s3_bucket": None}, "needs s3_endpoint"), ({"s3_secret": None}, "needs s3_endpoint"), ({"s3_endpoint": "ftp://x"}, "must begin with http"),
    ({"s3_bucket": "a/b"}, "small letters"), ({"s3_secret_file": "/x"}, "not both"), ({"files": "tape"}, "files"),
    ({"s3_timeout": "999ms"}, "s3_timeout"), ({"s3_timeout": "121s"}, "s3_timeout")])
def test_settings_that_cannot_work_are_told_at_the_start(new_desk, s3, change, word):
    desk = new_desk(admin=False)
    result = desk.cli("check", check=False, env=s3.settings(**change))
    assert result.returncode == 78 and word in result.stderr.decode() and SECRET not in result.stderr.decode()


# ---- kills, and what they leave

def test_kill_between_upload_and_commit_loses_nothing(new_desk, place):
    desk = new_desk(start=True, env=place.env)
    ticket, kept, dice = desk.ticket(), {}, random.Random(7)

    def work(number):
        client = desk.client(timeout=20)
        try:
            while True:
                data = bytes([number]) + os.urandom(dice.choice((500, CHUNK, 3 * UNIT)))
                for made in upload(desk, ticket, data, client).must(201)["attachments"]:
                    kept[made["url"]] = made["sha256"]
        except (OSError, http.client.HTTPException):
            client.close()

    for _ in range(4):
        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3 + dice.random() / 3)
        desk.kill()
        for thread in threads:
            thread.join()
        desk.start()
    assert len(kept) > 10
    for url, sha256 in kept.items():
        assert hashlib.sha256(desk.get(url).must(200)).hexdigest() == sha256
    desk.check()
    assert b"The desk is sound" in desk.cli("check", "--deep", timeout=120).stdout


def run_housekeeping(desk):
    desk.stop()
    sql(desk, "UPDATE job SET due_ms = 1 WHERE kind = 5")
    desk.start()


@pytest.mark.only("sqlite", "looks into its file")
def test_what_nothing_refers_to_is_swept_after_a_day_and_not_before(new_desk, place):
    desk = new_desk(start=True, env=place.env)
    used = put(desk, b"used" * CHUNK)
    for data in (b"old" * CHUNK, b"young" * CHUNK):
        assert upload(desk, {"number": 999}, data).status == 404
    old, young = (hashlib.sha256(d * CHUNK).hexdigest() for d in (b"old", b"young"))
    day_ago = int((time.time() - 24 * 3600 - 60) * 1000)

    def there(sha256):
        if place.name == "disk":
            return (desk.data / "files" / sha256[:2] / sha256[2:]).exists()
        if place.name == "s3":
            return sha256 in place.s3.objects
        return sql(desk, "SELECT count(*) FROM file_chunk WHERE sha256 = ?", bytes.fromhex(sha256)) != [(0,)]

    def age(sha256, ms):
        if place.name == "disk":
            os.utime(desk.data / "files" / sha256[:2] / sha256[2:], (ms / 1000, ms / 1000))
        sql(desk, "UPDATE stored_file SET since_ms = ? WHERE sha256 = ?", ms, bytes.fromhex(sha256))

    assert there(old) and there(young) and there(used["sha256"])
    assert b"note: 2 files" in desk.cli("check").stdout
    age(old, day_ago)
    age(used["sha256"], day_ago)
    age(young, day_ago + 120_000)
    run_housekeeping(desk)
    wait_until(lambda: not there(old), what="the sweep has come by")
    assert there(young) and desk.get(used["url"]).must(200) == b"used" * CHUNK
    # Somebody sends what is about to be swept: it stays.
    age(young, day_ago)
    again = put(desk, b"young" * CHUNK)
    run_housekeeping(desk)
    wait_until(lambda: sql(desk, "SELECT count(*) FROM job WHERE kind = 7") == [(0,)], what="the sweep has come by")
    assert desk.get(again["url"]).must(200) == b"young" * CHUNK
    desk.check()


@pytest.mark.only("sqlite", "looks into its file")
def test_half_a_file_is_completed_or_swept(new_desk):
    desk = new_desk(start=True, env={"FRONTDESK_FILES": "database"})
    half, whole = os.urandom(3 * UNIT), os.urandom(3 * UNIT)
    long_ago = int((time.time() - 25 * 3600) * 1000)
    for data in (half, whole):
        key = hashlib.sha256(data).digest()
        sql(desk, "INSERT INTO stored_file VALUES (1, ?, ?, 0, ?)", key, len(data), long_ago)
        for n in range(5):
            sql(desk, "INSERT INTO file_chunk VALUES (?, ?, ?)", key, n, data[n * CHUNK:(n + 1) * CHUNK])
    assert desk.get(put(desk, whole)["url"]).must(200) == whole
    run_housekeeping(desk)
    key = hashlib.sha256(half).digest()
    wait_until(lambda: sql(desk, "SELECT count(*) FROM stored_file WHERE sha256 = ?", key) == [(0,)])
    assert sql(desk, "SELECT count(*) FROM file_chunk WHERE sha256 = ?", key) == [(0,)]
    desk.check()


@pytest.mark.only("sqlite", "looks into its file")
def test_what_is_being_removed_is_put_again_when_that_is_over(new_desk):
    desk = new_desk(start=True, env={"FRONTDESK_FILES": "database"})
    data = os.urandom(CHUNK)
    going = "INSERT OR REPLACE INTO stored_file VALUES (1, ?, ?, 2, ?)"
    sql(desk, going, hashlib.sha256(data).digest(), len(data), int(time.time() * 1000) - 590_000)
    answer = upload(desk, desk.ticket(), data)
    assert answer.status == 503 and answer.body["code"] == "busy" and answer.header("Retry-After")
    sql(desk, going, hashlib.sha256(data).digest(), len(data), int(time.time() * 1000) - 601_000)
    assert desk.get(put(desk, data)["url"]).must(200) == data


@pytest.mark.only("sqlite", "looks into its file")
def test_a_sweep_of_many_goes_on_until_all_were_looked_at(new_desk):
    desk = new_desk(start=True, env={"FRONTDESK_FILES": "database"})
    db = sqlite3.connect(desk.data / "frontdesk.db", timeout=20)
    with db:
        db.executemany("INSERT INTO stored_file VALUES (1, ?, 0, 1, 1)", [(os.urandom(32),) for _ in range(501)])
    db.close()
    run_housekeeping(desk)
    wait_until(lambda: sql(desk, "SELECT count(*) FROM stored_file") == [(0,)], 30)


# ---- from one place to another

def test_files_move_from_place_to_place_while_the_desk_works(new_desk, s3):
    desk = new_desk(env={**s3.settings(), "FRONTDESK_FILES": "disk"})
    desk.start()
    kept = {}
    for size in (10, CHUNK, 2 * UNIT + 1):
        data = os.urandom(size)
        kept[put(desk, data)["url"]] = data
    raw = letter()
    kept[f"/api/mails/{desk.mail(raw)['mailId']}/raw"] = raw
    for target in ("database", "s3", "disk"):
        desk.env["FRONTDESK_FILES"] = target
        desk.restart()
        for url, data in kept.items():  # found where they were
            assert desk.get(url).must(200) == data
        if target == "s3":  # broken off by a store that ends, then again
            s3.fail = [(403, "AccessDenied")]
            assert desk.cli("files", "move", check=False).returncode == 75
        said = desk.cli("files", "move").stdout.decode()
        assert said.startswith(f"{len(kept) + 1} files,") and f"moved to {target}" in said
        shown = {line.split("\t")[0]: line.split("\t") for line in desk.cli("files", "show").stdout.decode().splitlines()[1:]}
        assert {name: int(row[1]) for name, row in shown.items()} == \
            {name: len(kept) + 1 if name == target else 0 for name in ("disk", "database", "s3")}
        assert shown[target][3] == "new files go here"
        for url, data in kept.items():
            assert desk.get(url).must(200) == data
        assert b"The desk is sound" in desk.cli("check", "--deep").stdout
        assert desk.cli("files", "move").stdout.decode().startswith(f"{len(kept) + 1} files, 0 of them moved")
    assert s3.objects == {}


def test_a_file_that_is_nowhere_keeps_the_others_from_nothing(new_desk):
    desk = new_desk(start=True, env={"FRONTDESK_FILES": "disk"})
    lost, fine = put(desk, b"lost"), put(desk, b"fine")
    (desk.data / "files" / lost["sha256"][:2] / lost["sha256"][2:]).unlink()
    desk.stop()
    desk.env = {"FRONTDESK_FILES": "database"}
    result = desk.cli("files", "move", check=False)
    assert result.returncode == 1 and lost["sha256"] in result.stderr.decode()
    shutil.rmtree(desk.data / "files")
    desk.start()
    assert desk.get(fine["url"]).must(200) == b"fine" and desk.get(lost["url"]).status == 500
