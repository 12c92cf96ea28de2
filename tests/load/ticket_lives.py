#!/usr/bin/python3
"""Leads tickets through their whole lives over HTTP, as customers and agents do; for measuring what a ticket costs.

usage: ticket_lives.py --port P --tokens FILE [--clients 32] [--first N] COUNT

A life is seven writes: the ticket arrives (60 to 150 words), its agent answers, leaves a note, has it wait for the
customer, takes it up again, answers again and resolves it. One of four has a tag. Texts are made of invented words whose
frequencies follow Zipf's law, requesters come back eight times on average. FILE has an API token a line, of as many
agents as are to work; who is not among them is stood in for by the first. Prints one line of JSON.
"""
import argparse
import json
import random
import sys
import threading
import time

from make_tickets import CATEGORIES, Writer

sys.path.insert(0, __file__.rsplit("/tests/", 1)[0] + "/tests")
from desk import Client  # noqa: E402


class Lives:
    def __init__(self, args):
        self.args, self.next, self.lock, self.failed, self.waits = args, args.first, threading.Lock(), 0, []
        tokens, client = open(args.tokens, encoding="utf-8").read().split(), Client(args.port)
        self.token_of = {client.get("/api/session", token=t).must(200)["user"]["id"]: t for t in tokens}
        self.stand_in = tokens[0]
        client.close()

    def take(self):
        with self.lock:
            if self.next >= self.args.first + self.args.count:
                return None
            self.next += 1
            return self.next - 1

    def timed(self, client, waits, method, path, body, token=None):
        for _ in range(100):
            started = time.monotonic()
            answer = client.request(method, path, body, token=token or self.stand_in)
            waits.append(time.monotonic() - started)
            if answer.status not in (429, 503):
                break
            time.sleep(0.1)
        if answer.status not in (200, 201):
            with self.lock:
                self.failed += 1
                if self.failed < 5:
                    print(f"{method} {path}: {answer.status} {answer.raw[:300]!r}", file=sys.stderr)
            return None
        return answer.body

    def live(self, client, waits, writer, i):
        dice = writer.dice
        person = dice.randrange(max(10, self.args.count // 8))
        ticket = self.timed(client, waits, "POST", "/api/tickets", {
            "subject": writer.text(dice.randint(4, 9)), "description": writer.text(dice.randint(60, 150)),
            "category": dice.choice(CATEGORIES), "source": "api", "tags": [f"tag{dice.randrange(200)}"] if i % 4 == 0 else [],
            "requester": {"name": f"Customer {person}", "email": f"customer{person}@example.com"}})
        if not ticket:
            return
        path, token = f"/api/tickets/{ticket['id']}", self.token_of.get((ticket["assignee"] or {}).get("id"))
        for method, verb, body in (
                ("POST", "/comments", {"content": writer.text(dice.randint(40, 90))}),
                ("POST", "/comments", {"content": writer.text(dice.randint(10, 40)), "isInternal": True}),
                ("PATCH", "", {"status": "pending"}), ("PATCH", "", {"status": "in_progress"}),
                ("POST", "/comments", {"content": writer.text(dice.randint(40, 90))}), ("POST", "/resolve", {})):
            self.timed(client, waits, method, path + verb, body, token)

    def work(self, seed):
        writer, client, waits = Writer(1000, 1), Client(self.args.port), []
        writer.dice.seed(seed)
        while (i := self.take()) is not None:
            self.live(client, waits, writer, i)
        client.close()
        with self.lock:
            self.waits += waits


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("count", type=int)
    ap.add_argument("--port", type=int, required=True)
    ap.add_argument("--tokens", required=True)
    ap.add_argument("--clients", type=int, default=32)
    ap.add_argument("--first", type=int, default=0)
    lives = Lives(ap.parse_args())
    started = time.monotonic()
    threads = [threading.Thread(target=lives.work, args=(lives.args.first + i,)) for i in range(lives.args.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    waits = sorted(lives.waits)
    print(json.dumps({"tickets": lives.args.count, "writes": len(waits), "failed": lives.failed, "seconds": round(seconds, 1),
                      "writes_per_second": round(len(waits) / seconds), "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
                      "p99_ms": round(waits[len(waits) * 99 // 100] * 1000, 1)}))
    sys.exit(1 if lives.failed else 0)


if __name__ == "__main__":
    main()
