"""frontdesk check: finds each kind of damage, says nothing when all is well, repairs what is derived."""
import pytest

from desk import wait_until


@pytest.fixture(scope="module")
def sound(shared_maker):
    desk = shared_maker("sound")
    desk.cli("demo", "--tickets", 150, timeout=120)
    desk.start()
    for i in range(4):  # the demo has files by chance
        desk.http.request("POST", f"/api/tickets/1/attachments?fileName={i}.txt", b"file %d" % i,
                          headers={"Content-Type": "application/octet-stream"}).must(201)
    desk.stop()
    return desk


@pytest.fixture
def damaged(sound, new_desk):
    """A copy to damage."""
    return new_desk.copy_of(sound, "damaged")


def tamper(desk, *statements):
    for statement in statements:
        # On PostgreSQL no trigger and no foreign key watches a session that replays a log; SQLite watches over triggers only.
        unwatched = "SET session_replication_role = replica;" if desk.url else "DROP TRIGGER IF EXISTS event_is_never_deleted;"
        assert desk.sql(f"{unwatched} {statement} RETURNING 1"), statement


def findings(desk, *args):
    result = desk.cli("check", *args, check=False, timeout=120)
    lines = result.stdout.decode().splitlines()
    assert result.returncode == (0 if lines[-1].startswith("The desk is sound") else 1), (result.returncode, lines, result.stderr)
    return lines


def test_a_desk_with_a_past_is_sound_also_while_it_works(sound):
    assert findings(sound)[-1].startswith("The desk is sound: 150 tickets")
    assert findings(sound, "--deep")[-1].startswith("The desk is sound")
    sound.start()
    sound.ticket()
    assert findings(sound)[-1].startswith("The desk is sound: 151 tickets")
    assert sound.stop() == 0


ONE = "(SELECT min(id) FROM ticket WHERE status = 5)"
DAMAGE = {
    "a counter is off by one": (["UPDATE ticket_count SET n = n + 1 WHERE (assignee_id, priority, category_id, status, slot) = "
                                 "(SELECT assignee_id, priority, category_id, status, slot FROM ticket_count LIMIT 1)"], "counter of assignee"),
    "a report is off": (["UPDATE report_day SET met_n = met_n + 1 WHERE dimension = 0 AND day = (SELECT min(day) FROM report_day)"], "report of agent"),
    "an agent's load": (["UPDATE agent SET current_tickets = current_tickets + 1 WHERE email_key = 'tom@desk.example'"], "agent Tom Kearney: load says"),
    "text that the index does not know": ([f"UPDATE ticket SET subject = 'zyzzyva' WHERE id = {ONE}"], "search index"),
    "closed without a moment": ([f"UPDATE ticket SET closed_ms = NULL WHERE id = {ONE}"], "its moment of closing disagree"),
    "resolved and open": (["UPDATE ticket SET resolved_ms = 1 WHERE id = (SELECT min(id) FROM ticket WHERE status IN (0, 1, 2, 3))"], "its moment of resolution disagree"),
    "deleted but not cancelled": ([f"UPDATE ticket SET deleted_ms = 1 WHERE id = {ONE}"], "it is deleted but not cancelled"),
    "waits although it is closed": ([f"UPDATE ticket SET waiting = TRUE WHERE id = {ONE}"], "it waits for an agent"),
    "a tag that the index lacks": (["DELETE FROM ticket_tag WHERE ticket_id = (SELECT min(ticket_id) FROM ticket_tag)"], "the index of tags disagree"),
    "a tag too many": ([f"INSERT INTO ticket_tag SELECT 'ghost', created_ms, id FROM ticket WHERE id = {ONE}"], "the index of tags disagree"),
    "comments miscounted": ([f"UPDATE ticket SET comment_count = comment_count + 1 WHERE id = {ONE}"], "as many comments as it says"),
    "attachments miscounted": ([f"UPDATE ticket SET attachment_count = attachment_count + 1 WHERE id = {ONE}"], "as many attachments as it says"),
    "no service level": ([f"DELETE FROM ticket_sla WHERE ticket_id = {ONE}"], "it has no service level"),
    "another due time": ([f"UPDATE ticket SET due_ms = 1 WHERE id = {ONE}"], "its due time is not that"),
    "history without a beginning": ([f"DELETE FROM event WHERE entity = 1 AND kind = 'created' AND entity_id = {ONE}"],
                                    "does not tell of its creation"),
    "an agent out of nowhere": ([f"DELETE FROM event WHERE entity = 1 AND kind = 'assigned' AND entity_id = {ONE}"],
                                "how it got its agent"),
    "a timer of nothing": (["INSERT INTO job(kind, ref, lane, due_ms, attempts, leased_until_ms) VALUES (1, 999999, 0, 99999999999999, 0, 0)"], "a timer of ticket 999999"),
    "an outgoing mail without thread": (["DELETE FROM message_ref WHERE message_id = (SELECT message_id FROM outbox ORDER BY id LIMIT 1)"], "outgoing mail"),
    "a reference that leads nowhere": ([f"UPDATE ticket SET requester_id = 999999 WHERE id = {ONE}"], "a reference leads nowhere"),
}


# PostgreSQL lets nobody who is not its superuser make a reference that leads nowhere.
SQLITE_ONLY = {"a reference that leads nowhere": pytest.mark.only("sqlite", "PostgreSQL watches over references itself")}


@pytest.mark.parametrize("what", [pytest.param(what, marks=SQLITE_ONLY.get(what, [])) for what in DAMAGE])
def test_damage_is_found(damaged, what):
    statements, sentence = DAMAGE[what]
    tamper(damaged, *statements)
    lines = findings(damaged)
    assert any(sentence in line for line in lines[:-1]), lines
    assert lines[-1].split()[0].isdigit() and "problems" in lines[-1]


@pytest.mark.parametrize("what", ["a counter is off by one", "a report is off", "an agent's load", "text that the index does not know"])
def test_repair_makes_anew_what_is_derived(damaged, what):
    tamper(damaged, *DAMAGE[what][0])
    assert findings(damaged, "--repair")[-1].startswith("The desk is sound")
    assert findings(damaged)[-1].startswith("The desk is sound")


@pytest.mark.only("sqlite", "a cluster keeps its files in the database: test_files.py damages them there")
def test_files_missing_short_changed_and_nobodys(damaged):
    files = sorted((damaged.data / "files").glob("*/*"))
    assert len(files) >= 4
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-1])
    files[2].write_bytes(b"X" + files[2].read_bytes()[1:])
    stranger = files[3].parent / ("f" * 62)
    stranger.write_bytes(b"12345")
    lines = findings(damaged)
    assert any("is missing" in line and files[0].name in line for line in lines)
    assert any("bytes instead of" in line and files[1].name in line for line in lines)
    assert not any(files[2].name in line for line in lines)
    assert any(line.startswith("note: 1 files (5 bytes)") for line in lines)
    assert any("its content has changed" in line and files[2].name in line for line in findings(damaged, "--deep"))


def test_a_desk_that_is_not_there_is_not_made(new_desk):
    desk = new_desk("nowhere", admin=False, bare=True)
    result = desk.cli("check", check=False)
    assert result.returncode != 0 and result.stderr and not desk.data.exists()


def test_check_waits_for_nobody(damaged):
    """Beside a server under write load it ends, and the server goes on."""
    damaged.token = damaged.make_token("root@desk.test")
    damaged.start()
    damaged.ticket()
    wait_until(lambda: findings(damaged)[-1].startswith("The desk is sound"))
    damaged.ticket()
