"""Agents, groups and requesters: who may, what comes back, what is kept of it."""
import threading

import pytest

from desk import PASSWORD, wait_until
from people_roles import ROLES, Browser, audit, cast

UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057"

# method, path, body, the least role that may. What is behind need not exist: rights come first.
RIGHTS = [
    ("GET", "/api/agents", None, "agent"),
    ("POST", "/api/agents", {}, "admin"),
    ("GET", f"/api/agents/{UNKNOWN_ID}", None, "agent"),
    ("PATCH", f"/api/agents/{UNKNOWN_ID}", {}, "admin"),
    ("DELETE", f"/api/agents/{UNKNOWN_ID}", None, "admin"),
    ("POST", f"/api/agents/{UNKNOWN_ID}/status", {"status": "away"}, "agent"),
    ("PATCH", "/api/agents/root@desk.test/status", {"status": "offline"}, "supervisor"),
    ("PUT", "/api/agents/root@desk.test/status", {"status": "offline"}, "supervisor"),
    ("GET", "/api/requesters", None, "agent"),
    ("POST", "/api/requesters", {}, "agent"),
    ("GET", f"/api/requesters/{UNKNOWN_ID}", None, "agent"),
    ("PATCH", f"/api/requesters/{UNKNOWN_ID}", {}, "agent"),
    ("GET", "/api/groups", None, "agent"),
    ("POST", "/api/groups", {}, "supervisor"),
    ("GET", f"/api/groups/{UNKNOWN_ID}", None, "agent"),
    ("PATCH", f"/api/groups/{UNKNOWN_ID}", {}, "supervisor"),
    ("DELETE", f"/api/groups/{UNKNOWN_ID}", None, "supervisor"),
    ("POST", f"/api/groups/{UNKNOWN_ID}/members", {"agentId": "x@y.z"}, "supervisor"),
    ("DELETE", f"/api/groups/{UNKNOWN_ID}/members/{UNKNOWN_ID}", None, "supervisor"),
    ("GET", "/api/categories", None, "agent"),
    ("POST", "/api/categories", {}, "supervisor"),
    ("GET", f"/api/categories/{UNKNOWN_ID}", None, "agent"),
    ("PATCH", f"/api/categories/{UNKNOWN_ID}", {}, "supervisor"),
    ("DELETE", f"/api/categories/{UNKNOWN_ID}", None, "supervisor"),
    ("GET", "/api/category-skills", None, "agent"),
    ("POST", "/api/category-skills", {}, "supervisor"),
    ("DELETE", f"/api/category-skills/{UNKNOWN_ID}", None, "supervisor"),
    ("GET", "/api/tokens", None, "requester"),
    ("POST", "/api/tokens", {}, "requester"),
    ("GET", "/api/tokens?all=true", None, "admin"),
    ("DELETE", f"/api/tokens/{UNKNOWN_ID}", None, "requester"),
    ("GET", "/api/session", None, "requester"),
    ("DELETE", "/api/session", None, "requester"),
    ("POST", "/api/session/password", {}, "agent"),
    ("GET", "/api/audit", None, "admin"),
]


@pytest.mark.parametrize("method, path, body, least", RIGHTS, ids=lambda v: str(v)[:40])
def test_each_endpoint_asks_for_its_role(desk, method, path, body, least):
    tokens = cast(desk)
    for role in ROLES:
        status = desk.client(tokens[role]).request(method, path, body).status
        if ROLES.index(role) >= ROLES.index(least):
            assert status not in (401, 403), (role, status)
        else:
            assert status == (401 if role == "anonymous" else 403), (role, status)


def test_an_agent_comes_back_as_it_was_sent_and_without_secrets(desk):
    desk.post("/api/groups", {"name": "Harbour"}).must(201)
    sent = {"name": "Ann", "email": "Ann.Lee@desk.test", "role": "supervisor", "groups": ["harbour"], "skills": ["Billing", "billing", "SQL"],
            "maxConcurrentTickets": 7, "status": "away", "password": "a long enough one"}
    answer = desk.post("/api/agents", sent)
    made = answer.must(201)
    assert set(made) == {"id", "name", "email", "role", "groups", "skills", "maxConcurrentTickets", "currentTickets",
                         "status", "isActive", "lastActiveAt", "createdAt", "updatedAt"}
    assert made["groups"] == ["Harbour"] and made["skills"] == ["billing", "sql"] and made["currentTickets"] == 0
    for field in ("name", "email", "role", "maxConcurrentTickets", "status"):
        assert made[field] == sent[field]
    assert desk.get(f"/api/agents/{made['id']}").must(200) == made
    assert desk.get("/api/agents/ann.LEE@desk.test").must(200) == made
    assert made in desk.get("/api/agents").must(200)["agents"]
    for text in (answer.raw, desk.get("/api/agents").raw, desk.get("/api/audit").raw):
        assert b"argon2" not in text and b"a long enough one" not in text
    Browser(desk, "ann.lee@desk.test", "a long enough one")


