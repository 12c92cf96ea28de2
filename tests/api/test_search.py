"""Full text: what a person may type, what is found, and by whom."""
from urllib.parse import quote

import pytest

from people_roles import cast


def found(desk, text, client=None, more=""):
    answer = (client or desk).get(f"/api/tickets?searchQuery={quote(text)}&limit=100{more}")
    return {t["subject"] for t in answer.must(200)["tickets"]}


@pytest.fixture(scope="module")
def library(desk):
    desk.ticket("Café closed", description="The coffee machine is broken since Monday")
    desk.ticket("Printer broken", description="Paper jam in the second tray")
    desk.ticket("Printer slow", description="It prints one page a minute. C++ driver")
    noted = desk.ticket("Quiet", description="Nothing to see")
    desk.post(f"/api/tickets/{noted['number']}/comments", {"content": "The zebra escaped"}).must(201)
    desk.post(f"/api/tickets/{noted['number']}/comments", {"content": "Customer is a walrus", "isInternal": True}).must(201)
    return desk


@pytest.mark.parametrize("text, subjects", [
    ("printer", {"Printer broken", "Printer slow"}),
    ("PRINTER broken", {"Printer broken"}),
    ("cafe", {"Café closed"}),
    ("CAFÉ", {"Café closed"}),
    ("print*", {"Printer broken", "Printer slow"}),
    ('"paper jam"', {"Printer broken"}),
    ('"jam paper"', set()),
    ("printer -slow", {"Printer broken"}),
    ("cafe OR printer", {"Café closed", "Printer broken", "Printer slow"}),
    ("broken cafe OR jam", {"Café closed", "Printer broken"}),
    ("zebra", {"Quiet"}),
    ("walrus", {"Quiet"}),
    ("c++", {"Printer slow"}),
    ("!!! ??? ***", set()),
    ("-printer", set()),
    ("nothingofthekind", set()),
])
def test_the_language(library, text, subjects):
    assert found(library, text) == subjects


@pytest.mark.parametrize("text", [
    '"', '""', '"unclosed phrase', "'", "AND", "OR", "NOT", "a AND", "OR OR OR", "(", ")", "((", "a)", "{subject}", "subject:x",
    "NEAR(a b)", "^a", "a^2", "*", "**", "-", "--", '-"', "a*b", "\\", ";", "%", "_", "a\tb", "日本語", "😀", "+a", "a:b:c", "#", "#0",
    "99999999999999999999", "@", "a@", "@b", "' OR 1=1 --", '") OR (', "* OR a", "x " * 32,
])
def test_no_input_is_an_error(library, text):
    found(library, text)


def test_too_much_is_refused(library):
    assert library.get("/api/tickets?searchQuery=" + quote("x " * 33)).error_paths() == {"searchQuery"}
    assert library.get("/api/tickets?searchQuery=" + "x" * 501).error_paths() == {"searchQuery"}
    library.get("/api/tickets?searchQuery=" + "x" * 500).must(200)


def test_a_number_finds_its_ticket_first(library):
    ticket = library.ticket("Number one")
    library.ticket(f"About {ticket['number']} and more")
    for text in (str(ticket["number"]), f"#{ticket['number']}"):
        hits = library.get("/api/tickets?searchQuery=" + quote(text)).must(200)["tickets"]
        assert [t["subject"] for t in hits] == ["Number one", f"About {ticket['number']} and more"]


def test_an_address_finds_its_persons_tickets(library):
    library.ticket("By Zoe", requester={"name": "Zoe", "email": "zoe@search.test"})
    assert found(library, "ZOE@search.test") == {"By Zoe"}


def test_the_better_hit_comes_first(library):
    library.ticket("Something else", description="a word " * 60 + "gizmo")
    library.ticket("Gizmo", description="gizmo fails")
    hits = library.get("/api/tickets?searchQuery=gizmo").must(200)["tickets"]
    assert [t["subject"] for t in hits] == ["Gizmo", "Something else"]
    assert hits[0]["rank"] > hits[1]["rank"] > 0


def test_snippets_show_the_words_and_are_harmless(library):
    library.ticket("Markup", description="before <script>alert(1)</script> the sp\u00e9cial & after " + "x " * 60)
    snippet = library.get("/api/tickets?searchQuery=special").must(200)["tickets"][0]["snippet"]
    assert "<mark>sp\u00e9cial</mark>" in snippet and "&amp;" in snippet
    assert "<script>" not in snippet and snippet.endswith("\u2026")
    phrase = library.get("/api/tickets?searchQuery=" + quote('"paper jam"')).must(200)["tickets"][0]["snippet"]
    assert "<mark>Paper jam</mark>" in phrase
    plain = library.get("/api/tickets?limit=1").must(200)["tickets"][0]
    assert "snippet" not in plain and "rank" not in plain


def test_customers_never_find_internal_notes(library):
    tokens = cast(library)
    mine = library.ticket("Theirs", requester={"name": "Customer", "email": "customer@example.com"})
    comments = f"/api/tickets/{mine['number']}/comments"
    library.post(comments, {"content": "secret platypus", "isInternal": True}).must(201)
    library.post(comments, {"content": "public penguin"}).must(201)
    me = library.client(token=tokens["requester"])
    assert found(library, "platypus") == {"Theirs"}
    assert found(library, "platypus", client=me) == set()
    assert found(library, "penguin -platypus", client=me) == {"Theirs"}
    hit = me.get("/api/tickets?searchQuery=" + quote("penguin OR platypus")).must(200)["tickets"][0]
    assert "platypus" not in hit["snippet"]


def test_the_index_follows_every_change(library):
    ticket = library.ticket("Aardvark")
    ref = f"/api/tickets/{ticket['number']}"
    library.patch(ref, {"subject": "Badger"}).must(200)
    assert found(library, "aardvark") == set() and found(library, "badger") == {"Badger"}
    library.delete(ref).must(200, 204)
    assert found(library, "badger") == set()
    library.post(ref + "/restore").must(200)
    assert found(library, "badger") == {"Badger"}
    other = library.ticket("Target of a merge")
    library.post(f"/api/tickets/{other['number']}/merge", {"ticketId": ticket["id"]}).must(200)
    assert "Target of a merge" in found(library, "badger")
    library.check()


def test_search_goes_with_every_filter(library):
    assert found(library, "printer", more="&status=closed") == set()
    assert found(library, "printer", more="&sortBy=createdAt&sortOrder=asc") == {"Printer broken", "Printer slow"}
