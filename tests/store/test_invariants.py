"""Rules that hold whatever many people do at the same time.

Each test lets several clients loose with a fixed seed and then, when all is quiet, compares what
different parts of the desk say: lists, agents, statistics, history, and the desk's own recount.
"""
import collections
import random
import threading

import pytest

from desk import SANITIZED, ticket_body, wait_until

pytestmark = [pytest.mark.concurrent, pytest.mark.timeout(180)]
CLIENTS = 8
STEPS = 25 if SANITIZED else 60
ACTIVE = ("new", "open", "in_progress", "pending")
REFUSALS = (404, 409, 412)  # what a client may be told when another was faster


def together(work, clients=CLIENTS):
    """Runs work(i) in so many threads, started at once; a problem in one is raised here."""
    gate, problems = threading.Barrier(clients), []

    def run(i):
        try:
            gate.wait(30)
            work(i)
        except BaseException as problem:  # pytest's own failures included
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def set_presence(client, agent_id, presence):
    client.request("PUT", f"/api/agents/{agent_id}/status", {"status": presence}).must(200)


class Crowd:
    """Random work on tickets that all clients share."""

    def __init__(self, desk):
        self.desk, self.tickets = desk, []
        self.agents = [a["id"] for a in desk.agents().values() if a["role"] == "agent"]

    def step(self, client, dice):
        if len(self.tickets) < 10 or dice.random() < 0.3:
            self.tickets.append(self.desk.ticket(f"Crowd {dice.random()}", client=client)["id"])
            return
        ticket = dice.choice(self.tickets)
        at = f"/api/tickets/{ticket}"
        act = dice.choice([
            lambda: client.post(at + "/assign", {"agentId": dice.choice(self.agents)}),
            lambda: client.post(at + "/assign", {"agentId": dice.choice(self.agents)}),
            lambda: client.patch(at, {"assigneeId": None}),
            lambda: client.post(at + "/resolve"),
            lambda: client.post(at + "/reopen"),
            lambda: client.post(at + "/close"),
            lambda: client.patch(at, {"status": dice.choice(["open", "in_progress", "pending", "resolved", "cancelled"])}),
            lambda: client.patch(at, {"priority": dice.choice(["critical", "high", "normal", "low"])}),
            lambda: client.patch(at, {"category": dice.choice(["general", "billing", "technical"])}),
            lambda: client.post(at + "/comments", {"content": "Looking into it."}),
            lambda: client.delete(at),
            lambda: client.post(at + "/restore"),
            lambda: client.post(at + "/merge", {"ticketId": dice.choice([t for t in self.tickets if t != ticket])}),
        ])
        answer = act()
        assert answer.status in (200, 201, 204, *REFUSALS), answer.raw


def test_an_agents_load_is_always_their_active_tickets(new_desk):
    desk = new_desk()
    for i in range(5):
        desk.agent(f"agent{i}@desk.test", max=100)
    desk.start()
    crowd = Crowd(desk)

    def work(i):
        client, dice = desk.client(), random.Random(i)
        for _ in range(STEPS):
            crowd.step(client, dice)

    for _ in range(3):
        together(work)
        desk.assert_loads_are_true()
    assert desk.stop() == 0
    desk.check()


