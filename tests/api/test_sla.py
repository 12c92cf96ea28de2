"""Service levels: which policy, due when, what stops the clocks, and what happens when time is up."""
import datetime
import itertools
import time
import zoneinfo

import pytest
from desk import wait_until

UTC = datetime.timezone.utc
DEFAULTS = {"critical": (15, 60), "high": (60, 240), "normal": (360, 1440), "low": (1080, 4320)}
ALL_WEEK = {day: ["00:00-24:00"] for day in
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}
OFFICE = {day: ["09:00-12:00", "13:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
counter = itertools.count()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def minutes_between(a, b):
    return (moment(b) - moment(a)).total_seconds() / 60


def targets(ticket):
    start = ticket["createdAt"]
    return minutes_between(start, ticket["sla"]["responseDue"]), minutes_between(start, ticket["sla"]["resolutionDue"])


def policy(desk, response=10, resolution=100, **fields):
    body = {"name": f"policy {next(counter)}", "responseTimeMinutes": response, "resolutionTimeMinutes": resolution}
    return desk.post("/api/sla-policies", {**body, **fields}).must(201)


def calendar(desk, zone="Europe/Berlin", hours=None, holidays=()):
    body = {"name": f"calendar {next(counter)}", "timezone": zone, "hours": hours or OFFICE, "holidays": list(holidays)}
    return desk.post("/api/calendars", body).must(201)


def reload(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}").must(200)


def patch(desk, ticket, **fields):
    return desk.patch(f"/api/tickets/{ticket['id']}", fields).must(200)


def explained(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}/explain").must(200)["sla"]


def reply(desk, ticket, client=None, **fields):
    return (client or desk).post(f"/api/tickets/{ticket['id']}/comments", {"content": "We look at it.", **fields}).must(201)


# ---- targets


@pytest.mark.parametrize("priority", DEFAULTS)
def test_without_a_policy_the_defaults_hold(fresh_desk, priority):
    ticket = fresh_desk.ticket("x", priority=priority)
    assert targets(ticket) == DEFAULTS[priority]
    assert ticket["sla"]["policyName"] == "default" and ticket["sla"]["policyId"] is None
    assert ticket["dueDate"] == ticket["sla"]["resolutionDue"]


def test_the_first_policy_that_matches_is_taken(fresh_desk):
    policy(fresh_desk, 1, 11, position=5, conditions={"priorities": ["critical", "high"]})
    policy(fresh_desk, 2, 12, position=3, conditions={"categories": ["billing"], "priorities": ["high"]})
    policy(fresh_desk, 3, 13, position=1, isActive=False)
    policy(fresh_desk, 4, 14, position=9, conditions={"tiers": ["enterprise"]})
    rich = {"name": "R", "email": "rich@example.com", "tier": "enterprise"}
    table = [({"priority": "critical"}, (1, 11)), ({"priority": "high"}, (1, 11)),
             ({"priority": "high", "category": "billing"}, (2, 12)),
             ({"priority": "critical", "category": "billing"}, (1, 11)),
             ({"priority": "low", "requester": rich}, (4, 14)), ({"priority": "low"}, DEFAULTS["low"])]
    for fields, expected in table:
        assert targets(fresh_desk.ticket("x", **fields)) == expected, fields


def test_hours_as_the_seed_has_them(fresh_desk):
    made = fresh_desk.post("/api/sla-policies", {"name": "h", "responseTimeHours": 2, "resolutionTimeHours": 30}).must(201)
    assert (made["responseTimeMinutes"], made["resolutionTimeMinutes"]) == (120, 1800)
    assert targets(fresh_desk.ticket("x")) == (120, 1800)


def test_what_was_promised_stays_when_the_policy_changes(fresh_desk):
    made = policy(fresh_desk, 10, 100)
    ticket = fresh_desk.ticket("x")
    fresh_desk.patch(f"/api/sla-policies/{made['id']}", {"resolutionTimeMinutes": 7}).must(200)
    assert targets(reload(fresh_desk, ticket)) == (10, 100)
    assert targets(fresh_desk.ticket("y")) == (10, 7)


def test_another_priority_counts_anew_from_creation(fresh_desk):
    policy(fresh_desk, 5, 50, conditions={"priorities": ["critical"]})
    ticket = fresh_desk.ticket("x", priority="low")
    assert targets(patch(fresh_desk, ticket, priority="critical")) == (5, 50)
    assert targets(patch(fresh_desk, ticket, priority="normal")) == DEFAULTS["normal"]
    after = reload(fresh_desk, ticket)
    assert after["sla"]["policyName"] == "default" and after["dueDate"] == after["sla"]["resolutionDue"]


def test_another_category_too(fresh_desk):
    policy(fresh_desk, 5, 50, conditions={"categories": ["billing"]})
    ticket = fresh_desk.ticket("x", priority="low")
    assert targets(patch(fresh_desk, ticket, category="billing")) == (5, 50)


# ---- calendars


def business_due(start, minutes, zone, hours, holidays=()):
    """The moment at which so many minutes of business have passed: minute by minute, the slow and certain way."""
    zone, at, left = zoneinfo.ZoneInfo(zone), start, minutes * 60.0
    days = list(ALL_WEEK)

    def is_open(moment_):
        local = moment_.astimezone(zone)
        if local.date().isoformat() in holidays:
            return False
        clock = local.strftime("%H:%M")
        return any(s.split("-")[0] <= clock < s.split("-")[1] for s in hours.get(days[local.weekday()], []))

    while True:
        step = 60 - (at.second + at.microsecond / 1e6)
        if is_open(at):
            if left <= step:
                return at + datetime.timedelta(seconds=left)
            left -= step
        at += datetime.timedelta(seconds=step)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize("minutes", [45, 2400, 40000])
def test_business_hours_count_over_nights_weekends_holidays_and_clock_changes(fresh_desk, zone, minutes):
    today = datetime.datetime.now(UTC)
    holidays = [(today + datetime.timedelta(days=n)).date().isoformat() for n in (1, 3, 8)]
    made = calendar(fresh_desk, zone, OFFICE, [{"date": d} for d in holidays])
    policy(fresh_desk, 1, minutes, calendarId=made["id"])
    ticket = fresh_desk.ticket("x")
    due = business_due(moment(ticket["createdAt"]), minutes, zone, OFFICE, holidays)
    assert abs((moment(ticket["sla"]["resolutionDue"]) - due).total_seconds()) < 0.01


def test_round_the_clock_has_no_hole_at_midnight(fresh_desk):
    made = calendar(fresh_desk, "Europe/Berlin", ALL_WEEK)
    policy(fresh_desk, 60, 14400, calendarId=made["id"])
    assert targets(fresh_desk.ticket("x")) == (60, 14400)


@pytest.mark.parametrize("change, path", [
    ({"timezone": "Europe/Atlantis"}, "timezone"),
    ({"hours": {}}, "hours"),
    ({"hours": {"monday": ["17:00-09:00"]}}, "hours.monday[0]"),
    ({"hours": {"monday": ["09:00-12:00", "11:00-13:00"]}}, "hours.monday"),
    ({"hours": {"someday": ["09:00-12:00"]}}, "hours"),
    ({"holidays": [{"date": "2027-02-29"}]}, "holidays[0]"),
    ({"name": ""}, "name"),
])
def test_a_calendar_that_makes_no_sense_is_refused_by_field(desk, change, path):
    body = {"name": f"c{next(counter)}", "timezone": "Europe/Berlin", "hours": OFFICE, **change}
    paths = desk.post("/api/calendars", body).error_paths()
    assert any(p.startswith(path) for p in paths), paths


def test_calendars_are_kept_and_what_is_in_use_is_not_deleted(fresh_desk):
    made = calendar(fresh_desk, holidays=[{"date": "12-25", "name": "Christmas"}, {"date": "2027-01-01"}])
    path = f"/api/calendars/{made['id']}"
    assert made["holidays"] == [{"date": "12-25", "name": "Christmas", "yearly": True},
                                {"date": "2027-01-01", "name": None, "yearly": False}]
    assert made["hours"] == OFFICE and fresh_desk.get(path).must(200) == made
    fresh_desk.post("/api/calendars", {"name": made["name"].upper(), "timezone": "UTC", "hours": OFFICE}).must(409)
    assert fresh_desk.patch(path, {"timezone": "UTC"}).must(200)["hours"] == OFFICE
    used = policy(fresh_desk, calendarId=made["id"])
    fresh_desk.delete(path).must(409)
    assert "calendarId" in fresh_desk.patch(f"/api/sla-policies/{used['id']}", {"calendarId": "nowhere"}).error_paths()
    fresh_desk.patch(f"/api/sla-policies/{used['id']}", {"calendarId": None}).must(200)
    fresh_desk.delete(path).must(204)
    fresh_desk.get(path).must(404)


def test_hours_too_few_for_what_is_promised_are_refused(fresh_desk):
    made = calendar(fresh_desk, hours={"monday": ["09:00-09:01"]})
    answer = fresh_desk.post("/api/sla-policies", {"name": "x", "responseTimeMinutes": 1, "resolutionTimeMinutes": 100000,
                                                   "calendarId": made["id"]})
    assert answer.error_paths() == {"calendarId"}


# ---- the clocks


def test_the_first_public_words_of_an_agent_are_the_response(fresh_desk):
    ticket = fresh_desk.ticket("x")
    assert [c["authorType"] for c in reload(fresh_desk, ticket)["comments"]] == ["system"]
    assert reload(fresh_desk, ticket)["sla"]["responseMet"] is None
    reply(fresh_desk, ticket, isInternal=True)
    assert reload(fresh_desk, ticket)["sla"]["responseAt"] is None
    said = reply(fresh_desk, ticket)
    sla = reload(fresh_desk, ticket)["sla"]
    assert (sla["responseAt"], sla["responseMet"], sla["resolutionMet"]) == (said["createdAt"], True, None)
    reply(fresh_desk, ticket)
    assert reload(fresh_desk, ticket)["sla"]["responseAt"] == said["createdAt"]


def test_pending_stops_the_resolution_clock_and_moves_the_due_time_on_return(fresh_desk):
    ticket = fresh_desk.ticket("x", priority="high")
    paused = patch(fresh_desk, ticket, status="pending")
    assert targets(paused) == DEFAULTS["high"] and paused["sla"]["pausedSince"]
    assert explained(fresh_desk, ticket)["paused"] is True
    time.sleep(0.4)
    back = patch(fresh_desk, ticket, status="in_progress")
    sla = explained(fresh_desk, ticket)
    pause = sla["pauses"][0]
    length = (moment(pause["to"]) - moment(pause["from"])).total_seconds() * 1000
    assert pause["businessMs"] == sla["pausedMs"] == round(length) >= 400
    assert targets(back)[0] == 60 and targets(back)[1] == pytest.approx(240 + length / 60000)
    assert back["dueDate"] == back["sla"]["resolutionDue"] and back["sla"]["pausedSince"] is None


def test_a_new_priority_keeps_the_pauses_there_were(fresh_desk):
    ticket = fresh_desk.ticket("x", priority="high")
    patch(fresh_desk, ticket, status="pending")
    time.sleep(0.2)
    patch(fresh_desk, ticket, status="open")
    paused = explained(fresh_desk, ticket)["pausedMs"]
    assert paused >= 200
    assert targets(patch(fresh_desk, ticket, priority="low"))[1] == pytest.approx(4320 + paused / 60000)


def test_resolving_is_the_outcome_and_reopening_begins_anew(fresh_desk):
    ticket = fresh_desk.ticket("x", priority="critical")
    reply(fresh_desk, ticket)
    done = fresh_desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    assert (done["sla"]["resolutionMet"], done["sla"]["resolutionAt"]) == (True, done["resolvedAt"])
    assert explained(fresh_desk, ticket)["next"] is None
    time.sleep(0.05)
    again = fresh_desk.post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    sla = explained(fresh_desk, ticket)
    assert again["sla"]["resolutionMet"] is None and again["sla"]["resolutionAt"] is None
    assert again["sla"]["responseMet"] is True, "the answer was given"
    assert sla["startedAt"] > ticket["createdAt"]
    assert minutes_between(sla["startedAt"], sla["resolution"]["due"]) == 60
    closed = patch(fresh_desk, ticket, status="closed")
    assert closed["sla"]["resolutionMet"] is True


def test_a_reopened_ticket_that_nobody_answered_waits_for_its_answer_anew(fresh_desk):
    ticket = fresh_desk.ticket("x", priority="critical")
    fresh_desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    time.sleep(0.05)
    again = fresh_desk.post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    sla = explained(fresh_desk, ticket)
    assert again["sla"]["responseMet"] is None
    assert minutes_between(sla["startedAt"], sla["response"]["due"]) == 15


@pytest.mark.parametrize("stop, go_on", [("cancel", "reopen"), ("delete", "restore")])
def test_cancelled_stops_without_outcome_and_goes_on_later(fresh_desk, stop, go_on):
    ticket = fresh_desk.ticket("x", priority="high")
    path = f"/api/tickets/{ticket['id']}"
    (fresh_desk.delete(path) if stop == "delete" else fresh_desk.post(f"{path}/{stop}")).must(200, 204)
    sla = explained(fresh_desk, ticket)
    assert sla["next"] is None and sla["resolution"]["met"] is None
    time.sleep(0.2)
    back = fresh_desk.post(f"{path}/{go_on}").must(200)
    assert targets(back)[1] > 240 and back["sla"]["resolutionMet"] is None
    assert explained(fresh_desk, ticket)["next"]["event"] == "responseWarning"


def test_a_merged_ticket_has_no_outcome(fresh_desk):
    into, source = fresh_desk.ticket("a"), fresh_desk.ticket("b")
    fresh_desk.post(f"/api/tickets/{into['id']}/merge", {"ticketId": source["id"]}).must(200)
    assert reload(fresh_desk, source)["sla"]["resolutionMet"] is None
    assert explained(fresh_desk, source)["next"] is None


# ---- time is up


def kinds(desk, ticket):
    told = desk.get(f"/api/tickets/{ticket['id']}/history").must(200)["history"]
    return [next(v for k, v in e.items() if k in ("changeType", "kind", "type")) for e in told]


def test_a_warning_comes_within_a_second(new_desk):
    desk = new_desk()
    desk.start(env={"FRONTDESK_SLA_WARNING_PERCENT": "1"})
    policy(desk, 1, 60)  # 1 % of a minute
    ticket = desk.ticket("x")
    at = moment(explained(desk, ticket)["next"]["at"]).timestamp()
    assert at - moment(ticket["createdAt"]).timestamp() == pytest.approx(0.6)
    wait_until(lambda: "sla_warning" in kinds(desk, ticket), timeout=5)
    assert time.time() - at < 1.5
    assert reload(desk, ticket)["version"] == ticket["version"], "a warning is no change that somebody made"
    assert explained(desk, ticket)["next"]["event"] == "resolutionWarning"


# ---- the policies themselves


def test_policies_are_kept_changed_and_deleted_while_nobody_was_promised_them(fresh_desk):
    made = policy(fresh_desk, 10, 100, description="d", conditions={"priorities": ["urgent"], "tiers": ["premium"]})
    path = f"/api/sla-policies/{made['id']}"
    assert made["conditions"] == {"priorities": ["critical"], "categories": [], "tiers": ["premium"]}
    assert fresh_desk.get(path).must(200) == made
    changed = fresh_desk.patch(path, {"conditions": {"categories": ["Billing"]}, "description": None}).must(200)
    assert changed["conditions"] == {"priorities": [], "categories": ["billing"], "tiers": []}
    assert changed["description"] is None and changed["responseTimeMinutes"] == 10
    fresh_desk.ticket("x", category="billing")
    fresh_desk.delete(path).must(409)
    other = policy(fresh_desk)
    assert other["position"] > made["position"]
    fresh_desk.delete(f"/api/sla-policies/{other['id']}").must(204)
    assert [p["id"] for p in fresh_desk.get("/api/sla-policies").must(200)["policies"]] == [made["id"]]


@pytest.mark.parametrize("change, path", [
    ({"conditions": {"priorities": ["soon"]}}, "conditions.priorities[0]"),
    ({"conditions": {"categories": ["no such"]}}, "conditions.categories[0]"),
    ({"conditions": {"moods": ["bad"]}}, "conditions.moods"),
    ({"responseTimeMinutes": 0}, "responseTimeMinutes"),
    ({"responseTimeMinutes": None}, "responseTimeMinutes"),
    ({"resolutionTimeMinutes": 525601}, "resolutionTimeMinutes"),
    ({"responseTimeHours": 1}, "responseTimeHours"),
    ({"calendarId": "nowhere"}, "calendarId"),
    ({"name": " "}, "name"),
])
def test_a_policy_that_makes_no_sense_is_refused_by_field(desk, change, path):
    body = {"name": "p", "responseTimeMinutes": 1, "resolutionTimeMinutes": 2, **change}
    assert path in desk.post("/api/sla-policies", body).error_paths()


def test_times_are_required(desk):
    assert "resolutionTimeMinutes" in desk.post("/api/sla-policies", {"name": "p", "responseTimeMinutes": 1}).error_paths()


def test_only_supervisors_write_policies_and_calendars(desk):
    desk.agent("plain@desk.test")
    plain = desk.client(desk.make_token("plain@desk.test"))
    for path in ("/api/sla-policies", "/api/calendars"):
        plain.get(path).must(200)
        desk.client(token=None).get(path).must(401)
    plain.post("/api/sla-policies", {"name": "p", "responseTimeMinutes": 1, "resolutionTimeMinutes": 2}).must(403)
    plain.post("/api/calendars", {"name": "c", "timezone": "UTC", "hours": OFFICE}).must(403)


# ---- last: it takes a minute, and a connection that is idle for so long is closed


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_breaches_are_told_once_in_order_and_escalate_also_after_a_time_away(new_desk):
    settings = {"FRONTDESK_ESCALATE_RAISE_PRIORITY": "true", "FRONTDESK_ESCALATE_REASSIGN_GROUP": "rescue"}
    here, away = new_desk("here"), new_desk("away")
    tickets = {}
    for desk in (here, away):
        desk.agent("res@desk.test", groups=["rescue"], online=False)
        desk.agent("ann@desk.test", online=True)
        desk.start(env=settings)
        policy(desk, 1, 1, conditions={"priorities": ["low"]})
        tickets[desk] = desk.ticket("x", priority="low")
        desk.patch("/api/agents/res@desk.test/status", {"status": "online"}).must(200)
    due = moment(tickets[here]["sla"]["responseDue"]).timestamp()
    away.stop()
    while time.time() < due + 0.005:
        time.sleep(0.05)
    wait_until(lambda: "escalated" in kinds(here, tickets[here]), timeout=2)
    assert time.time() - due < 1.5
    away.start(env=settings)
    wait_until(lambda: "escalated" in kinds(away, tickets[away]), timeout=3)
    for desk, ticket in tickets.items():
        told = [k for k in kinds(desk, ticket) if k.startswith("sla_") or k == "escalated"]
        if told[0] != "sla_warning":
            told.reverse()
        assert told == ["sla_warning"] * 2 + ["sla_breached"] * 2 + ["escalated"]
        after = reload(desk, ticket)
        assert (after["sla"]["responseMet"], after["sla"]["resolutionMet"]) == (False, False)
        assert (after["priority"], after["assigneeGroup"]) == ("normal", "rescue")
        assert after["assignee"]["email"] == "res@desk.test"
        sla = explained(desk, ticket)
        assert sla["next"] is None and sla["resolution"]["overdueMs"] > 0
