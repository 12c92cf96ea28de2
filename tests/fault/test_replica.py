"""Reports from a replica: only while it has what this desk has been told is done."""
import re

import pytest

from desk import ticket_body, wait_until
from postgres import Place, create_database

pytestmark = [pytest.mark.only("postgres", "a data directory has no replica"), pytest.mark.timeout(90)]


@pytest.fixture
def pair(servers, desks):
    """A desk that reads its reports from a standby, and that standby."""
    place = Place()
    primary = servers(place=place, name="primary")
    standby = primary.standby(synchronous=False)
    create_database(primary.url, "desk")
    desk = desks(f"{primary.url}/desk")
    desk.env = {"FRONTDESK_DATABASE_REPLICA": f"{standby.url}/desk"}
    desk.admin()
    desk.start()
    yield desk, standby
    desk.kill()
    standby.end()
    place.end()


def count(desk, name):
    text = desk.get("/metrics").must(200).decode()
    return int(re.search(rf"^frontdesk_store_replica_{name}_total (\d+)$", text, re.M).group(1))


def total(desk):
    return desk.get("/api/reports").must(200)["metrics"]["totalTickets"]


def make(desk, n):
    desk.post("/api/tickets", ticket_body(f"replica {n}")).must(201)


def test_a_report_knows_what_was_just_made_wherever_it_is_read(pair):
    desk, standby = pair
    for n in range(20):
        make(desk, n)
        assert total(desk) == n + 1
    wait_until(lambda: total(desk) == 20 and count(desk, "reads") > 0, what="the replica answers once it has caught up")


def test_a_replica_that_is_behind_is_not_asked_until_it_is_there_again(pair):
    desk, standby = pair
    make(desk, 0)
    wait_until(lambda: total(desk) == 1 and count(desk, "reads") > 0)
    standby.sql("SELECT pg_wal_replay_pause()")
    wait_until(lambda: standby.sql("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])
    make(desk, 1)
    late, reads = count(desk, "late"), count(desk, "reads")
    assert total(desk) == 2
    assert count(desk, "late") == late + 1 and count(desk, "reads") == reads
    standby.sql("SELECT pg_wal_replay_resume()")
    wait_until(lambda: total(desk) == 2 and count(desk, "reads") > reads, what="the replica is asked again")


def test_a_replica_that_is_gone_is_not_missed(pair):
    desk, standby = pair
    make(desk, 0)
    standby.kill()
    for n in range(3):
        make(desk, n + 1)
        assert total(desk) == n + 2