def test_agents_can_be_filtered_and_paged(desk):
    for i in range(3):
        desk.agent(f"pager{i}@desk.test", f"Pager {i}", skills=["paging"], online=i == 0)
    assert [a["name"] for a in desk.get("/api/agents?q=PAGER").must(200)["agents"]] == ["Pager 0", "Pager 1", "Pager 2"]
    assert [a["name"] for a in desk.get("/api/agents?q=pager&status=online").must(200)["agents"]] == ["Pager 0"]
    assert desk.get("/api/agents?q=pag_r").must(200)["total"] == 0
    assert {a["email"] for a in desk.get("/api/agents?role=admin").must(200)["agents"]} >= {"root@desk.test"}
    first = desk.get("/api/agents?q=pager&limit=2").must(200)
    assert len(first["agents"]) == 2 and first["total"] == 3
    second = desk.get(f"/api/agents?q=pager&limit=2&cursor={first['nextCursor']}").must(200)
    assert [a["name"] for a in second["agents"]] == ["Pager 2"] and second["nextCursor"] is None
    assert desk.get("/api/agents?cursor=nonsense").error_paths() == {"cursor"}
    assert desk.get("/api/agents?group=no+such").error_paths() == {"group"}


@pytest.mark.parametrize("body, field", [
    ({"name": "x"}, "email"), ({"email": "x@y.z"}, "name"), ({"name": " ", "email": "x@y.z"}, "name"),
    ({"name": "x", "email": "nope"}, "email"), ({"name": "x" * 256, "email": "x@y.z"}, "name"),
    ({"name": "x", "email": "x@y.z", "role": "king"}, "role"), ({"name": "x", "email": "x@y.z", "role": "none"}, "role"),
    ({"name": "x", "email": "x@y.z", "maxConcurrentTickets": 1001}, "maxConcurrentTickets"),
    ({"name": "x", "email": "x@y.z", "maxConcurrentTickets": -1}, "maxConcurrentTickets"),
    ({"name": "x", "email": "x@y.z", "password": "short"}, "password"),
    ({"name": "x", "email": "someone@desk.test", "password": "SOMEONE@desk.test"}, "password"),
    ({"name": "x", "email": "x@y.z", "groups": ["no such group"]}, "groups"),
    ({"name": "x", "email": "x@y.z", "currentTickets": 3}, "currentTickets"),
    ({"name": "x", "email": "x@y.z", "id": UNKNOWN_ID}, "id"),
])
def test_a_wrong_agent_is_refused_by_field(desk, body, field):
    assert field in desk.post("/api/agents", body).error_paths()


def test_an_address_belongs_to_one_agent(desk):
    desk.agent("twin@desk.test")
    answer = desk.post("/api/agents", {"name": "Twin", "email": "TWIN@desk.test"})
    assert answer.status == 409 and "twin@desk.test" in answer.body["error"]
    desk.agent("triplet@desk.test")
    assert desk.patch("/api/agents/triplet@desk.test", {"email": "twin@desk.test"}).status == 409
    result = desk.cli("agent", "add", "--email", "Twin@desk.test", "--name", "Twin", check=False)
    assert result.returncode == 1 and b"twin@desk.test" in result.stderr


def test_presence_is_ones_own_or_a_supervisors_to_change(desk):
    tokens = cast(desk)
    desk.agent("other@desk.test")
    agent, supervisor = desk.client(tokens["agent"]), desk.client(tokens["supervisor"])
    for method, status in (("POST", "away"), ("PATCH", "busy"), ("PUT", "online")):
        assert agent.request(method, "/api/agents/agent@desk.test/status", {"status": status}).must(200)["status"] == status
    assert agent.put("/api/agents/other@desk.test/status", {"status": "offline"}).status == 403
    assert supervisor.put("/api/agents/other@desk.test/status", {"status": "offline"}).must(200)["status"] == "offline"
    assert agent.put("/api/agents/agent@desk.test/status", {"status": "asleep"}).error_paths() == {"status"}
    told = [e for e in audit(desk, "entity=agent&kind=presence") if e["changedTo"] == {"status": "offline"}]
    assert told[0]["actor"]["name"] == "Supervisor" and told[0]["changedFrom"] == {"status": "online"}


