#!/usr/bin/python3
"""Makes help desk tickets as JSON lines for `frontdesk import`: the same ones for the same arguments.

usage: make_tickets.py COUNT [--agents N] > tickets.jsonl

Text is made of invented words whose frequencies follow Zipf's law. Known for the bench:
  "zyzzyva"   in RARE_TICKETS tickets, whatever the count
  "printer"   in every third ticket
  every 20th ticket has five comments; number 20 is the first such. So has each with the rare word: a search
              for it then reads as much text however many tickets there are
Tickets are spread over three years up to now, older ones mostly closed.
"""
import argparse
import itertools
import json
import random
import sys
import time

RARE, RARE_TICKETS, COMMON = "zyzzyva", 20, "printer"
CATEGORIES = ["technical", "billing", "account", "general", "feature_request"]
SOURCES = ["email", "web", "chat", "api", "phone"]
PRIORITIES = (["critical", "high", "normal", "low"], [4, 16, 50, 30])
DAY_S = 86400


def vocabulary(dice, count=30_000):
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    words = set()
    while len(words) < count:
        words.add("".join(dice.choices(syllables, k=dice.randint(1, 4))) + dice.choice(["", "n", "s", "r"]))
    return sorted(words, key=lambda w: (len(w), w))


class Writer:
    def __init__(self, count, agents):
        self.dice = random.Random(20261123)
        self.words = vocabulary(self.dice)
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.count, self.agents, self.now = count, agents, int(time.time()) // DAY_S * DAY_S
        self.rare_every = max(1, count // RARE_TICKETS)
        self.requesters = max(10, count // 8)
        # Drawing words a few at a time would cost more than everything else together.
        self.pool = []

    def text(self, words):
        if len(self.pool) < words:
            self.pool = self.dice.choices(self.words, cum_weights=self.weights, k=200_000)
        taken = self.pool[-words:]
        del self.pool[-words:]
        return " ".join(taken)

    def moment(self, seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))

    def status(self, age_days):
        if age_days > 30:
            return self.dice.choices(["closed", "cancelled", "resolved", "pending", "open"], [93, 4, 1, 1, 1])[0]
        return self.dice.choices(["new", "open", "in_progress", "pending", "resolved", "closed"], [8, 30, 12, 15, 15, 20])[0]

    def ticket(self, i):
        dice = self.dice
        created = self.now - 3 * 365 * DAY_S + int(i / self.count * 3 * 365 * DAY_S)
        status = self.status((self.now - created) / DAY_S)
        person = dice.randrange(self.requesters)
        words = [self.text(dice.randint(15, 60))]
        if i % 3 == 0:
            words.append(COMMON)
        rare = i % self.rare_every == self.rare_every // 2
        if rare:
            words.append(RARE)
        row = {"subject": self.text(dice.randint(3, 9)), "description": " ".join(words), "category": dice.choice(CATEGORIES),
               "priority": dice.choices(*PRIORITIES)[0], "status": status, "source": dice.choice(SOURCES),
               "requester": {"name": f"Customer {person}", "email": f"customer{person}@example.com"},
               "tags": [f"tag{dice.randrange(200)}"] if i % 4 == 0 else [],
               "createdAt": self.moment(created), "updatedAt": self.moment(created + 3600), "externalId": f"old-{i}"}
        agent = f"agent{dice.randrange(self.agents)}@bench.test"
        if status != "new":
            row["assigneeEmail"] = agent
        if status in ("resolved", "closed"):
            row["resolvedAt"] = self.moment(created + 3000)
        if status == "closed":
            row["closedAt"] = self.moment(created + 3600)
        if i % 20 == 0 or rare:
            row["comments"] = [{"content": self.text(25), "authorType": "agent" if n % 2 else "requester",
                                "authorEmail": agent if n % 2 else row["requester"]["email"], "isInternal": n == 3,
                                "createdAt": self.moment(created + 60 * n)} for n in range(1, 6)]
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--agents", type=int, default=40)
    args = parser.parse_args()
    writer = Writer(args.count, args.agents)
    dump = json.JSONEncoder(separators=(",", ":")).encode
    for i in range(1, args.count + 1):
        sys.stdout.write(dump(writer.ticket(i)) + "\n")


if __name__ == "__main__":
    main()
