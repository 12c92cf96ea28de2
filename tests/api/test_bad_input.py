"""Input that no well-meaning client sends: each is refused with a sentence, none is half done."""
import json
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from desk import ticket_body

GOOD = json.dumps(ticket_body())

MALFORMED = {
    "nothing": b"",
    "spaces": b"   ",
    "a word": b"subject",
    "cut short": GOOD[:-1].encode(),
    "cut in a string": b'{"subject": "abc',
    "a comma too many": b'{"subject": "a",}',
    "single quotes": b"{'subject': 'a'}",
    "no quotes": b"{subject: 1}",
    "a comment": b'{"subject": "a" /* why */}',
    "two documents": GOOD.encode() * 2,
    "rubbish after": GOOD.encode() + b"x",
    "a duplicate key": b'{"subject": "a", "subject": "b"}',
    "a duplicate key, escaped": b'{"subject": "a", "\\u0073ubject": "b"}',
    "NaN": b'{"subject": NaN}',
    "Infinity": b'{"subject": -Infinity}',
    "a hex number": b'{"subject": 0x1F}',
    "a leading zero": b'{"subject": 01}',
    "a number too large": b'{"subject": 1e999}',
    "a raw tab in a string": b'{"subject": "a\tb"}',
    "a raw newline in a string": b'{"subject": "a\nb"}',
    "a lone surrogate": b'{"subject": "\\ud800"}',
    "an escape that is none": b'{"subject": "\\x41"}',
    "a NUL byte": b'{"subject": "a\x00b"}',
    "NUL bytes only": b"\x00" * 64,
    "an escaped NUL": GOOD.replace("Printer", "Prin\\u0000ter").encode(),
    "an escaped NUL in a key": b'{"sub\\u0000ject": "a"}',
    "invalid UTF-8": GOOD.encode().replace(b"Printer", b"Prin\xfft\xfe"),
    "overlong UTF-8": GOOD.encode().replace(b"Printer", b"\xc0\xafx"),
    "a surrogate in UTF-8": GOOD.encode().replace(b"Printer", b"\xed\xa0\x80"),
    "UTF-16": GOOD.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "an array": b"[]",
    "a string": b'"subject"',
    "a number": b"42",
    "null": b"null",
    "true": b"true",
    "10,000 arrays deep": b"[" * 10_000 + b"]" * 10_000,
    "10,000 objects deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "10,000 deep inside": GOOD[:-1].encode() + b', "customFields": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    "10,000 deep, never closed": b"[" * 10_000,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_json_is_400_and_makes_no_ticket(desk, body):
    before = desk.get("/api/tickets").must(200)["total"]
    answer = desk.post("/api/tickets", body)
    assert answer.must(400).get("errors"), answer.raw
    assert desk.get("/api/tickets").must(200)["total"] == before


def test_nesting_that_is_reasonable_is_taken(desk):
    nested = 1
    for _ in range(20):
        nested = {"a": nested}
    ticket = desk.ticket(customFields=nested)
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["customFields"] == nested


WRONG = [  # what is changed in a good body, the path that is named
    ({"subject": 5}, "subject"),
    ({"subject": None}, "subject"),
    ({"subject": ["a"]}, "subject"),
    ({"subject": ""}, "subject"),
    ({"subject": " \t\n "}, "subject"),
    ({"subject": "x" * 501}, "subject"),
    ({"description": {}}, "description"),
    ({"description": "x" * (512 * 1024 + 1)}, "description"),
    ({"category": 1}, "category"),
    ({"requester": "ida@example.com"}, "requester"),
    ({"requester": None}, "requester"),
    ({"requester": {"name": "Ida"}}, "requester.email"),
    ({"requester": {"email": "ida"}}, "requester.email"),
    ({"requester": {"email": "ida@"}}, "requester.email"),
    ({"requester": {"email": "a@b@c.example"}}, "requester.email"),
    ({"requester": {"email": "ida@example.com\r\nBcc: x@example.com"}}, "requester.email"),
    ({"requester": {"email": "x" * 250 + "@example.com"}}, "requester.email"),
    ({"requester": {"email": "ida@example.com", "tier": "gold"}}, "requester.tier"),
    ({"requester": {"email": "ida@example.com", "isAdmin": True}}, "requester.isAdmin"),
    ({"priority": "extreme"}, "priority"),
    ({"priority": 1}, "priority"),
    ({"source": "telepathy"}, "source"),
    ({"tags": "a,b"}, "tags"),
    ({"tags": [1]}, "tags[0]"),
    ({"tags": ["a", None]}, "tags[1]"),
    ({"tags": ["x" * 65]}, "tags[0]"),
    ({"tags": [f"t{i}" for i in range(51)]}, "tags"),
    ({"customFields": []}, "customFields"),
    ({"customFields": "x"}, "customFields"),
    ({"customFields": {"x": "y" * 17 * 1024}}, "customFields"),
    ({"dueDate": "soon"}, "dueDate"),
    ({"dueDate": "2026-02-30T00:00:00Z"}, "dueDate"),
    ({"dueDate": "2026-13-01T00:00:00Z"}, "dueDate"),
    ({"dueDate": "2026-01-01T25:00:00Z"}, "dueDate"),
    ({"dueDate": "0000-00-00T00:00:00Z"}, "dueDate"),
    ({"dueDate": "99999-01-01T00:00:00Z"}, "dueDate"),
    ({"dueDate": 1767225600}, "dueDate"),
    ({"dueDate": "2026-01-01T00:00:00"}, "dueDate"),
    ({"colour": "red"}, "colour"),
    ({"id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "id"),
    ({"number": 1}, "number"),
    ({"createdAt": "1970-01-01T00:00:00Z"}, "createdAt"),
    ({"__proto__": {}}, "__proto__"),
]


@pytest.mark.parametrize("change, path", WRONG, ids=[f"{p}={str(list(c.values())[0])[:24]}" for c, p in WRONG])
def test_a_wrong_field_is_named(desk, change, path):
    assert path in desk.post("/api/tickets", ticket_body(**change)).error_paths()


@pytest.mark.parametrize("fields", [
    {"subject": "x" * 500}, {"subject": "ü" * 500}, {"description": "x" * (512 * 1024)}, {"tags": ["x" * 64]},
    {"tags": [f"t{i}" for i in range(50)]}, {"customFields": {"x": "y" * (16 * 1024 - 10)}},
], ids=lambda f: next(iter(f)))
def test_what_lies_within_the_limit_is_taken_whole(desk, fields):
    ticket = desk.ticket(**fields)
    stored = desk.get(f"/api/tickets/{ticket['id']}").must(200)
    for name, value in fields.items():
        assert sorted(stored[name]) == sorted(value) if name == "tags" else stored[name] == value


BAD_QUERIES = [
    ("page=-1", "page"), ("page=0", "page"), ("page=x", "page"), ("page=1.5", "page"), ("page=", "page"),
    ("page=99999999999999999999", "page"), ("limit=0", "limit"), ("limit=-5", "limit"), ("limit=101", "limit"),
    ("limit=1e2", "limit"), ("status=broken", "status"), ("status=open,broken", "status"), ("priority=9", "priority"),
    ("sortBy=password", "sortBy"), ("sortBy=createdAt;DROP TABLE ticket", "sortBy"), ("sortOrder=sideways", "sortOrder"),
    ("createdAfter=yesterday", "createdAfter"), ("createdBefore=2026-02-30", "createdBefore"), ("dueAfter=-1", "dueAfter"),
    ("cursor=%00", "cursor"), ("cursor=abc", "cursor"), ("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
    ("colour=red", "colour"), ("searchQuery=" + "x" * 501, "searchQuery"),
    ("searchQuery=" + "a+" * 33, "searchQuery"), ("searchQuery=%ff%fe", "searchQuery"), ("searchQuery=a%00b", "searchQuery"),
]


@pytest.mark.parametrize("query, path", BAD_QUERIES, ids=[q[:40] for q, _ in BAD_QUERIES])
def test_a_wrong_query_parameter_is_named(desk, query, path):
    paths = desk.get("/api/tickets?" + query.replace(" ", "%20")).error_paths()
    assert any(p.split("[")[0] == path for p in paths), paths


def test_more_query_parameters_than_the_limit_are_refused(desk):
    assert desk.get("/api/tickets?" + "&".join(["status=open"] * 50)).status == 200
    assert desk.get("/api/tickets?" + "&".join(["status=open"] * 65)).status == 400


def test_an_address_that_is_too_long_is_refused(desk):
    assert desk.client().get("/api/tickets?searchQuery=" + "x" * 5000).status in (400, 414, 431)
    assert desk.get("/api/tickets").status == 200


@pytest.mark.parametrize("text", ["'", "\"", "a\"b", "*", "a*b", "(", "a AND", "NEAR(", "-", "--", "a OR OR b", "^", "col:x", "{a}", "\\", "%", "_", "ß", "\U0001f600", "a" * 500, "a " * 32],
                         ids=lambda t: t[:12].encode("unicode_escape").decode())
def test_full_text_takes_whatever_people_type(desk, text):
    desk.get("/api/tickets?searchQuery=" + urllib.parse.quote(text)).must(200)


def test_text_comes_back_as_it_was_sent(desk):
    subject = "Zoë \"quotes\" \\ 'single' <b>&amp; \U0001f600 \u202e \u200d %s {{ticket_id}} =1+1"
    ticket = desk.ticket(subject, description="a\r\nb\tc\u2028d\x7f")
    stored = desk.get(f"/api/tickets/{ticket['id']}").must(200)
    assert stored["subject"] == subject
    assert stored["description"] == "a\r\nb\tc\u2028d\x7f"


# ---- whatever else there may be

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5), max_leaves=15)
FIELDS = ["subject", "description", "category", "subcategory", "priority", "source", "tags", "customFields", "requester",
          "channel", "dueDate", "externalId", "assigneeId"]
RANDOM = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@RANDOM
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_no_body_makes_the_server_fail(desk, change):
    answer = desk.post("/api/tickets", ticket_body(**change))
    assert answer.status in (201, 400, 404, 409, 422), answer.raw
    if answer.status == 400:
        # Nothing is complained of that was not sent, but for a NUL: it spoils the body as a whole.
        assert {p.split(".")[0].split("[")[0] for p in answer.error_paths()} <= {*change, "body"}


@RANDOM
@given(st.binary(max_size=300))
def test_no_bytes_make_the_server_fail(desk, body):
    assert desk.post("/api/tickets", body).status == 400


@RANDOM
@given(st.lists(st.tuples(st.sampled_from(["status", "priority", "category", "assigneeId", "requesterId", "tags", "createdAfter",
                                           "dueBefore", "searchQuery", "page", "limit", "sortBy", "sortOrder", "cursor"]),
                          st.text(max_size=20) | st.integers().map(str)), max_size=5))
def test_no_query_makes_the_server_fail(desk, pairs):
    assert desk.get("/api/tickets?" + urllib.parse.urlencode(pairs)).status in (200, 400)
