"""One desk with somebody of each role, for the tests of rights."""
from desk import PASSWORD

ROLES = ["anonymous", "requester", "agent", "supervisor", "admin"]


def cast(desk):
    """A token for each role (None: anonymous); made once a desk."""
    if not hasattr(desk, "cast"):
        desk.cast = {"anonymous": None, "admin": desk.token}
        for role in ("agent", "supervisor"):
            desk.agent(f"{role}@desk.test", role=role)
            desk.cast[role] = desk.make_token(f"{role}@desk.test")
        requester = desk.post("/api/requesters", {"email": "customer@example.com", "name": "Customer"}).must(201)
        desk.cast["requester"] = desk.post("/api/tokens", {"name": "portal", "requesterId": requester["id"]}).must(201)["token"]
    return desk.cast


class Browser:
    """Signs in by password and keeps cookie and CSRF token, as a browser with our pages does."""

    def __init__(self, desk, email, password=PASSWORD):
        self.client = desk.client(token=None)
        self.answer = self.client.post("/api/session", {"email": email, "password": password})
        self.body = self.answer.must(201)
        self.set_cookie = self.answer.header("Set-Cookie")
        self.cookie = self.set_cookie.split(";")[0]
        self.csrf = self.body["csrfToken"]

    def request(self, method, path, body=None, csrf=..., headers=None):
        head = {"Cookie": self.cookie, **(headers or {})}
        csrf = self.csrf if csrf is ... else csrf
        if csrf is not None:
            head["X-CSRF-Token"] = csrf
        return self.client.request(method, path, body, headers=head)


def audit(desk, query=""):
    return desk.get("/api/audit?" + query).must(200)["events"]
