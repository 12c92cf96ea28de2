"""Priority: the seed's score, what adds to it, and how the API tells where it came from."""
import itertools

import pytest
from desk import ticket_body

counter = itertools.count()


def newcomer(tier=None):
    person = {"name": "New", "email": f"new{next(counter)}@example.com"}
    return {**person, "tier": tier} if tier else person


def explained(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}/explain").must(200)["priority"]


def parts(desk, ticket):
    return {(p["what"], p["points"]) for p in explained(desk, ticket)["parts"]}


@pytest.mark.parametrize("tier, category, text, score, priority", [
    ("free", "general", "hello", 10, "low"),
    ("standard", "general", "hello", 20, "low"),
    ("standard", "account", "hello", 40, "normal"),
    ("premium", "technical", "hello", 60, "high"),
    ("enterprise", "billing", "hello", 80, "critical"),
    ("enterprise", "technical", "hello", 70, "high"),
    ("free", "feature_request", "the export is broken", 35, "low"),
    ("free", "feature_request", "urgent: the export is broken", 50, "normal"),
    ("free", "account", "urgent, broken", 60, "high"),
    ("standard", "billing", "urgent: cannot access", 90, "critical"),
    ("free", "general", "download the terrors of breakdown", 10, "low"),
    ("free", "general", "Urgent URGENT urgent", 25, "low"),
    ("free", "general", "it is not\nworking", 25, "low"),
])
def test_the_score_is_the_seeds(desk, tier, category, text, score, priority):
    ticket = desk.ticket("A question", category=category, description=text, requester=newcomer(tier))
    told = explained(desk, ticket)
    assert (told["score"], ticket["priority"], told["given"]) == (score, priority, False)
    assert sum(p["points"] for p in told["parts"]) == score


def test_a_priority_that_was_said_stands_and_says_so(desk):
    ticket = desk.ticket("urgent, broken, down", category="billing", priority="low", requester=newcomer())
    told = explained(desk, ticket)
    assert ticket["priority"] == "low" and told["given"] is True
    assert told["parts"] == [{"what": "given", "points": 0, "detail": "low"}]


def test_subject_and_body_count_each_keyword_once(desk):
    ticket = desk.ticket("urgent", description="urgent error", requester=newcomer("free"))
    words = [p["detail"] for p in explained(desk, ticket)["parts"] if p["what"] == "keyword"]
    assert sorted(words) == ["error", "urgent"]


def test_a_second_ticket_within_a_day_adds_five_and_many_add_ten(desk):
    person = newcomer("free")
    scores = [explained(desk, desk.ticket(f"number {i}", requester=person))["score"] for i in range(8)]
    assert scores == [10, 15, 15, 15, 15, 15, 25, 25]


def test_changing_the_priority_leaves_the_explanation_of_the_beginning(desk):
    ticket = desk.ticket("hello", requester=newcomer("free"))
    desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "critical"}).must(200)
    told = explained(desk, ticket)
    assert told["priority"] == "critical" and told["score"] == 10


def test_the_tier_is_taken_only_from_agents(desk):
    stranger = desk.client(token=None)
    body = ticket_body("hello", source="web", requester=newcomer("enterprise"))
    answer = stranger.post("/api/tickets", body)
    if answer.status == 201:
        assert ("tier", 10) in parts(desk, answer.body)
    else:
        assert answer.status in (400, 403)
