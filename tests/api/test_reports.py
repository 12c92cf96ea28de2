"""GET /api/reports: definitions, periods, the table for spreadsheets."""
import csv
import datetime
import io

import pytest

from people_roles import cast

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc)
TODAY = NOW.date()


def report(desk, query=""):
    return desk.get("/api/reports?" + query).must(200)


def test_a_report_adds_up(fresh_desk):
    fresh_desk.agent("sam@desk.test", name="Sam", online=False)
    sam = fresh_desk.agents()["sam@desk.test"]["id"]
    made = [fresh_desk.ticket(f"Matter {i}", priority=["high", "low"][i % 2]) for i in range(5)]
    for ticket in made[:3]:
        fresh_desk.post(f"/api/tickets/{ticket['number']}/assign", {"agentId": sam}).must(200)
    fresh_desk.post(f"/api/tickets/{made[0]['number']}/comments", {"content": "Hello"}).must(201)
    fresh_desk.post(f"/api/tickets/{made[0]['number']}/resolve", {}).must(200)
    fresh_desk.post(f"/api/tickets/{made[1]['number']}/resolve", {}).must(200)
    fresh_desk.post(f"/api/tickets/{made[1]['number']}/close", {}).must(200)
    body = report(fresh_desk)
    metrics = body["metrics"]
    assert metrics["totalTickets"] == 5
    assert (metrics["resolvedTickets"], metrics["closedTickets"]) == (1, 1)
    assert metrics["newTickets"] + metrics["openTickets"] == 3
    assert metrics["slaOutcomes"] == 2 and metrics["slaComplianceRate"] == 100
    solved = [fresh_desk.get(f"/api/tickets/{t['number']}").must(200) for t in made[:2]]

    def at(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000

    times = [at(t["resolvedAt"]) - at(t["createdAt"]) for t in solved]
    assert metrics["averageResolutionTime"] == pytest.approx(sum(times) / 2, abs=1)
    assert 0 <= metrics["averageResponseTime"] < 60000
    assert {k: v["total"] for k, v in body["byPriority"].items()} == {"high": 3, "low": 2}
    assert {k: v["total"] for k, v in body["byCategory"].items()} == {"general": 5}
    assert body["byAgent"][sam]["total"] == 3 and body["byAgent"][sam]["name"] == "Sam"
    assert {k: v["total"] for k, v in body["byDay"].items()} == {str(TODAY): 5}
    mine = report(fresh_desk, f"agentId={sam}")
    assert mine["metrics"]["totalTickets"] == 3 and list(mine["byAgent"]) == [sam]
    fresh_desk.check()


def test_periods(fresh_desk):
    fresh_desk.ticket()
    for query, n in ((f"startDate={TODAY}&endDate={TODAY}", 1), (f"startDate={TODAY - DAY}&endDate={TODAY - DAY}", 0),
                     (f"startDate={TODAY - 9 * DAY}&endDate={TODAY + DAY}", 1), (f"endDate={TODAY - DAY}", 0),
                     (f"startDate={TODAY}T00:00:00Z&endDate={TODAY}T23:59:59.999Z", 1),
                     (f"startDate={TODAY}T00:00:00.001Z&endDate={TODAY}T23:59:59.998Z", 1)):
        assert report(fresh_desk, query)["metrics"]["totalTickets"] == n, query
    body = report(fresh_desk, f"startDate={TODAY}&endDate={TODAY}")
    assert body["period"] == {"start": f"{TODAY}T00:00:00.000Z", "end": f"{TODAY}T23:59:59.999Z"}
    empty = report(fresh_desk, "startDate=2020-01-01&endDate=2020-01-02")
    assert empty["metrics"]["averageResolutionTime"] == 0 and empty["byPriority"] == {}


def test_reopening_and_deleting_leave_the_report_right(fresh_desk):
    ticket = fresh_desk.ticket()
    ref = f"/api/tickets/{ticket['number']}"
    fresh_desk.post(ref + "/resolve", {}).must(200)
    assert report(fresh_desk)["metrics"]["resolvedTickets"] == 1
    fresh_desk.post(ref + "/reopen", {}).must(200)
    metrics = report(fresh_desk)["metrics"]
    assert metrics["resolvedTickets"] == 0 and metrics["averageResolutionTime"] == 0 and metrics["slaOutcomes"] == 0
    fresh_desk.delete(ref).must(200, 204)
    assert report(fresh_desk)["metrics"]["totalTickets"] == 0
    assert report(fresh_desk)["byDay"] == {}
    fresh_desk.check()


def test_the_table_for_spreadsheets(fresh_desk):
    fresh_desk.post("/api/categories", {"name": "=cmd()"}).must(201)
    fresh_desk.ticket(category="=cmd()")
    answer = fresh_desk.get("/api/reports?format=csv")
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.raw.decode())))
    assert [r["section"] for r in rows] == ["all", "priority", "category", "day"]
    assert rows[0]["total"] == "1" and rows[2]["key"] == "'=cmd()"


@pytest.mark.parametrize("query, path", [
    ("startDate=soon", "startDate"), ("endDate=2026-02-31", "endDate"), ("startDate=2026-02-02&endDate=2026-02-01", "startDate"),
    ("startDate=1990-01-01&endDate=2026-01-01", "startDate"), ("agentId=nobody", "agentId"), ("format=pdf", "format"), ("by=week", "by"),
])
def test_what_is_wrong_is_named(desk, query, path):
    assert path in desk.get("/api/reports?" + query).error_paths()


def test_reports_are_for_supervisors(desk):
    tokens = cast(desk)
    desk.client(token=tokens["supervisor"]).get("/api/reports").must(200)
    desk.client(token=tokens["agent"]).get("/api/reports").must(403)
    desk.client(token=tokens["requester"]).get("/api/reports").must(403)
    desk.client(token=None).get("/api/reports").must(401)


def test_a_ticket_that_was_merged_away_was_not_solved(new_desk):
    """Neither the service level nor the average takes a duplicate's end for a solution."""
    desk = new_desk()
    desk.start()
    kept, duplicate = desk.ticket("kept"), desk.ticket("duplicate")
    desk.post(f"/api/tickets/{kept['number']}/merge", {"ticketId": str(duplicate["number"])}).must(200)
    gone = desk.get(f"/api/tickets/{duplicate['number']}").must(200)
    assert gone["status"] == "closed" and gone["closedAt"] and gone["resolvedAt"] is None
    metrics = desk.get("/api/reports").must(200)["metrics"]
    assert metrics["closedTickets"] == 1 and metrics["averageResolutionTime"] == 0 and metrics["slaOutcomes"] == 0
    desk.check()