def test_the_last_active_admin_cannot_be_removed_or_demoted(fresh_desk):
    desk = fresh_desk
    assert desk.delete("/api/agents/root@desk.test").status == 409
    assert desk.patch("/api/agents/root@desk.test", {"role": "agent"}).status == 409
    assert desk.patch("/api/agents/root@desk.test", {"isActive": False}).status == 409
    assert desk.cli("agent", "deactivate", "--email", "root@desk.test", check=False).returncode == 1
    desk.agent("second@desk.test", role="admin")
    assert desk.delete("/api/agents/second@desk.test").status == 204
    assert desk.patch("/api/agents/root@desk.test", {"role": "agent"}).status == 409


def test_a_deactivated_agent_is_out_at_once_and_stays_on_record(desk):
    desk.agent("gone@desk.test", "Gone")
    token = desk.make_token("gone@desk.test")
    browser = Browser(desk, "gone@desk.test")
    assert desk.client(token).get("/api/agents").status == 200
    assert desk.delete("/api/agents/gone@desk.test").status == 204
    assert desk.client(token).get("/api/agents").status == 401
    assert browser.request("GET", "/api/session").status == 401
    assert desk.client(None).post("/api/session", {"email": "gone@desk.test", "password": PASSWORD}).status == 401
    gone = desk.get("/api/agents/gone@desk.test").must(200)
    assert gone["isActive"] is False and gone["status"] == "offline"
    assert desk.put("/api/agents/gone@desk.test/status", {"status": "online"}).status == 409
    # Coming back does not bring old tokens back.
    assert desk.patch("/api/agents/gone@desk.test", {"isActive": True}).must(200)["isActive"] is True
    assert desk.client(token).get("/api/agents").status == 401
    kinds = {(e["entity"], e["kind"]) for e in audit(desk)}
    assert {("agent", "deactivated"), ("agent", "activated"), ("token", "revoked"), ("session", "ended")} <= kinds


def test_only_what_a_patch_names_changes_and_history_says_so(desk):
    desk.agent("patched@desk.test", "Patched", skills=["a"], groups=["Patchers"], max=4)
    before = desk.get("/api/agents/patched@desk.test").must(200)
    after = desk.patch("/api/agents/patched@desk.test", {"skills": ["b", "c"]}).must(200)
    assert after == {**before, "skills": ["b", "c"], "updatedAt": after["updatedAt"]}
    event = audit(desk, "entity=agent&limit=1")[0]
    assert event["kind"] == "updated" and event["changedFrom"] == {"skills": ["a"]} and event["changedTo"] == {"skills": ["b", "c"]}
    assert event["actor"]["name"] == "Root" and event["ip"] == "127.0.0.1"
    assert desk.patch("/api/agents/patched@desk.test", {"groups": []}).must(200)["groups"] == []


