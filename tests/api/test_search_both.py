"""The same tickets and the same questions on both engines: the same is found, in the same order, with the same ranks."""
import random
from urllib.parse import quote

import pytest

from people_roles import cast

WORDS = ["Größe", "GRÖSSE", "Straße", "strasse", "café", "CAFE", "cafe\u0301", "naïve", "Ελλάδα", "ΕΛΛΑΔΑ", "σίγμας", "ΣΊΓΜΑΣ",
         "Москва", "МОСКВА", "ёлка", "елка", "日本語", "日本", "東京都", "한국어", "עברית", "العربية", "हिन्दी", "😀", "ana@example.com",
         "bob+tag@sub.example.org", "https://x.test/a/b?c=d", "www.example.com", "well-known", "e-mail", "don't", "O'Reilly",
         "C++", "a_b", "3.14", "1,000", "2026-11-23", "v2", "\\", "'", "&", "|", "<->", "(", "#a0", "x':1A", "İstanbul", "ﬁne", "x²",
         "printer", "printers", "print", "paper", "jam", "the", "broken"]
TICKETS, QUESTIONS = 80, 200


def text(dice, least, most):
    return "".join(dice.choice(WORDS) + dice.choice([" ", " ", " ", "\n", ", ", "-"]) for _ in range(dice.randint(least, most)))


def question(dice):
    terms = []
    for _ in range(dice.randint(1, 3)):
        kind = dice.randrange(8)
        words = f'"{dice.choice(WORDS)} {dice.choice(WORDS)}"' if kind < 3 else dice.choice(WORDS)
        terms.append({0: "-", 1: "OR "}.get(kind, "") + words + ("*" if kind in (2, 3) else ""))
    return " ".join(terms)


def fill(desk, dice):
    for number in range(TICKETS):
        ticket = desk.ticket(f"{number} {text(dice, 1, 4)}", description=text(dice, 1, 40),
                             requester={"name": "Customer", "email": "customer@example.com"})
        for _ in range(dice.randrange(4)):
            desk.post(f"/api/tickets/{ticket['number']}/comments",
                      {"content": text(dice, 1, 9), "isInternal": dice.random() < 0.5}).must(201)
    for number in range(1, TICKETS, 9):
        desk.delete(f"/api/tickets/{number}").must(200, 204)


def asked(client, words, more=""):
    answer = client.get(f"/api/tickets?limit=100&searchQuery={quote(words)}{more}").must(200)
    return [answer["total"], answer["totalIsExact"],
            [(t["subject"], round(t.get("rank") or 0, 6), t.get("snippet")) for t in answer["tickets"]]]


@pytest.mark.only("postgres", "it makes a desk on either engine")
def test_both_engines_answer_alike(engine, desk_of):
    seed = random.randrange(10**6)
    desks = [desk_of("sqlite"), desk_of("postgres")]
    customers = [desk.client(token=cast(desk)["requester"]) for desk in desks]
    for desk in desks:
        fill(desk, random.Random(seed))
    dice, found = random.Random(seed + 1), 0
    for _ in range(QUESTIONS):
        words = question(dice)
        more = dice.choice(["", "", "&sortBy=createdAt&sortOrder=asc", "&status=new"])
        for clients in (desks, customers):
            answers = [asked(client, words, more) for client in clients]
            assert answers[0] == answers[1], f"seed {seed}: {words} {more}"
            found += len(answers[0][2])
    assert found > QUESTIONS, f"seed {seed}: these questions find too little to tell"
    for desk in desks:
        desk.check()
