"""ETag and If-Match: two people who change the same ticket do not overwrite each other unseen."""
import threading


def etag(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}").header("ETag")


def test_the_etag_is_the_version_and_changes_with_the_ticket(desk):
    ticket = desk.ticket()
    before = etag(desk, ticket)
    changed = desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high"})
    after = changed.header("ETag")
    assert before != after == etag(desk, ticket)
    assert str(changed.body["version"]) in after
    assert changed.body["version"] > ticket["version"]


def test_a_lost_update_is_412_and_changes_nothing(desk):
    ticket = desk.ticket()
    seen = etag(desk, ticket)
    address = f"/api/tickets/{ticket['id']}"
    desk.patch(address, {"priority": "high"}, headers={"If-Match": seen}).must(200)
    late = desk.patch(address, {"priority": "low"}, headers={"If-Match": seen})
    assert late.status == 412 and late.body["code"] == "stale"
    assert desk.get(address).must(200)["priority"] == "high"


def test_any_version_will_do_when_asked_so(desk):
    ticket = desk.ticket()
    for headers in ({}, {"If-Match": "*"}):
        desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high"}, headers=headers).must(200)


def test_tags_that_are_not_ours_match_nothing(desk):
    ticket = desk.ticket()
    for tag in ('"abc"', '"0"', '"-1"', '"999999999999999999999"', "abc", '"1', ""):
        answer = desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high"}, headers={"If-Match": tag})
        assert answer.status in (400, 412), (tag, answer.raw)
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["version"] == ticket["version"]


def test_one_of_ten_who_saw_the_same_version_wins(desk):
    ticket = desk.ticket()
    seen, statuses = etag(desk, ticket), []
    gate = threading.Barrier(10)

    def change(i):
        client = desk.client()
        gate.wait()
        statuses.append(client.patch(f"/api/tickets/{ticket['id']}", {"subject": f"Mine is {i}"}, headers={"If-Match": seen}).status)

    threads = [threading.Thread(target=change, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 9


def test_deleting_heeds_it_too(desk):
    ticket = desk.ticket()
    seen = etag(desk, ticket)
    desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high"}).must(200)
    assert desk.delete(f"/api/tickets/{ticket['id']}", headers={"If-Match": seen}).status == 412
    assert desk.get(f"/api/tickets/{ticket['id']}").status == 200