def test_two_agents_of_one_address_at_once_are_one(desk):
    statuses = []

    def add():
        statuses.append(desk.client().post("/api/agents", {"name": "Race", "email": "race@desk.test"}).status)

    threads = [threading.Thread(target=add) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(statuses) == [201] + [409] * 5


# ---- groups

def test_a_group_is_made_filled_renamed_and_deleted(desk):
    desk.agent("g1@desk.test", "G One")
    desk.agent("g2@desk.test", "G Two")
    group = desk.post("/api/groups", {"name": "Night shift", "description": "22 to 6", "members": ["g1@desk.test"]}).must(201)
    assert [m["email"] for m in group["members"]] == ["g1@desk.test"]
    at = f"/api/groups/{group['id']}"
    assert len(desk.post(at + "/members", {"agentId": "g2@desk.test"}).must(200)["members"]) == 2
    assert len(desk.post(at + "/members", {"agentId": "g2@desk.test"}).must(200)["members"]) == 2
    assert "Night shift" in desk.get("/api/agents/g2@desk.test").must(200)["groups"]
    assert desk.get("/api/agents?group=night+shift").must(200)["total"] == 2
    assert len(desk.delete(at + "/members/g1@desk.test").must(200)["members"]) == 1
    assert desk.patch(at, {"name": "Nights", "description": None}).must(200)["description"] is None
    assert desk.post("/api/groups", {"name": "NIGHTS"}).status == 409
    assert desk.get("/api/groups/nights").must(200)["id"] == group["id"]
    assert desk.delete(at).status == 204
    assert desk.get(at).status == 404
    assert desk.get("/api/agents/g2@desk.test").must(200)["groups"] == []
    kinds = [e["kind"] for e in audit(desk, "entity=group") if e["entityId"] == group["id"]]
    assert kinds == ["deleted", "updated", "updated", "updated", "created"]


def test_a_group_with_an_unknown_member_is_refused_whole(desk):
    assert desk.post("/api/groups", {"name": "Ghosts", "members": ["ghost@desk.test"]}).error_paths() == {"members"}
    assert desk.get("/api/groups/ghosts").status == 404


# ---- requesters

def test_a_requester_is_made_corrected_and_found_by_number_or_uuid(desk):
    made = desk.post("/api/requesters", {"email": "Zoe@Example.org", "tier": "premium", "phone": "+49 1", "userId": "u-7"}).must(201)
    assert made["name"] == "Zoe" and made["tier"] == "premium" and made["ticketCount"] == 0
    at = f"/api/requesters/{made['id']}"
    changed = desk.patch(at, {"name": "Zoë Meyer", "organization": "ACME", "phone": None}).must(200)
    assert changed["name"] == "Zoë Meyer" and changed["organization"] == "ACME" and changed["phone"] is None and changed["userId"] == "u-7"
    assert desk.get(at).must(200) == changed
    assert desk.post("/api/requesters", {"email": "zoe@EXAMPLE.org"}).status == 409
    other = desk.post("/api/requesters", {"email": "not.zoe@example.org"}).must(201)
    assert desk.patch(f"/api/requesters/{other['id']}", {"email": "ZOE@example.org"}).status == 409
    event = next(e for e in audit(desk, "entity=requester&kind=updated") if e["entityId"] == made["id"])
    assert event["changedTo"] == {"name": "Zoë Meyer", "phone": None, "organization": "ACME"}


def test_requesters_are_listed_page_by_page_and_found_by_how_they_begin(desk):
    for i in range(5):
        desk.post("/api/requesters", {"email": f"l{i}@list.example", "name": f"Lister {i}", "organization": "Listers",
                                      "tier": "free" if i % 2 else "premium"}).must(201)
    seen, cursor = [], ""
    while True:
        page = desk.get(f"/api/requesters?organization=Listers&limit=2{cursor}").must(200)
        seen += [r["name"] for r in page["requesters"]]
        if not page["nextCursor"]:
            break
        cursor = "&cursor=" + page["nextCursor"]
    assert seen == [f"Lister {i}" for i in range(5)]
    assert [r["name"] for r in desk.get("/api/requesters?organization=Listers&tier=free").must(200)["requesters"]] == ["Lister 1", "Lister 3"]
    assert len(desk.get("/api/requesters?q=lister").must(200)["requesters"]) == 5
    assert [r["name"] for r in desk.get("/api/requesters?q=L3@list").must(200)["requesters"]] == ["Lister 3"]
    assert desk.get("/api/requesters?q=ister").must(200)["requesters"] == []
    assert [r["name"] for r in desk.get("/api/requesters?q=lister&tier=free").must(200)["requesters"]] == ["Lister 1", "Lister 3"]
    everybody, cursor = [], ""
    while cursor is not None:
        page = desk.get("/api/requesters?limit=3" + cursor).must(200)
        everybody += [r["id"] for r in page["requesters"]]
        cursor = "&cursor=" + page["nextCursor"] if page["nextCursor"] else None
    assert len(everybody) == len(set(everybody)) >= 5


def test_last_active_follows_use_to_the_minute(fresh_desk):
    desk = fresh_desk
    desk.get("/api/agents").must(200)
    token = wait_until(lambda: next((t for t in desk.get("/api/tokens").must(200)["tokens"] if t["lastUsedAt"]), None), what="use is noted")
    assert token["lastUsedAt"] >= token["createdAt"]
