"""GET /api/tickets: filters, orders, pages and cursors, seen from outside."""
from urllib.parse import quote

import pytest

from people_roles import cast

NOBODY = "01890000-0000-7000-8000-000000000000"


def numbers(desk, query, client=None):
    return [t["number"] for t in (client or desk).get("/api/tickets?" + query).must(200)["tickets"]]


@pytest.fixture(scope="module")
def many(desk):
    """Twelve tickets: priorities in turn, every third tagged, two requesters."""
    made = []
    for i in range(12):
        made.append(desk.ticket(f"Matter {i}", priority=["low", "normal", "high", "critical"][i % 4],
                                tags=["third"] if i % 3 == 0 else ["other"], externalId=f"EXT-{i}",
                                requester={"name": "A", "email": f"person{i % 2}@list.test"}))
    return made


def test_a_list_is_the_newest_first_with_totals_and_pages(desk, many):
    body = desk.get("/api/tickets?limit=5").must(200)
    assert [t["number"] for t in body["tickets"]] == sorted((t["number"] for t in many), reverse=True)[:5]
    assert (body["total"], body["totalIsExact"], body["page"], body["totalPages"]) == (12, True, 1, 3)
    second = desk.get("/api/tickets?limit=5&page=2").must(200)
    by_cursor = desk.get(f"/api/tickets?limit=5&cursor={body['nextCursor']}").must(200)
    assert second["tickets"] == by_cursor["tickets"]
    assert by_cursor["page"] == 2
    last = desk.get(f"/api/tickets?limit=5&cursor={by_cursor['nextCursor']}").must(200)
    assert len(last["tickets"]) == 2 and last["nextCursor"] is None


def test_several_values_are_repeated_or_comma_separated(desk, many):
    wanted = [t["number"] for t in reversed(many) if t["priority"] in ("high", "critical")]
    assert numbers(desk, "priority=high,critical") == wanted
    assert numbers(desk, "priority=high&priority=urgent") == wanted


def test_filters_narrow_each_other(desk, many):
    assert numbers(desk, "tags=THIRD&priority=low") == [many[0]["number"]]
    assert numbers(desk, "externalId=EXT-7") == [many[7]["number"]]
    assert numbers(desk, "requesterId=" + many[1]["requester"]["id"] + "&tags=third") == [many[9]["number"], many[3]["number"]]
    assert numbers(desk, "requesterId=" + quote(many[1]["requester"]["email"])) == [t["number"] for t in reversed(many[1::2])]
    assert numbers(desk, f"createdAfter={many[4]['createdAt']}&createdBefore={many[4]['createdAt']}&tags=other") == [many[4]["number"]]


def test_orders(desk, many):
    names = ["low", "normal", "high", "critical"]
    for order, reverse in (("asc", False), ("desc", True)):
        tickets = desk.get(f"/api/tickets?sortBy=priority&sortOrder={order}&limit=100").must(200)["tickets"]
        keys = [(names.index(t["priority"]), t["createdAt"], t["number"]) for t in tickets]
        assert keys == sorted(keys, reverse=reverse)
        for sort, key in (("dueDate", "dueDate"), ("updatedAt", "updatedAt"), ("createdAt", "createdAt")):
            tickets = desk.get(f"/api/tickets?sortBy={sort}&sortOrder={order}&limit=100").must(200)["tickets"]
            keys = [(t[key], t["number"]) for t in tickets if t[key]]
            assert keys == sorted(keys, reverse=reverse) and len(tickets) == 12


def test_a_cursor_stays_in_place_when_tickets_come_in(fresh_desk):
    old = [fresh_desk.ticket(f"Old {i}")["number"] for i in range(6)]
    first = fresh_desk.get("/api/tickets?limit=3").must(200)
    fresh_desk.ticket("New")
    second = fresh_desk.get(f"/api/tickets?limit=3&cursor={first['nextCursor']}").must(200)
    assert [t["number"] for t in first["tickets"] + second["tickets"]] == old[::-1]


