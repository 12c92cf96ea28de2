"""What clients were told, and whether the desk stands by it after whatever happened."""
import collections
import random
import re
import threading


class Notes:
    """What the clients were told, kept over all the kills."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tickets = {}      # label -> number
        self.comments = {}     # label -> ticket's number
        self.assigned = {}     # number -> agent's id, the newest
        self.resolved = set()  # numbers
        self.mails = {}        # label -> ticket's number
        self.problems = []
        self.sent = set()      # labels that were sent, whether or not an answer came

    def fresh_label(self, kind, client):
        with self.lock:
            label = f"{kind}-{client}-{len(self.sent)}"
            self.sent.add(label)
            return label


def labels_of_tickets(desk):
    """Every ticket: how often its label occurs, and its number and assignee."""
    count, rows, cursor = collections.Counter(), {}, ""
    while True:
        page = desk.get(f"/api/tickets?limit=100&sortBy=createdAt&sortOrder=asc{cursor}").must(200)
        for ticket in page["tickets"]:
            count[ticket["subject"]] += 1
            rows[ticket["number"]] = ticket
        if not page.get("nextCursor"):
            return count, rows
        cursor = "&cursor=" + page["nextCursor"]


def compare(desk, notes, thoroughly):
    count, rows = labels_of_tickets(desk)
    lost = [label for label, number in {**notes.tickets, **notes.mails}.items() if number not in rows or rows[number]["subject"] != label]
    assert not lost, f"{len(lost)} acknowledged tickets are missing, e.g. {lost[:5]}"
    twice = [label for label, n in count.items() if n > 1]
    assert not twice, f"made twice: {twice[:5]}"
    wrong = {n: a for n, a in notes.assigned.items() if (rows[n].get("assignee") or {}).get("id") != a}
    assert not wrong, f"assignments that were acknowledged and are not there: {list(wrong.items())[:5]}"
    open_again = [n for n in notes.resolved if rows[n]["status"] != "resolved"]
    assert not open_again, f"resolved and acknowledged, but it is not: {open_again[:5]}"
    by_ticket = collections.defaultdict(set)
    for label, number in list(notes.comments.items()):
        by_ticket[number].add(label)
    sample = sorted(by_ticket) if thoroughly else random.sample(sorted(by_ticket), min(20, len(by_ticket)))
    for number in sample:
        said = collections.Counter(c["content"] for c in desk.get(f"/api/tickets/{number}").must(200)["comments"])
        missing = by_ticket[number] - set(said)
        assert not missing, f"comments that were acknowledged and are not there: {missing}"
        doubled = [text for text, n in said.items() if n > 1 and re.match("comment-", text)]
        assert not doubled, f"comments made twice: {doubled}"
