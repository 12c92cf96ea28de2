"""Files of tickets and comments: who may have them, and that none of them is ever run."""
import base64
import os

import pytest

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture(scope="module")
def desk(shared_maker, place):
    """One for each place where files can be kept: nobody outside can tell which."""
    return shared_maker(start=True, env=place.env)


def upload(desk, ticket, data=b"some notes", name="notes.txt", query="", client=None):
    return (client or desk.http).request("POST", f"/api/tickets/{ticket['number']}/attachments?fileName={name}{query}", data,
                                         headers={"Content-Type": "application/octet-stream"})


def one(desk, ticket, *args, **kw):
    return upload(desk, ticket, *args, **kw).must(201)["attachments"][0]


def test_what_is_uploaded_comes_back(desk):
    ticket = desk.ticket()
    data = os.urandom(300_000)
    made = one(desk, ticket, data, "blob.bin")
    assert made["size"] == len(data) and made["fileName"] == "blob.bin" and made["isInternal"] is False
    got = desk.get(made["url"])
    assert got.raw == data
    assert got.header("X-Content-Type-Options") == "nosniff" and "sandbox" in got.header("Content-Security-Policy")
    assert desk.get(f"/api/tickets/{ticket['id']}/attachments").must(200)["attachments"] == [made]
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["attachmentCount"] == 1


def test_several_files_of_a_form(desk):
    ticket = desk.ticket()
    body = b"".join(b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: text/plain\r\n\r\n%s\r\n'
                    % (name, name * 3) for name in (b"a.txt", b"b.txt")) + b"--frontier--\r\n"
    made = desk.http.request("POST", f"/api/tickets/{ticket['number']}/attachments", body,
                             headers={"Content-Type": "multipart/form-data; boundary=frontier"}).must(201)["attachments"]
    assert [a["fileName"] for a in made] == ["a.txt", "b.txt"]
    assert [desk.get(a["url"]).raw for a in made] == [b"a.txt" * 3, b"b.txt" * 3]


def test_the_same_bytes_are_stored_once(desk, place):
    first, second = one(desk, desk.ticket(), b"twice" * 100), one(desk, desk.ticket(), b"twice" * 100, "other.txt")
    assert first["sha256"] == second["sha256"] and first["id"] != second["id"]
    assert desk.get(second["url"]).raw == b"twice" * 100
    path = desk.data / "files" / first["sha256"][:2] / first["sha256"][2:]
    if place.name != "disk":
        assert not path.exists()
        return
    assert path.read_bytes() == b"twice" * 100
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_a_part_is_sent_and_what_is_known_is_not_sent_again(desk):
    data = os.urandom(700_000)
    url = one(desk, desk.ticket(), data, "blob.bin")["url"]
    whole = desk.get(url)
    part = desk.get(url, headers={"Range": "bytes=262140-524300", "If-Range": whole.header("ETag")})
    assert part.status == 206 and part.raw == data[262140:524301]
    assert part.header("Content-Range") == "bytes 262140-524300/700000"
    assert desk.get(url, headers={"Range": "bytes=700000-"}).status == 416
    known = desk.get(url, headers={"If-None-Match": whole.header("ETag")})
    assert known.status == 304 and known.raw == b""


@pytest.mark.parametrize("data, name, kind", [
    (PNG, "x.exe", "image/png"), (b"<!DOCTYPE html><html><script>1</script></html>", "x.png", "text/html"),
    (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "x.png", "image/svg+xml"), (b"%PDF-1.4\n", "x", "application/pdf")])
def test_the_type_is_what_it_is(desk, data, name, kind):
    assert one(desk, desk.ticket(), data, name)["mimeType"] == kind


def test_only_pictures_of_pixels_are_shown(desk):
    ticket = desk.ticket()
    shown = desk.get(one(desk, ticket, PNG, "p.png")["url"] + "?inline=true")
    assert shown.header("Content-Type") == "image/png" and shown.header("Content-Disposition").startswith("inline")
    for data in (b"<html><script>1</script></html>", b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"%PDF-1.4\n"):
        saved = desk.get(one(desk, ticket, data, "p.png")["url"] + "?inline=true")
        assert saved.header("Content-Type") == "application/octet-stream"
        assert saved.header("Content-Disposition").startswith("attachment")


def test_names_are_made_harmless_and_survive(desk):
    made = one(desk, desk.ticket(), name="..%2F..%2Fetc%2FRechnung%20%E2%82%AC%22%0d%0a.pdf")
    assert made["fileName"] == 'Rechnung €".pdf'
    assert desk.get(made["url"]).header("Content-Disposition") == \
        "attachment; filename=\"Rechnung __.pdf\"; filename*=UTF-8''Rechnung%20%E2%82%AC%22.pdf"


def test_a_comment_takes_files_uploaded_before(desk):
    ticket, other = desk.ticket(), desk.ticket()
    path = f"/api/tickets/{ticket['number']}/comments"
    mine, theirs = one(desk, ticket), one(desk, other)
    comment = desk.post(path, {"content": "See there.", "attachmentIds": [mine["id"]]}).must(201)
    listed = desk.get(f"/api/tickets/{ticket['id']}/attachments").must(200)["attachments"]
    assert [a["commentId"] for a in listed] == [comment["id"]]
    again = desk.post(path, {"content": "Again.", "attachmentIds": [mine["id"]]})
    assert again.status == 400
    assert desk.post(path, {"content": "Not mine.", "attachmentIds": [theirs["id"]]}).status == 400


def test_internal_files_and_notes_are_for_agents(desk):
    ticket = desk.ticket()
    secret = one(desk, ticket, b"secret", query="&internal=true")
    assert secret["isInternal"]
    noted = one(desk, ticket, b"for a note")
    desk.post(f"/api/tickets/{ticket['number']}/comments",
              {"content": "Mind this.", "isInternal": True, "attachmentIds": [noted["id"]]}).must(201)
    listed = desk.get(f"/api/tickets/{ticket['id']}/attachments").must(200)["attachments"]
    assert [a["isInternal"] for a in listed] == [True, True]


def test_strangers_get_nothing(desk):
    made = one(desk, desk.ticket())
    assert desk.get(made["url"], token=None).status == 401
    assert upload(desk, desk.ticket(), client=desk.client(None)).status == 401


def test_what_is_not_there_is_not_found(desk):
    ticket = desk.ticket()
    for ref in ("00000000-0000-7000-8000-000000000001", "1", "x", "%2e%2e%2ffrontdesk.db"):
        assert desk.get(f"/api/attachments/{ref}").status == 404
    assert desk.http.request("POST", f"/api/tickets/{ticket['number']}/attachments", b"",
                             headers={"Content-Type": "multipart/form-data; boundary=frontier"}).status == 400
    assert upload(desk, {"number": 999999}).status == 404
