"""Three nodes over a primary with a synchronous standby: a node dies, then the primary, and nothing that was
acknowledged is lost or done twice."""
import random
import threading
import time

import pytest

from desk import ticket_body, wait_until
from notes import Notes, compare
from persistent import Persistent
from postgres import Place, cluster_url, create_database

pytestmark = [pytest.mark.only("postgres", "a cluster has servers"), pytest.mark.timeout(180)]
CLIENTS = 12
BACK_WITHIN_S = 10  # after the standby is the primary


class Load:
    """Clients that write at all nodes until they are told to stop, and take notes."""

    def __init__(self, nodes):
        self.nodes, self.notes, self.moments, self.stopped = nodes, Notes(), [], threading.Event()
        self.agents = [a["id"] for a in nodes[0].agents().values() if a["role"] == "agent"]
        self.threads = [threading.Thread(target=self._work, args=(i,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _work(self, number):
        dice = random.Random(number)
        client = Persistent(self.nodes, dice, self.moments)
        own = []
        try:
            while not self.stopped.is_set():
                self._step(client, number, own, dice)
        except BaseException as problem:
            self.notes.problems.append(problem)
        finally:
            client.close()

    def _step(self, client, number, own, dice):
        notes, choice = self.notes, dice.random()
        if choice < 0.5 or not own:
            label = notes.fresh_label("ticket", number)
            made = client.post("/api/tickets", ticket_body(label, requester={"name": "L", "email": f"l{number}@example.com"})).must(201)
            notes.tickets[label] = made["number"]
            own.append(made["number"])
        elif choice < 0.8:
            at, label = dice.choice(own), notes.fresh_label("comment", number)
            client.post(f"/api/tickets/{at}/comments", {"content": label, "isInternal": True}).must(201)
            notes.comments[label] = at
        elif choice < 0.9:
            at = own.pop(dice.randrange(len(own)))
            client.post(f"/api/tickets/{at}/resolve").must(200)
            notes.resolved.add(at)
        else:
            at, agent = dice.choice(own), dice.choice(self.agents)
            client.post(f"/api/tickets/{at}/assign", {"agentId": agent}).must(200)
            notes.assigned[at] = agent

    def first_after(self, moment):
        return next((m for m in self.moments if m > moment), None)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        assert not self.notes.problems, self.notes.problems[:3]


@pytest.fixture
def cluster(servers, desks):
    """A primary, its synchronous standby and three nodes that know of both."""
    place = Place()
    primary = servers(place=place, name="primary")
    standby = primary.standby()
    create_database(primary.url, "desk")
    url = cluster_url([primary, standby], "desk", target_session_attrs="read-write", connect_timeout=2)
    nodes = [desks(url)]
    nodes[0].admin()
    for i in range(6):
        nodes[0].agent(f"agent{i}@desk.test", max=1000, groups=["support"])
    nodes += [desks(url, like=nodes[0]) for _ in range(2)]
    for node in nodes:
        node.start()
    yield primary, standby, nodes
    for node in nodes:
        node.kill()
    standby.end()
    place.end()


def assert_books_balance(node):
    """What holds in any desk, seen past the program."""
    [(tickets, last_number)] = node.sql("SELECT count(*), coalesce(max(id), 0) FROM ticket")
    assert tickets == last_number, "numbers are given once and none is lost"
    [(events, first, last)] = node.sql("SELECT count(*), min(id), max(id) FROM event")
    assert int(events) == int(last) - int(first) + 1, "event ids have no gap"
    assert node.sql("SELECT count(*) FROM ticket t WHERE NOT EXISTS (SELECT 1 FROM ticket_sla s WHERE s.ticket_id = t.id)") == [("0",)]
    assert node.sql("SELECT a.name FROM agent a WHERE current_tickets <> "
                    "(SELECT count(*) FROM ticket t WHERE t.assignee_id = a.id AND t.status IN (0, 1, 2, 3) AND t.deleted_ms IS NULL)") == []


def test_a_node_and_then_the_primary_die_and_every_acknowledged_write_is_there_once(cluster):
    primary, standby, nodes = cluster
    load = Load(nodes)
    time.sleep(2)
    nodes[0].kill()
    time.sleep(2)
    at_death = len(load.moments)
    primary.kill()
    died = time.monotonic()
    time.sleep(1)
    standby.promote()
    promoted = time.monotonic()
    wait_until(lambda: load.first_after(promoted), BACK_WITHIN_S + 20, what="writes are acknowledged again")
    back = load.first_after(promoted) - promoted
    time.sleep(2)
    nodes[0].start()
    time.sleep(1)
    load.stop()
    after = len([m for m in load.moments if m > promoted])
    print(f"{at_death} writes acknowledged before the primary died, {after} after; the first {back:.2f} s after promotion, "
          f"{load.first_after(promoted) - died:.2f} s after the death")
    assert at_death > 100 and after > 50
    assert back < BACK_WITHIN_S
    for node in nodes:
        assert node.get("/readyz").status == 200
        compare(node, load.notes, thoroughly=node is nodes[1])
    nodes[1].assert_loads_are_true()
    # The bench of truth: the rows themselves, in what is now the primary.
    assert_books_balance(nodes[1])
    for node in nodes:
        assert node.stop() == 0
    nodes[0].check()


def test_the_nodes_outlive_a_primary_that_comes_back_by_itself(cluster):
    """Crash and recovery of the very same server, without a promotion."""
    primary, _, nodes = cluster
    load = Load(nodes)
    time.sleep(1)
    primary.kill()
    time.sleep(0.5)
    primary.start()
    again = time.monotonic()
    wait_until(lambda: load.first_after(again), BACK_WITHIN_S + 20, what="writes are acknowledged again")
    print(f"the first write {load.first_after(again) - again:.2f} s after the server answered again")
    assert load.first_after(again) - again < BACK_WITHIN_S
    time.sleep(1)
    load.stop()
    compare(nodes[2], load.notes, thoroughly=True)
    assert_books_balance(nodes[2])
    nodes[2].check()
