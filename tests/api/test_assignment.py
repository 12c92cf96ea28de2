"""Assignment: rules, turns, capacity, tickets that wait, and the loads that must always be true."""
import random
import threading

import pytest
from desk import wait_until

ACTIVE = {"new", "open", "in_progress", "pending"}


def agent_name(ticket):
    return (ticket["assignee"] or {}).get("name")


def decisions(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}/explain").must(200)["assignment"]["decisions"]


def reload(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}").must(200)


def loads(desk):
    return {mail: a["currentTickets"] for mail, a in desk.agents().items() if a["currentTickets"]}


def agent_id(desk, name):
    return desk.agents()[f"{name}@desk.test"]["id"]


def rule(desk, **fields):
    return desk.post("/api/assignment-rules", {"category": "general", **fields}).must(201)


@pytest.fixture
def three(fresh_desk):
    for name in ("ann", "bob", "cid"):
        fresh_desk.agent(f"{name}@desk.test", max=50)
    return fresh_desk


def test_without_rules_everybody_takes_turns(three):
    names = [agent_name(three.ticket(f"turn {i}")) for i in range(7)]
    assert names == ["Ann", "Bob", "Cid", "Ann", "Bob", "Cid", "Ann"]
    first = decisions(three, three.ticket("why?"))[0]
    assert first["method"] == "round_robin" and first["rule"] is None
    assert {c["name"] for c in first["candidates"]} == {"Ann", "Bob", "Cid"}


def test_the_turn_skips_who_is_away_and_comes_back_to_them(three):
    three.ticket("a")
    three.patch("/api/agents/bob@desk.test/status", {"status": "away"}).must(200)
    assert [agent_name(three.ticket("b")), agent_name(three.ticket("c"))] == ["Cid", "Ann"]
    three.patch("/api/agents/bob@desk.test/status", {"status": "online"}).must(200)
    assert [agent_name(three.ticket("d")), agent_name(three.ticket("e"))] == ["Bob", "Cid"]


def test_a_ticket_that_found_somebody_is_open_and_history_says_why(three):
    ticket = three.ticket("hello")
    assert ticket["status"] == "open"
    told = three.get(f"/api/tickets/{ticket['id']}/history").must(200)["history"]
    assigned = [e for e in told if "assigned" in str(e.values())]
    assert assigned and "next in turn" in str(assigned)


def test_a_specific_agent_gets_the_categorys_tickets_until_full(three):
    three.agent("dot@desk.test", max=2)
    made = rule(three, type="specific_agent", agentId="dot@desk.test", priority=5)
    names = [agent_name(three.ticket(f"n {i}")) for i in range(3)]
    assert names[:2] == ["Dot", "Dot"] and names[2] != "Dot"
    other = three.ticket("elsewhere", category="billing")
    assert agent_name(other) != "Dot"
    why = decisions(three, three.ticket("x"))[0]
    assert why["rule"] is None
    first = three.get("/api/tickets?sortBy=createdAt&sortOrder=asc&limit=1").must(200)["tickets"][0]
    why = decisions(three, first)[0]
    assert (why["method"], why["rule"]["id"], why["rule"]["type"]) == ("auto", made["id"], "specific_agent")


def test_the_rule_of_highest_priority_is_tried_first_and_inactive_ones_never(three):
    rule(three, type="specific_agent", agentId="ann@desk.test", priority=1)
    rule(three, type="specific_agent", agentId="bob@desk.test", priority=9)
    rule(three, type="specific_agent", agentId="cid@desk.test", priority=99, isActive=False)
    assert {agent_name(three.ticket(f"{i}")) for i in range(3)} == {"Bob"}


def test_a_rule_with_a_subcategory_serves_only_that_one(three):
    rule(three, type="specific_agent", agentId="cid@desk.test", subcategory="Refunds", priority=9)
    rule(three, type="specific_agent", agentId="bob@desk.test", priority=1)
    assert agent_name(three.ticket("a", subcategory="refunds")) == "Cid"
    assert agent_name(three.ticket("b", subcategory="other")) == "Bob"
    assert agent_name(three.ticket("c")) == "Bob"


def test_a_group_rule_takes_turns_in_the_group_and_otherwise_waits_there(three):
    three.agent("eve@desk.test", groups=["crew"], max=1)
    three.agent("fay@desk.test", groups=["crew"], max=1)
    rule(three, type="group", groupId="crew", priority=9)
    rule(three, type="specific_agent", agentId="ann@desk.test", priority=1)
    got = [three.ticket(f"{i}") for i in range(3)]
    assert [agent_name(t) for t in got] == ["Eve", "Fay", None]
    assert all(t["assigneeGroup"] == "crew" and t["status"] == "open" for t in got)
    explained = three.get(f"/api/tickets/{got[2]['id']}/explain").must(200)["assignment"]
    assert explained["waiting"] is True and "waits" in explained["decisions"][0]["reason"]
    three.post(f"/api/tickets/{got[0]['id']}/resolve").must(200)
    wait_until(lambda: agent_name(reload(three, got[2])) == "Eve", timeout=2)


