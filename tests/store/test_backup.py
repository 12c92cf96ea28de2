"""frontdesk backup and restore: a copy that is whole, or none."""
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

from desk import ticket_body
from transfer_rows import exported

pytestmark = pytest.mark.only("sqlite", "a cluster is copied by PostgreSQL's own tools")


@pytest.fixture
def lively(new_desk):
    desk = new_desk()
    desk.cli("demo", "--tickets", 150, timeout=120)
    (desk.data / "frontdesk.conf").write_text("auto_close_after = 3d\n")
    return desk


def test_a_backup_while_people_write_is_a_desk_of_one_moment(lively, new_desk, tmp_path):
    lively.start()
    stop = threading.Event()

    def write():
        http = lively.client()
        while not stop.is_set():
            http.post("/api/tickets", ticket_body("meanwhile")).must(201)

    thread = threading.Thread(target=write)
    thread.start()
    lively.cli("backup", tmp_path / "copy", timeout=120)
    stop.set()
    thread.join()
    restored = new_desk("restored", admin=False)
    restored.cli("restore", tmp_path / "copy", timeout=120)
    assert (restored.data / "frontdesk.conf").read_text() == "auto_close_after = 3d\n"
    numbers = [t["number"] for t in exported(restored)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 150
    restored.check()
    restored.cli("check", "--deep")
    restored.token = restored.make_token("root@desk.test")
    restored.start()
    restored.ticket("Life goes on")


def test_files_of_tickets_come_along(lively, new_desk, tmp_path):
    named = {bytes(h).hex() for (h,) in sqlite3.connect(lively.data / "frontdesk.db").execute("SELECT sha256 FROM attachment")}
    assert named
    (lively.data / "files" / "00").mkdir(exist_ok=True)
    (lively.data / "files" / "00" / ("0" * 62)).write_text("nobody's")
    lively.cli("backup", tmp_path / "copy")
    kept = {p.parent.name + p.name for p in (tmp_path / "copy" / "files").glob("*/*")}
    assert kept == named


def test_a_target_that_is_not_empty_is_refused(lively, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    result = lively.cli("backup", tmp_path / "full", check=False)
    assert result.returncode == 1 and b"is not empty" in result.stderr
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["x"]
    (tmp_path / "empty").mkdir()
    lively.cli("backup", str(tmp_path / "empty") + "/")
    assert (tmp_path / "empty" / "frontdesk.db").exists()


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(lively, tmp_path):
    target = tmp_path / "copy"
    for i in range(12):
        process = subprocess.Popen(lively.argv("backup", target), stdout=subprocess.DEVNULL)
        time.sleep(0.004 * i)
        process.kill()
        process.wait()
        if target.exists():
            assert sqlite3.connect(target / "frontdesk.db").execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            shutil.rmtree(target)
    lively.cli("backup", target)
    assert not (tmp_path / "copy.partial").exists()


def test_a_missing_file_is_told_and_the_rest_is_saved(lively, tmp_path):
    next((lively.data / "files").glob("*/*")).unlink()
    result = lively.cli("backup", tmp_path / "copy", check=False)
    assert result.returncode == 1 and b"is missing" in result.stderr
    assert (tmp_path / "copy" / "frontdesk.db").exists()


def test_restore_refuses_what_it_would_destroy(lively, tmp_path):
    lively.cli("backup", tmp_path / "copy")
    result = lively.cli("restore", tmp_path / "copy", check=False)
    assert result.returncode == 1 and b"is not empty; --force" in result.stderr
    lively.start()
    result = lively.cli("restore", "--force", tmp_path / "copy", check=False)
    assert result.returncode == 1 and b"a server is running" in result.stderr
    lively.ticket("after the backup")
    assert lively.stop() == 0
    said = lively.cli("restore", "--force", tmp_path / "copy")
    assert b"What was there is in" in said.stdout
    assert len(exported(lively)) == 150
    aside = [p for p in lively.data.parent.iterdir() if p.name.startswith(lively.data.name + ".before-")]
    assert len(aside) == 1 and (aside[0] / "frontdesk.db").exists()


def test_a_stale_log_never_meets_a_restored_database(lively, tmp_path):
    lively.cli("backup", tmp_path / "copy")
    lively.start()
    lively.ticket("in the log")
    lively.kill()
    assert (lively.data / "frontdesk.db-wal").exists()
    lively.cli("restore", "--force", tmp_path / "copy")
    assert len(exported(lively)) == 150
    lively.check()


def test_what_is_no_backup_is_refused(lively, new_desk, tmp_path):
    other = new_desk("other", admin=False)
    (tmp_path / "nothing").mkdir()
    result = other.cli("restore", tmp_path / "nothing", check=False)
    assert result.returncode == 1 and b"holds no backup" in result.stderr
    lively.start()
    lively.ticket()
    result = other.cli("restore", lively.data, check=False)
    assert result.returncode == 1 and b"a desk in use" in result.stderr
    assert not other.data.exists()


def tamper(folder, *statements):
    db = sqlite3.connect(folder / "frontdesk.db")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def test_a_backup_from_a_newer_version_is_refused(lively, new_desk, tmp_path):
    lively.cli("backup", tmp_path / "copy")
    tamper(tmp_path / "copy", "INSERT INTO schema_migration VALUES (9999, 'from_the_future', 0)")
    other = new_desk("other", admin=False)
    result = other.cli("restore", tmp_path / "copy", check=False)
    assert result.returncode != 0 and b"newer Frontdesk" in result.stderr
    assert not other.data.exists() and not other.data.with_name("other.partial").exists()


def test_a_damaged_backup_is_refused_unless_told_otherwise(lively, new_desk, tmp_path):
    lively.cli("backup", tmp_path / "copy")
    tamper(tmp_path / "copy", "UPDATE ticket_count SET n = n + 1")
    other = new_desk("other", admin=False)
    result = other.cli("restore", tmp_path / "copy", check=False)
    assert result.returncode == 1 and b"has problems" in result.stderr
    assert not other.data.exists()
    other.cli("restore", "--no-verify", tmp_path / "copy")
    assert len(exported(other)) == 150
