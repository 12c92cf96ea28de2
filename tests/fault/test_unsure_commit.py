"""A commit whose answer was lost: what a server that was killed finds in its own log is no promise until a standby has it too."""
import threading
import time

import pytest

from desk import ticket_body, wait_until
from postgres import create_database

pytestmark = [pytest.mark.only("postgres", "concerns a server"), pytest.mark.timeout(120)]


def waits_for_standby(server):
    return server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != [("0",)]


def test_a_commit_that_no_standby_has_is_not_acknowledged_because_its_server_has_it_after_a_crash(servers, desks):
    server = servers()
    desk = desks(create_database(server.url, "desk"))
    desk.admin()
    desk.start()
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.sql("SELECT pg_reload_conf()")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(desk.client(timeout=90).post("/api/tickets", ticket_body("Is it safe?"))))
    asking.start()
    wait_until(lambda: waits_for_standby(server), what="the commit waits for its standby")
    server.kill()
    server.start()
    # The restarted server shows the ticket to whoever asks, but another that lacks it may take over yet.
    wait_until(lambda: server.sql("SELECT count(*) FROM ticket", "desk") == [("1",)], what="its log has the ticket")
    wait_until(lambda: waits_for_standby(server), 15, what="the node waits again")
    time.sleep(1)
    assert not answers, answers[0].raw
    server.sql("ALTER SYSTEM RESET synchronous_standby_names")
    server.sql("SELECT pg_reload_conf()")
    asking.join(30)
    answers[0].must(201)
    assert [t["subject"] for t in desk.active_tickets()] == ["Is it safe?"]
    assert desk.stop() == 0
    desk.check()