def test_capacity_is_never_exceeded_automatically(new_desk):
    desk = new_desk()
    limits = {f"agent{i}@desk.test": 1 + i % 4 for i in range(6)}
    for email, limit in limits.items():
        desk.agent(email, max=limit)
    desk.start()
    ids = {a["id"]: email for email, a in desk.agents().items() if email in limits}
    done, over = threading.Event(), []

    def watch():
        client = desk.client()
        while not done.is_set():
            body = client.get("/api/agents?limit=100").must(200)
            for agent in body["agents"] if isinstance(body, dict) else body:
                if agent["email"] in limits and agent["currentTickets"] > limits[agent["email"]]:
                    over.append((agent["email"], agent["currentTickets"]))

    def work(i):
        client, dice, own = desk.client(), random.Random(100 + i), []
        for _ in range(STEPS):
            choice = dice.random()
            if choice < 0.5 or not own:
                own.append(desk.ticket(f"Capacity {i}", client=client)["id"])
            elif choice < 0.85:
                client.post(f"/api/tickets/{own.pop(dice.randrange(len(own)))}/resolve").must(200)
            else:
                set_presence(client, dice.choice(list(ids)), dice.choice(["online", "online", "away", "offline"]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        together(work)
    finally:
        done.set()
        watcher.join()
    assert not over, over[:5]
    for agent in ids:
        set_presence(desk.http, agent, "online")
    # Whoever is free and online is given what waits: nothing waits while somebody has room.
    def settled():
        tickets, agents = desk.active_tickets(), desk.agents()
        waits = sum(1 for t in tickets if not t.get("assignee") and t["status"] in ("new", "open"))
        room = sum(limits[e] - agents[e]["currentTickets"] for e in limits)
        return not (waits and room)

    wait_until(settled, 10, 0.2, "waiting tickets are handed to free agents")
    desk.assert_loads_are_true()
    desk.check()


def test_round_robin_is_fair_under_concurrency(new_desk):
    desk = new_desk()
    agents = [f"agent{i}@desk.test" for i in range(5)]
    for email in agents:
        desk.agent(email, max=500)
    desk.start()
    each = 16

    def work(i):
        client = desk.client()
        for n in range(len(agents) * each // CLIENTS):
            desk.ticket(f"Fair {i}-{n}", client=client, category="general")

    together(work)
    assert {e: desk.agents()[e]["currentTickets"] for e in agents} == dict.fromkeys(agents, each)


def test_two_first_requests_of_one_person_make_one_requester(desk):
    def work(i):
        client = desk.client()
        for n in range(10):
            email = f"Twin{n}@Example.com" if i % 2 else f"twin{n}@example.COM"
            desk.ticket(f"Twins {i}", client=client, requester={"name": "Twin", "email": email})

    together(work)
    body = desk.get("/api/requesters?limit=100").must(200)
    people = collections.Counter(r["email"].lower() for r in body["requesters"] if r["email"].lower().startswith("twin"))
    assert people == {f"twin{n}@example.com": 1 for n in range(10)}


def test_numbers_are_given_once_and_ids_are_unique(desk):
    seen, lock = [], threading.Lock()

    def work(i):
        client = desk.client()
        made = [desk.ticket(f"Number {i}-{n}", client=client) for n in range(40)]
        numbers = [t["number"] for t in made]
        assert numbers == sorted(numbers)
        with lock:
            seen.extend(made)

    together(work)
    assert len({t["number"] for t in seen}) == len({t["id"] for t in seen}) == len(seen)


def test_lists_statistics_and_totals_never_disagree(new_desk):
    desk = new_desk()
    for i in range(3):
        desk.agent(f"agent{i}@desk.test", max=100)
    desk.start()
    crowd = Crowd(desk)

    def work(i):
        client, dice = desk.client(), random.Random(300 + i)
        for _ in range(STEPS):
            crowd.step(client, dice)

    together(work)
    statistics = desk.get("/api/statistics").must(200)
    listed, cursor = [], ""
    while True:
        page = desk.get("/api/tickets?limit=100" + cursor).must(200)
        listed += page["tickets"]
        if not page.get("nextCursor"):
            break
        cursor = "&cursor=" + page["nextCursor"]
    assert len(listed) == len({t["id"] for t in listed}) == page["total"] == statistics["total"]
    for field, told in (("status", "byStatus"), ("priority", "byPriority"), ("category", "byCategory")):
        counted = collections.Counter(t[field] for t in listed)
        assert {k: n for k, n in statistics[told].items() if n} == counted, field
        for value, n in counted.items():
            assert desk.get(f"/api/tickets?{field}={value}&limit=1").must(200)["total"] == n
    desk.check()


def test_history_tells_every_change_and_ends_at_what_is(new_desk):
    desk = new_desk()
    for i in range(3):
        desk.agent(f"agent{i}@desk.test", max=100)
    desk.start()
    tickets = [desk.ticket(f"History {i}")["id"] for i in range(6)]
    changes, lock = collections.Counter(), threading.Lock()

    def work(i):
        client, dice = desk.client(), random.Random(500 + i)
        for _ in range(STEPS // 2):
            ticket = dice.choice(tickets)
            before = client.get(f"/api/tickets/{ticket}")
            priority = dice.choice([p for p in ("critical", "high", "normal", "low") if p != before.must(200)["priority"]])
            answer = client.patch(f"/api/tickets/{ticket}", {"priority": priority}, headers={"If-Match": before.header("ETag")})
            if answer.status == 200:
                with lock:
                    changes[ticket] += 1

    together(work)
    assert sum(changes.values()) >= CLIENTS
    for ticket in tickets:
        entries = desk.get(f"/api/tickets/{ticket}/history").must(200)["history"]
        changed = [h for h in entries if h["changeType"] == "priority"]
        assert len(changed) == changes[ticket]
        # Each change begins where the one before it ended.
        for earlier, later in zip(changed, changed[1:]):
            assert earlier["changedTo"] == later["changedFrom"]
        if changed:
            assert changed[-1]["changedTo"]["priority"] == desk.get(f"/api/tickets/{ticket}").must(200)["priority"]
        assert all(h["changedBy"]["name"] == "Root" for h in changed)


def test_a_full_queue_says_so_and_does_nothing_by_halves(fresh_desk):
    """More writers than the queue has room for: each is done once or told to come again."""
    desk = fresh_desk
    outcomes = collections.Counter()
    lock = threading.Lock()

    def work(i):
        client = desk.client()
        for n in range(15):
            answer = client.post("/api/tickets", ticket_body(f"Flood {i}-{n}"))
            with lock:
                outcomes[answer.status] += 1
            if answer.status == 503:
                assert int(answer.header("Retry-After")) >= 1

    together(work, 64)
    assert set(outcomes) <= {201, 503}
    assert desk.get("/api/tickets?limit=1").must(200)["total"] == outcomes[201]
    desk.check()
