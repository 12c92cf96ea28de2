"""GET /api/statistics agrees with the lists, always."""
from people_roles import cast


def test_statistics_are_what_the_lists_hold(fresh_desk):
    fresh_desk.agent("sam@desk.test", online=False)
    sam = fresh_desk.agents()["sam@desk.test"]["id"]
    for i in range(8):
        ticket = fresh_desk.ticket(f"Matter {i}", priority=["high", "low"][i % 2], tags=["even"] if i % 2 == 0 else [])
        if i < 3:
            fresh_desk.post(f"/api/tickets/{ticket['number']}/assign", {"agentId": sam}).must(200)
        if i == 7:
            fresh_desk.post(f"/api/tickets/{ticket['number']}/resolve", {}).must(200)
    stats = fresh_desk.get("/api/statistics").must(200)
    assert stats["total"] == 8 and stats["totalIsExact"]
    assert stats["byPriority"] == {"high": 4, "low": 4}
    assert stats["byCategory"] == {"general": 8}
    assert stats["byAssignee"] == {sam: 3, "unassigned": 5}
    assert sum(stats["byStatus"].values()) == 8 and stats["byStatus"]["resolved"] == 1
    for group, param in (("byStatus", "status"), ("byPriority", "priority"), ("byCategory", "category"), ("byAssignee", "assigneeId")):
        for name, n in stats[group].items():
            assert fresh_desk.get(f"/api/tickets?{param}={name}").must(200)["total"] == n
            assert fresh_desk.get(f"/api/statistics?{param}={name}").must(200)["total"] == n
    fresh_desk.check()


def test_statistics_take_every_filter(fresh_desk):
    for i in range(6):
        fresh_desk.ticket(f"Matter {i}", priority=["high", "low"][i % 2], tags=["even"] if i % 2 == 0 else [])
    by_tag = fresh_desk.get("/api/statistics?tags=even").must(200)
    assert by_tag["total"] == 3 and by_tag["byPriority"] == {"high": 3}
    assert fresh_desk.get("/api/statistics?searchQuery=matter&priority=low").must(200)["byPriority"] == {"low": 3}
    assert fresh_desk.get("/api/statistics?createdBefore=2020-01-01").must(200)["total"] == 0


def test_statistics_are_for_agents(desk):
    tokens = cast(desk)
    desk.client(token=tokens["agent"]).get("/api/statistics").must(200)
    desk.client(token=tokens["requester"]).get("/api/statistics").must(403)
    desk.client(token=None).get("/api/statistics").must(401)
    assert desk.get("/api/statistics?page=2").error_paths() == {"page"}
