"""GET /api/tickets/:id/explain: why a ticket is where it is."""


def explain(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}/explain").must(200)


def test_everything_is_explained_at_once(fresh_desk):
    fresh_desk.agent("ann@desk.test", max=5)
    fresh_desk.post("/api/assignment-rules", {"category": "billing", "type": "least_busy", "priority": 7}).must(201)
    hours = {"monday": ["00:00-24:00"], "thursday": ["09:00-17:00"]}
    calendar = fresh_desk.post("/api/calendars", {"name": "Days", "timezone": "Europe/Berlin", "hours": hours}).must(201)
    policy = fresh_desk.post("/api/sla-policies", {"name": "Gold", "responseTimeMinutes": 30, "resolutionTimeMinutes": 90,
                                                   "calendarId": calendar["id"]}).must(201)
    ticket = fresh_desk.ticket("urgent", category="billing")
    told = explain(fresh_desk, ticket)
    assert (told["ticketId"], told["number"]) == (ticket["id"], ticket["number"])
    assert told["priority"]["score"] == sum(p["points"] for p in told["priority"]["parts"]) == 75
    decision = told["assignment"]["decisions"][0]
    assert decision["method"] == "least_busy" and decision["rule"]["type"] == "least_busy" and decision["rule"]["priority"] == 7
    assert decision["agent"]["name"] == "Ann" and "Ann" in decision["reason"]
    assert [(c["name"], c["currentTickets"], c["maxConcurrentTickets"]) for c in decision["candidates"]] == [("Ann", 0, 5)]
    sla = told["sla"]
    assert (sla["policy"], sla["policyId"]) == ("Gold", policy["id"])
    assert sla["calendar"] == {"id": calendar["id"], "name": "Days", "timezone": "Europe/Berlin"}
    assert (sla["response"]["targetMs"], sla["resolution"]["targetMs"]) == (30 * 60000, 90 * 60000)
    assert sla["response"]["due"] == ticket["sla"]["responseDue"] and sla["response"]["met"] is None
    assert sla["next"]["event"] == "responseWarning"


def test_decisions_come_newest_first_and_survive_their_rule(fresh_desk):
    fresh_desk.agent("ann@desk.test")
    fresh_desk.agent("bob@desk.test")
    rule = fresh_desk.post("/api/assignment-rules",
                           {"category": "general", "type": "specific_agent", "agentId": "ann@desk.test"}).must(201)
    ticket = fresh_desk.ticket("x")
    bob = fresh_desk.agents()["bob@desk.test"]["id"]
    fresh_desk.post(f"/api/tickets/{ticket['id']}/assign", {"agentId": bob}).must(200)
    fresh_desk.delete(f"/api/assignment-rules/{rule['id']}").must(204)
    decisions = explain(fresh_desk, ticket)["assignment"]["decisions"]
    assert [(d["method"], d["agent"]["name"]) for d in decisions] == [("manual", "Bob"), ("auto", "Ann")]
    assert decisions[1]["rule"] is None and "rule" in decisions[1]["reason"]


def test_only_agents_may_ask(desk):
    ticket = desk.ticket("x")
    desk.client(token=None).get(f"/api/tickets/{ticket['id']}/explain").must(401)
    desk.get("/api/tickets/999999/explain").must(404)
