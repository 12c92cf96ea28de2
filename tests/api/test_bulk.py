"""One change for many tickets."""
import pytest


def make(desk, n, **fields):
    return [desk.ticket(f"bulk {i}", **fields) for i in range(n)]


def test_many_by_ids_at_once(desk):
    tickets = make(desk, 5)
    result = desk.post("/api/tickets/bulk", {"ids": [t["id"] for t in tickets],
                                             "changes": {"priority": "high", "addTags": ["wave"]}}).must(200)
    assert result == {"matched": 5, "updated": 5, "failed": []}
    for t in tickets:
        now = desk.get(f"/api/tickets/{t['id']}").must(200)
        assert (now["priority"], now["tags"]) == ("high", ["wave"])
        assert any(h["changeType"] == "priority" for h in desk.get(f"/api/tickets/{t['id']}/history").must(200)["history"])


def test_by_filter(desk):
    make(desk, 3, tags=["recall"], category="technical")
    make(desk, 2, tags=["recall"], category="account")
    result = desk.post("/api/tickets/bulk", {"filter": {"tags": ["recall"], "category": ["technical"]},
                                             "changes": {"status": "pending"}}).must(200)
    assert result["updated"] == 3
    assert desk.get("/api/tickets?tags=recall&status=pending").must(200)["total"] == 3


def test_each_refusal_is_told_and_the_others_are_done(desk):
    good, closed = make(desk, 2)
    desk.post(f"/api/tickets/{closed['id']}/close").must(200)
    result = desk.post("/api/tickets/bulk", {"ids": [good["id"], closed["id"], "99999999"],
                                             "changes": {"status": "pending"}}).must(200)
    assert (result["matched"], result["updated"]) == (3, 1)
    assert {f["id"]: f["code"] for f in result["failed"]} == {closed["id"]: "conflict", "99999999": "not_found"}


def test_delete_and_restore(desk):
    ids = [t["id"] for t in make(desk, 2)]
    assert desk.post("/api/tickets/bulk", {"ids": ids, "action": "delete"}).must(200)["updated"] == 2
    assert all(desk.get(f"/api/tickets/{i}").must(200)["deletedAt"] for i in ids)
    assert desk.post("/api/tickets/bulk", {"ids": ids, "action": "restore"}).must(200)["updated"] == 2
    assert all("deletedAt" not in desk.get(f"/api/tickets/{i}").must(200) for i in ids)


@pytest.mark.parametrize("body,path", [
    ({}, "changes"),
    ({"changes": {"priority": "high"}}, "ids"),
    ({"ids": ["1"], "filter": {"tags": ["x"]}, "changes": {"priority": "high"}}, "ids"),
    ({"ids": ["1"], "changes": {"createdAt": "2020-01-01T00:00:00Z"}}, "changes.createdAt"),
    ({"ids": ["1"], "changes": {"priority": "enormous"}}, "changes.priority"),
    ({"ids": [str(i) for i in range(1001)], "changes": {"priority": "high"}}, "ids"),
    ({"ids": ["1"], "changes": {"category": "nonsense"}}, "category"),
])
def test_what_cannot_be_meant_is_refused_whole(desk, body, path):
    desk.ticket("there is one")
    assert path in desk.post("/api/tickets/bulk", body).error_paths()


def test_a_thousand_at_once(fresh_desk):
    desk = fresh_desk
    first = desk.ticket("0")["number"]
    for i in range(1, 1000):
        desk.ticket(str(i))
    result = desk.post("/api/tickets/bulk", {"ids": [str(first + i) for i in range(1000)],
                                             "changes": {"status": "resolved"}}).must(200)
    assert result["updated"] == 1000
    assert desk.get("/api/statistics").must(200)["byStatus"]["resolved"] == 1000
    desk.ticket("one more")
    assert "filter" in desk.post("/api/tickets/bulk", {"filter": {"category": ["general"]},
                                                       "changes": {"priority": "high"}}).error_paths()
    desk.check()


def test_bulk_is_for_supervisors(desk):
    desk.agent("worker@desk.test")
    worker = desk.client(token=desk.make_token("worker@desk.test"))
    assert worker.post("/api/tickets/bulk", {"ids": ["1"], "changes": {"priority": "high"}}).status == 403
