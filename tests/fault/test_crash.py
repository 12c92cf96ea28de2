"""kill -9 at any moment: what was acknowledged is there, once, and the books balance.

Clients create, comment, assign and resolve over HTTP while mail comes in beside the server. They
write down every answer they got. After each kill the desk is started again on the same
data and the notes are compared with it: an acknowledged write that is missing, or one that is there
twice, fails the test. A write whose answer never came may be there or not, but not twice, and not
in part: `frontdesk check` recounts everything.
"""
import contextlib
import http.client
import random
import threading
import time

import pytest

from desk import ticket_body
from notes import Notes, compare

KILLS = 50
CLIENTS = 10


def work(desk, notes, client_number, agents, own_tickets, dice):
    client = desk.client(timeout=10)
    try:
        while True:
            choice = dice.random()
            if choice < 0.5 or not own_tickets:
                label = notes.fresh_label("ticket", client_number)
                answer = client.post("/api/tickets", ticket_body(label, requester={"name": "L", "email": f"l{client_number}@example.com"}))
                own_tickets.append(answer.must(201)["number"])
                notes.tickets[label] = answer.body["number"]
            elif choice < 0.75:
                number, label = dice.choice(own_tickets), notes.fresh_label("comment", client_number)
                client.post(f"/api/tickets/{number}/comments", {"content": label, "isInternal": True}).must(201)
                notes.comments[label] = number
            elif choice < 0.85:
                number = own_tickets.pop(dice.randrange(len(own_tickets)))
                client.post(f"/api/tickets/{number}/resolve").must(200)
                notes.resolved.add(number)
            else:
                # Only this client assigns its tickets, so the newest answer is what must stand; an
                # assignment without an answer leaves either.
                number, agent = dice.choice(own_tickets), dice.choice(agents)
                notes.assigned.pop(number, None)
                client.post(f"/api/tickets/{number}/assign", {"agentId": agent}).must(200)
                notes.assigned[number] = agent
    except (OSError, http.client.HTTPException):
        pass
    except AssertionError as problem:
        notes.problems.append(problem)
    finally:
        client.close()


def bring_mail(desk, notes, stop):
    """As a mail server does: a process a message, each message again until it was taken."""
    while not stop.is_set():
        label = notes.fresh_label("mail", "in")
        message = (f"From: Mia <mia@example.com>\r\nTo: help@desk.test\r\nSubject: {label}\r\n"
                   f"Message-ID: <{label}@example.com>\r\n\r\nIt smells of smoke.\r\n")
        said = desk.mail(message)
        assert said["action"] == "created", said
        notes.mails[label] = said["number"]
        if len(notes.mails) % 3 == 0:
            assert desk.mail(message)["action"] == "duplicate"


@pytest.mark.slow
@pytest.mark.concurrent
@pytest.mark.timeout(420)
def test_fifty_kills_under_load_lose_nothing_that_was_acknowledged(new_desk, monkeypatch):
    desk = new_desk()
    for i in range(6):
        desk.agent(f"agent{i}@desk.test", max=1000, groups=["support"])
    # All the mail is one sender's: more than one writes by hand.
    monkeypatch.setenv("FRONTDESK_MAIL_CREATE_PER_HOUR", "100000")
    dice = random.Random(20261123)
    notes, own = Notes(), [[] for _ in range(CLIENTS)]
    stop = threading.Event()

    def mail_server():
        try:
            bring_mail(desk, notes, stop)
        except BaseException as problem:
            notes.problems.append(problem)

    mail = threading.Thread(target=mail_server)
    mail.start()
    try:
        kill_again_and_again(desk, notes, own, dice)
    finally:
        stop.set()
        mail.join()
    assert not notes.problems, notes.problems[:3]
    enough = (len(notes.tickets), len(notes.comments), len(notes.resolved), len(notes.assigned), len(notes.mails))
    # A round trip to another process costs more than a file: there is less between two kills.
    least = (3, 1, 0.5, 0.5, 0.5) if desk.url else (15, 5, 1, 1, 0.5)
    assert all(n > times * KILLS for n, times in zip(enough, least)), enough
    desk.check()
    desk.start()
    compare(desk, notes, thoroughly=True)
    with contextlib.closing(desk.client()) as client:
        client.post("/api/tickets", ticket_body("Life goes on")).must(201)
    assert desk.stop() == 0
    desk.check()
    print(f"{KILLS} kills: {len(notes.tickets)} tickets, {len(notes.comments)} comments, {len(notes.assigned)} assignments, "
          f"{len(notes.resolved)} resolutions, {len(notes.mails)} mails acknowledged; all there, none twice")


def kill_again_and_again(desk, notes, own, dice):
    for kill in range(KILLS):
        desk.start()
        agents = [a["id"] for a in desk.agents().values() if a["role"] == "agent"]
        threads = [threading.Thread(target=work, args=(desk, notes, i, agents, own[i], random.Random(dice.random()))) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        # Some kills fall into the very first writes, some into the midst of many.
        time.sleep(dice.choice([0.02, 0.1, 0.3, 0.7]) * dice.random())
        desk.kill()
        for thread in threads:
            thread.join()
        if kill % 10 == 9:
            desk.check()
            desk.start()
            compare(desk, notes, thoroughly=False)
            # Kill at rest too: recovery must not depend on writes being under way.
            desk.kill()


@pytest.mark.slow
def test_a_kill_while_starting_harms_nothing(new_desk):
    desk = new_desk()
    dice = random.Random(7)
    for _ in range(15):
        process = desk.spawn()
        time.sleep(dice.random() * 0.05)
        process.kill()
        process.wait()
    desk.start()
    desk.ticket()
    assert desk.stop() == 0
    desk.check()


def test_a_kill_during_the_very_first_start_leaves_a_directory_that_works(new_desk):
    for i in range(10):
        desk = new_desk(admin=False, bare=True)
        process = desk.spawn()
        time.sleep(0.003 * i)
        process.kill()
        process.wait()
        desk.admin()
        desk.start()
        desk.ticket()
        assert desk.stop() == 0
        desk.check()
