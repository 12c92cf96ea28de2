"""Categories and the skills they ask for."""
import pytest

from people_roles import audit


def test_a_new_desk_has_the_five_categories_with_their_scores(fresh_desk):
    categories = {c["name"]: c["score"] for c in fresh_desk.get("/api/categories").must(200)["categories"]}
    assert categories == {"billing": 50, "technical": 40, "account": 30, "feature_request": 20, "general": 10}


def test_a_category_is_made_changed_and_deleted(desk):
    made = desk.post("/api/categories", {"name": " Returns ", "description": "Sent back", "score": 15}).must(201)
    assert made == {"id": made["id"], "name": "Returns", "description": "Sent back", "score": 15, "isActive": True}
    at = f"/api/categories/{made['id']}"
    assert desk.get(at).must(200) == desk.get("/api/categories/RETURNS").must(200) == made
    assert desk.post("/api/categories", {"name": "returns"}).status == 409
    changed = desk.patch(at, {"score": 0, "description": None, "name": "Sent back"}).must(200)
    assert changed == {**made, "score": 0, "description": None, "name": "Sent back"}
    assert desk.patch(at, {"name": "billing"}).status == 409
    assert desk.delete(at).status == 204
    assert desk.get(at).status == 404
    told = [(e["kind"], e["changedTo"]) for e in audit(desk, "entity=category") if e["entityId"] == made["id"]]
    assert told == [("deleted", None), ("updated", {"name": "Sent back", "description": None, "score": 0}),
                    ("created", {"name": "Returns", "description": "Sent back", "score": 15, "isActive": True})]


def test_a_category_with_tickets_can_only_be_made_inactive(desk):
    made = desk.post("/api/categories", {"name": "used"}).must(201)
    desk.ticket(category="used")
    answer = desk.delete(f"/api/categories/{made['id']}")
    assert answer.status == 409 and "tickets" in answer.body["error"]
    assert desk.patch("/api/categories/used", {"isActive": False}).must(200)["isActive"] is False


def test_the_last_active_category_stays(fresh_desk):
    desk = fresh_desk
    names = [c["name"] for c in desk.get("/api/categories").must(200)["categories"]]
    for name in names[1:]:
        desk.patch(f"/api/categories/{name}", {"isActive": False}).must(200)
    assert desk.patch(f"/api/categories/{names[0]}", {"isActive": False}).status == 409
    assert desk.delete(f"/api/categories/{names[0]}").status == 409


@pytest.mark.parametrize("body, field", [({}, "name"), ({"name": " "}, "name"), ({"name": "x" * 256}, "name"), ({"name": "x", "score": -1}, "score"),
                                         ({"name": "x", "score": 1001}, "score"), ({"name": "x", "isActive": "yes"}, "isActive"), ({"name": "x", "colour": 1}, "colour")])
def test_a_wrong_category_is_refused_by_field(desk, body, field):
    assert field in desk.post("/api/categories", body).error_paths()


def test_a_category_asks_for_skills(desk):
    made = desk.post("/api/category-skills", {"category": "Billing", "subcategory": "refunds", "skill": " SEPA "}).must(201)
    assert (made["category"], made["subcategory"], made["skill"]) == ("billing", "refunds", "sepa")
    assert desk.post("/api/category-skills", {"category": "billing", "subcategory": "refunds", "skill": "sepa"}).status == 409
    whole = desk.post("/api/category-skills", {"category": "billing", "skill": "sepa"}).must(201)
    assert whole["subcategory"] is None
    assert {s["id"] for s in desk.get("/api/category-skills").must(200)["categorySkills"]} >= {made["id"], whole["id"]}
    assert desk.post("/api/category-skills", {"category": "no such", "skill": "x"}).error_paths() == {"category"}
    for skill in (made, whole):
        assert desk.delete(f"/api/category-skills/{skill['id']}").status == 204
    assert desk.delete(f"/api/category-skills/{made['id']}").status == 404
    assert [e["kind"] for e in audit(desk, "entity=category_skill&limit=4")] == ["deleted", "deleted", "created", "created"]