def test_skills_choose_the_least_busy_of_those_who_have_one(three):
    three.agent("gus@desk.test", skills=["Tax"])
    three.agent("hal@desk.test", skills=["law", "tax"])
    three.post("/api/category-skills", {"category": "billing", "skill": "TAX"}).must(201)
    rule(three, type="skill_based", category="billing")
    rule(three, type="skill_based")
    names = [agent_name(three.ticket(f"{i}", category="billing")) for i in range(4)]
    assert names == ["Gus", "Hal", "Gus", "Hal"]
    assert agent_name(three.ticket("no skills are asked for")) in ("Ann", "Bob", "Cid", "Gus", "Hal")


def test_least_busy_is_least_busy(three):
    rule(three, type="least_busy", category="technical")
    for i in range(3):
        three.ticket(f"fill {i}", category="general", assigneeId=agent_id(three, "ann"))
    three.ticket("fill", assigneeId=agent_id(three, "bob"))
    names = [agent_name(three.ticket(f"{i}", category="technical")) for i in range(4)]
    assert names == ["Cid", "Bob", "Cid", "Bob"]  # ties: who was given one longest ago
    three.assert_loads_are_true()


def test_least_busy_of_a_group_names_the_group(three):
    three.agent("eve@desk.test", groups=["crew"])
    rule(three, type="least_busy", groupId="crew")
    ticket = three.ticket("x")
    assert (agent_name(ticket), ticket["assigneeGroup"]) == ("Eve", "crew")


def test_nobody_there_waits_and_the_most_urgent_goes_first(fresh_desk):
    low = fresh_desk.ticket("low", priority="low")
    high = fresh_desk.ticket("high", priority="high")
    critical = fresh_desk.ticket("critical", priority="critical")
    assert (low["status"], low["assignee"]) == ("new", None)
    fresh_desk.agent("ann@desk.test", max=2)  # by the command line, beside the running server
    wait_until(lambda: loads(fresh_desk).get("ann@desk.test") == 2, timeout=3)
    assert [agent_name(reload(fresh_desk, t)) for t in (critical, high, low)] == ["Ann", "Ann", None]
    fresh_desk.post(f"/api/tickets/{high['id']}/close").must(200)
    wait_until(lambda: agent_name(reload(fresh_desk, low)) == "Ann", timeout=2)


def test_a_head_that_nobody_can_serve_does_not_block_the_others(three):
    three.agent("eve@desk.test", groups=["crew"], online=False)
    rule(three, type="group", category="billing", groupId="crew")
    for mail in ("ann", "bob", "cid"):
        three.patch(f"/api/agents/{mail}@desk.test/status", {"status": "offline"}).must(200)
    stuck = [three.ticket(f"stuck {i}", category="billing", priority="critical") for i in range(5)]
    low = three.ticket("low", priority="low")
    three.patch("/api/agents/ann@desk.test/status", {"status": "online"}).must(200)
    wait_until(lambda: agent_name(reload(three, low)) == "Ann", timeout=2)
    assert all(agent_name(reload(three, t)) is None for t in stuck)


def test_a_person_may_overload_an_agent_and_history_names_them(fresh_desk):
    fresh_desk.agent("ann@desk.test", max=1)
    fresh_desk.ticket("one")
    two = fresh_desk.ticket("two")
    assert two["assignee"] is None
    done = fresh_desk.post(f"/api/tickets/{two['id']}/assign", {"agentId": agent_id(fresh_desk, "ann")}).must(200)
    assert done["status"] == "open" and loads(fresh_desk) == {"ann@desk.test": 2}
    assert decisions(fresh_desk, two)[0]["method"] == "manual"
    assert "Root" in decisions(fresh_desk, two)[0]["reason"]


def test_an_agent_who_has_left_gets_nothing(three):
    three.patch("/api/agents/ann@desk.test", {"isActive": False}).must(200)
    ticket = three.ticket("x")
    assert agent_name(ticket) != "Ann"
    three.post(f"/api/tickets/{ticket['id']}/assign", {"agentId": agent_id(three, "ann")}).must(422)


def test_asking_for_somebody_else_never_loses_the_one_there_is(fresh_desk):
    fresh_desk.agent("ann@desk.test", max=1)
    ticket = fresh_desk.ticket("one")
    again = fresh_desk.post(f"/api/tickets/{ticket['id']}/assign", {"auto": True}).must(200)
    assert agent_name(again) == "Ann" and loads(fresh_desk) == {"ann@desk.test": 1}


def test_loads_follow_every_verb(three):
    t = three.ticket("life")
    path = f"/api/tickets/{t['id']}"
    steps = [("unassign", None), ("assign", {"agentId": agent_id(three, "bob")}),
             ("assign", {"agentId": agent_id(three, "cid")}),
             ("resolve", None), ("reopen", None), ("close", None), ("reopen", None), ("cancel", None), ("reopen", None)]
    for verb, body in steps:
        three.post(f"{path}/{verb}", body).must(200)
        three.assert_loads_are_true()
    three.delete(path).must(200, 204)
    three.assert_loads_are_true()
    three.post(f"{path}/restore").must(200)
    three.assert_loads_are_true()
    other = three.ticket("other")
    three.post(f"{path}/merge", {"ticketId": other["id"]}).must(200)
    three.assert_loads_are_true()