def test_what_changes_leaves_and_joins_its_lists(fresh_desk):
    made = fresh_desk.ticket("Moves", tags=["moving"])
    ref = f"/api/tickets/{made['number']}"
    fresh_desk.patch(ref, {"status": "in-progress"}).must(200)
    assert numbers(fresh_desk, "status=in_progress") == [made["number"]]
    assert numbers(fresh_desk, "status=new,open") == []
    fresh_desk.delete(ref).must(200, 204)
    assert numbers(fresh_desk, "") == numbers(fresh_desk, "tags=moving") == []
    assert fresh_desk.get("/api/statistics").must(200)["total"] == 0
    fresh_desk.post(ref + "/restore").must(200)
    assert numbers(fresh_desk, "tags=moving") == [made["number"]]
    fresh_desk.check()


def test_unassigned_me_and_an_agent(fresh_desk):
    fresh_desk.agent("ann@desk.test", online=False)
    ann = fresh_desk.client(token=fresh_desk.make_token("ann@desk.test"))
    lonely, hers = fresh_desk.ticket("Nobody's"), fresh_desk.ticket("Ann's")
    agent_id = fresh_desk.agents()["ann@desk.test"]["id"]
    fresh_desk.post(f"/api/tickets/{hers['number']}/assign", {"agentId": agent_id}).must(200)
    assert numbers(fresh_desk, "assigneeId=unassigned") == [lonely["number"]]
    assert numbers(fresh_desk, "assigneeId=" + agent_id) == [hers["number"]]
    assert numbers(fresh_desk, "assigneeId=me", client=ann) == [hers["number"]]
    assert numbers(fresh_desk, "assigneeId=me,unassigned", client=ann) == [hers["number"], lonely["number"]]
    assert numbers(fresh_desk, "assigneeId=" + NOBODY) == []


def test_requesters_see_their_own_tickets_only(fresh_desk):
    tokens = cast(fresh_desk)
    mine = fresh_desk.ticket("Mine", requester={"name": "Customer", "email": "customer@example.com"})
    other = fresh_desk.ticket("Not mine")
    me = fresh_desk.client(token=tokens["requester"])
    body = me.get("/api/tickets").must(200)
    assert [t["number"] for t in body["tickets"]] == [mine["number"]] and body["total"] == 1
    assert numbers(fresh_desk, "requesterId=" + other["requester"]["id"], client=me) == []
    assert numbers(fresh_desk, "searchQuery=mine", client=me) == [mine["number"]]
    fresh_desk.client(token=None).get("/api/tickets").must(401)


@pytest.mark.parametrize("query, path", [
    ("status=lost", "status"), ("priority=extreme", "priority"), ("page=0", "page"), ("page=-1", "page"),
    ("page=1.5", "page"), ("limit=0", "limit"), ("limit=101", "limit"), ("sortBy=colour", "sortBy"),
    ("sortOrder=up", "sortOrder"), ("createdAfter=yesterday", "createdAfter"), ("category=nonsense", "category"),
    ("assigneeId=bob", "assigneeId"), ("cursor=nonsense", "cursor"), ("colour=red", "colour"), ("page=501", "page"),
    ("sortBy=relevance", "sortBy"), ("searchQuery=" + "x" * 501, "searchQuery"),
    ("status=" + ",".join(["new"] * 51), "status"),
])
def test_what_is_wrong_is_named(desk, query, path):
    found = desk.get("/api/tickets?" + query).error_paths()
    assert any(p.split("[")[0] == path for p in found), found


def test_a_cursor_belongs_to_its_list(desk, many):
    cursor = desk.get("/api/tickets?limit=2").must(200)["nextCursor"]
    assert desk.get(f"/api/tickets?limit=2&status=open&cursor={cursor}").error_paths() == {"cursor"}
    assert desk.get(f"/api/tickets?limit=2&page=2&cursor={cursor}").error_paths() == {"cursor"}
    assert desk.get("/api/tickets?limit=20&page=500").must(200)["tickets"] == []