def test_under_many_hands_loads_are_true_and_capacity_holds(three):
    three.agent("eve@desk.test", max=4)
    for mail in ("ann", "bob", "cid"):
        three.patch(f"/api/agents/{mail}@desk.test", {"maxConcurrentTickets": 4}).must(200)

    def work(seed):
        rng, client = random.Random(seed), three.client()
        mine = []
        for i in range(40):
            if not mine or rng.random() < 0.45:
                mine.append(three.ticket(f"{seed} {i}", client)["id"])
                continue
            verb = rng.choice(["resolve", "close", "reopen", "unassign", "cancel"])
            client.post(f"/api/tickets/{rng.choice(mine)}/{verb}")
        client.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    three.assert_loads_are_true()


def test_creation_by_many_never_exceeds_capacity(fresh_desk):
    for name in ("ann", "bob"):
        fresh_desk.agent(f"{name}@desk.test", max=7)

    def create(n):
        client = fresh_desk.client()
        for i in range(10):
            fresh_desk.ticket(f"{n} {i}", client)
        client.close()

    threads = [threading.Thread(target=create, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert loads(fresh_desk) == {"ann@desk.test": 7, "bob@desk.test": 7}
    fresh_desk.assert_loads_are_true()


# ---- the rules themselves


def test_rules_are_kept_changed_and_deleted(three):
    made = rule(three, type="specific_agent", agentId="ann@desk.test", priority=3, subcategory="x")
    assert (made["agent"], made["category"], made["isActive"]) == ("Ann", "general", True)
    path = f"/api/assignment-rules/{made['id']}"
    assert three.get(path).must(200) == made
    changed = three.patch(path, {"priority": 4, "subcategory": None}).must(200)
    assert (changed["priority"], changed["subcategory"], changed["agent"]) == (4, None, "Ann")
    switched = three.patch(path, {"type": "least_busy", "agentId": None}).must(200)
    assert switched["agentId"] is None
    assert [r["id"] for r in three.get("/api/assignment-rules").must(200)["rules"]] == [made["id"]]
    three.delete(path).must(204)
    three.get(path).must(404)


@pytest.mark.parametrize("fields, path", [
    ({"type": "specific_agent"}, "agentId"),
    ({"type": "specific_agent", "agentId": "nobody@desk.test"}, "agentId"),
    ({"type": "group"}, "groupId"),
    ({"type": "group", "groupId": "no such"}, "groupId"),
    ({"type": "skill_based", "agentId": "ann@desk.test"}, "agentId"),
    ({"type": "least_busy", "agentId": "ann@desk.test"}, "agentId"),
    ({"type": "least_busy", "category": "no such"}, "category"),
    ({"type": "magic"}, "type"),
    ({"type": "least_busy", "priority": "high"}, "priority"),
    ({"type": "least_busy", "color": "red"}, "color"),
])
def test_a_rule_that_makes_no_sense_is_refused_by_field(desk, fields, path):
    desk.agents().get("ann@desk.test") or desk.agent("ann@desk.test")
    answer = desk.post("/api/assignment-rules", {"category": "general", **fields})
    assert path in answer.error_paths()


def test_only_supervisors_write_rules(desk):
    desk.agent("plain@desk.test")
    plain = desk.client(desk.make_token("plain@desk.test"))
    plain.get("/api/assignment-rules").must(200)
    plain.post("/api/assignment-rules", {"category": "general", "type": "least_busy"}).must(403)
    desk.client(token=None).get("/api/assignment-rules").must(401)


def test_who_wrote_a_rule_is_on_record(desk):
    made = rule(desk, type="least_busy", category="account")
    audit = desk.get("/api/audit?limit=50").must(200)
    assert any(made["id"] in str(e) and "Root" in str(e) for e in next(v for v in audit.values() if isinstance(v, list)))


def test_an_agent_who_leaves_hands_over(fresh_desk):
    desk = fresh_desk
    desk.agent("first@desk.test", max=5)
    tickets = [desk.ticket(f"of the first {i}") for i in range(3)]
    assert {t["assignee"]["email"] for t in tickets} == {"first@desk.test"}
    desk.agent("second@desk.test", max=2)
    first = desk.agents()["first@desk.test"]
    desk.patch(f"/api/agents/{first['id']}", {"isActive": False}).must(200)

    def handed_over():
        now = [desk.get(f"/api/tickets/{t['id']}").must(200) for t in tickets]
        owners = [(t["assignee"] or {}).get("email") for t in now]
        return owners.count("second@desk.test") == 2 and owners.count(None) == 1

    wait_until(handed_over, what="two tickets go to the second agent, one waits")
    assert desk.agents()["first@desk.test"]["currentTickets"] == 0
    desk.check()
