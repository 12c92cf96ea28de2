"""A help desk under test: one data directory, one server, and the ways to talk to both.

Speaks only through what is promised to the outside: the command line, HTTP and mail. Every wait
has a limit; every server that stops is asked whether a sanitizer complained.
"""
import collections
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import queue
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
ADMIN = "root@desk.test"
# Sanitized builds are several times slower, and so may every limit be.
BUILD = ROOT / os.environ.get("FRONTDESK_BUILD", "build")
SANITIZED = BUILD.name in ("build-asan", "build-tsan")
PATIENCE = 5 if SANITIZED else 1
# Not for the program, which warns of variables of its own prefix that it does not know.
OURS = ("FRONTDESK_BUILD", "FRONTDESK_TEST_ENGINE", "FRONTDESK_TEST_POSTGRES")
SANITIZER_SPOKE = re.compile(r"(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:|broken invariant")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(more):
    return {**{name: value for name, value in os.environ.items() if name not in OURS}, **(more or {})}


def wait_until(condition, timeout=10, every=0.02, what=""):
    """Returns the condition's first true value; fails when there is none in time."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout * PATIENCE} s: {what or condition}")
        time.sleep(every)


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @property
    def body(self):
        """The JSON of the answer, None if it is empty."""
        return json.loads(self.raw) if self.raw else None

    def header(self, name):
        return self.headers.get(name)

    def must(self, *statuses):
        """The body, after making sure of the status."""
        assert self.status in statuses, f"expected {statuses}, got {self.status}: {self.raw[:600]!r}"
        return self.body if "json" in (self.header("Content-Type") or "") else self.raw

    def error_paths(self):
        """Which fields a 400 complains of."""
        return {e["path"] for e in self.must(400)["errors"]}


class Client:
    """HTTP with keep-alive. One thread each: make another for another thread."""

    # Called as watch(port, method, path, answer) after each answer, whoever asked; see contract.py.
    watch = None

    def __init__(self, port, token=None, timeout=30):
        self.port, self.token, self.timeout = port, token, timeout * PATIENCE
        self.connection = None

    def request(self, method, path, body=None, token=..., headers=None):
        """body: a dict or list becomes JSON, bytes go as they are. token None: none is sent."""
        head = {"Accept": "application/json"}
        token = self.token if token is ... else token
        if token:
            head["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            head["Content-Type"] = "application/json"
        head.update(headers or {})
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                attempt = 2
            try:
                self.connection.request(method, path, body, head)
                response = self.connection.getresponse()
                answer = Answer(response.status, response.headers, response.read())
            except (http.client.HTTPException, OSError):
                self.close()
                # An idle connection may have been closed by the server meanwhile: reading again is
                # harmless, writing again is not.
                if attempt == 2 or method != "GET":
                    raise
                continue
            if response.will_close:
                self.close()
            if Client.watch:
                Client.watch(self.port, method, path, answer)
            return answer

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.request("POST", path, {} if body is None else body, **kw)

    def patch(self, path, body, **kw):
        return self.request("PATCH", path, body, **kw)

    def put(self, path, body, **kw):
        return self.request("PUT", path, body, **kw)

    def delete(self, path, **kw):
        return self.request("DELETE", path, **kw)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class EventStream:
    """Server-sent events, read by a thread of its own into a queue."""

    def __init__(self, port, token, last_event_id=None, path="/api/events"):
        self.events = queue.Queue()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60 * PATIENCE)
        headers = {"Authorization": "Bearer " + token, "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection.request("GET", path, headers=headers)
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        event = {}
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            for line in self.response:
                line = line.decode().rstrip("\n")
                name, _, value = line.partition(":")
                if not line and event:
                    self.events.put(event)
                    event = {}
                elif name:
                    value = value.removeprefix(" ")
                    event[name] = event[name] + "\n" + value if name in event else value
        self.events.put(None)

    def next(self, timeout=5, name=None):
        """The next event, or the next of that name; its data as JSON under "json"."""
        deadline = time.monotonic() + timeout * PATIENCE
        while True:
            try:
                event = self.events.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no event {name or ''} within {timeout * PATIENCE} s") from None
            assert event is not None, "the stream has ended"
            if "data" in event and name in (None, event.get("event")):
                return event | {"json": json.loads(event["data"])}

    def close(self):
        # Closing the socket's descriptor would not wake the reader; shutting it down does.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.connection.close()


class Desk:
    """database: the URL of its PostgreSQL database; without one the desk keeps its own in the data directory."""

    def __init__(self, data, database=None, env=None):
        self.data = pathlib.Path(data)
        self.url = database
        self.log_path = self.data.parent / (self.data.name + ".log")
        self.database = ["--database", database] if database else []
        self.env = env or {}  # settings of every command and server
        self.exe = str(BUILD / "frontdesk")
        self.port = free_port()
        self.process = None
        self.token = None
        self.local = threading.local()
        self.generation = 0
        self.log_checked = 0

    # ---- the command line

    def argv(self, *args):
        """The command line of a subcommand on this desk's data."""
        return [self.exe, *map(str, args), "--data", str(self.data), *self.database]

    def cli(self, *args, stdin=None, check=True, timeout=60, env=None):
        """Runs a subcommand on this desk's data; stdin may be text or bytes. Output is bytes."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        result = subprocess.run(self.argv(*args), input=stdin, capture_output=True, timeout=timeout * PATIENCE,
                                env=environment({**self.env, **(env or {})}))
        errors = result.stderr.decode(errors="replace")
        assert not SANITIZER_SPOKE.search(errors), errors[-4000:]
        assert not check or result.returncode == 0, f"frontdesk {' '.join(map(str, args))}: {result.returncode}: {errors[-1500:]}"
        return result

    def agent(self, email, name=None, role="agent", groups=None, skills=None, max=5, online=True):
        args = ["agent", "add", "--email", email, "--name", name or email.split("@")[0].title(), "--role", role,
                "--max", max, "--password-stdin"]
        args += ["--online"] if online else []
        args += ["--groups", ",".join(groups)] if groups else []
        args += ["--skills", ",".join(skills)] if skills else []
        self.cli(*args, stdin=PASSWORD + "\n")
        return email

    def make_token(self, email, *args):
        return self.cli("token", "create", "--email", email, *args).stdout.decode().strip()

    def admin(self):
        """Makes the administrator whose token requests carry when nothing else is said."""
        self.agent(ADMIN, "Root", role="admin", online=False)
        self.token = self.make_token(ADMIN)
        return self.token

    def mail(self, raw, *args, check=True):
        """Pipes one message in; what `mail-in` says of it."""
        result = self.cli("mail-in", *args, stdin=raw, check=check)
        lines = result.stdout.decode().splitlines()
        return json.loads(lines[-1]) if lines else None

    def sql(self, text):
        """Looks into the database, or damages it, past the program. Values come as texts, NULL as an empty one."""
        if self.url:
            return postgres.sql(self.url, text)
        with contextlib.closing(sqlite3.connect(self.data / "frontdesk.db", timeout=15 * PATIENCE)) as db:
            rows = [row for statement in text.split(";") for row in db.execute(statement).fetchall()]
            db.commit()
        return [tuple("" if value is None else str(value) for value in row) for row in rows]

    def check(self):
        """Asserts that the desk's own integrity check is clean."""
        result = self.cli("check", check=False, timeout=120)
        said = (result.stdout + result.stderr).decode(errors="replace")
        assert result.returncode == 0, f"frontdesk check: {result.returncode}\n{said[-3000:]}"

    # ---- the server

    def spawn(self, *args, prefix=(), env=None):
        """Starts a server process on this data directory without waiting for it."""
        with open(self.log_path, "ab") as log:
            return subprocess.Popen([*prefix, *self.argv("serve", "--listen", f"127.0.0.1:{self.port}", *args)],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment({**self.env, **(env or {})}))

    def start(self, *args, timeout=15, **kw):
        assert self.process is None, "the server runs already"
        self.process = self.spawn(*args, **kw)
        self.generation += 1

        def up():
            code = self.process.poll()
            assert code is None, f"the server ended with {code} instead of starting:\n{self.log_tail(20)}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                return Client(self.port, timeout=2).get("/healthz").status == 200

        started = time.monotonic()
        wait_until(up, timeout, 0.005, "the server answers /healthz")
        return time.monotonic() - started

    def stop(self, sig=signal.SIGTERM, timeout=20):
        """Exit code of the server; asserts that it ends in time."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            code = self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.process = None
            raise AssertionError(f"the server did not stop within {timeout * PATIENCE} s") from None
        self.process = None
        self.assert_no_sanitizer()
        return code

    def kill(self):
        return self.stop(signal.SIGKILL)

    def restart(self, **kw):
        assert self.stop() == 0
        return self.start(**kw)

    def assert_no_sanitizer(self):
        text = self.log()[self.log_checked:]
        self.log_checked += len(text)
        spoke = SANITIZER_SPOKE.search(text)
        assert not spoke, text[max(0, spoke.start() - 200):spoke.start() + 6000]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines=80):
        return "\n".join(self.log().splitlines()[-lines:])

    # ---- HTTP

    def client(self, token=..., **kw):
        return Client(self.port, self.token if token is ... else token, **kw)

    @property
    def http(self):
        """This thread's client, with the administrator's token."""
        if getattr(self.local, "generation", None) != self.generation:
            self.local.generation, self.local.client = self.generation, self.client()
        return self.local.client

    def get(self, path, **kw):
        return self.http.get(path, **kw)

    def post(self, path, body=None, **kw):
        return self.http.post(path, body, **kw)

    def patch(self, path, body, **kw):
        return self.http.patch(path, body, **kw)

    def put(self, path, body, **kw):
        return self.http.put(path, body, **kw)

    def delete(self, path, **kw):
        return self.http.delete(path, **kw)

    def events(self, last_event_id=None, token=None):
        return EventStream(self.port, token or self.token, last_event_id)

    def raw(self, data, timeout=5, half_close=False):
        """Sends bytes as they are and returns all that comes back before the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout * PATIENCE) as s:
            got = b""
            # A server that refuses need not read to the end, nor close politely.
            with contextlib.suppress(TimeoutError, ConnectionError):
                s.sendall(data)
                if half_close:
                    s.shutdown(socket.SHUT_WR)
                while chunk := s.recv(65536):
                    got += chunk
            return got

    # ---- words of the field

    def ticket(self, subject="Printer on fire", client=None, **fields):
        """Creates a ticket and returns it."""
        return (client or self.http).post("/api/tickets", ticket_body(subject, **fields)).must(201)

    def active_tickets(self):
        """Every active ticket, page by page by cursor."""
        tickets, cursor = [], ""
        while True:
            page = self.get(f"/api/tickets?status=new,open,in_progress,pending&limit=100{cursor}").must(200)
            tickets += page["tickets"]
            if not page.get("nextCursor"):
                return tickets
            cursor = "&cursor=" + page["nextCursor"]

    def agents(self):
        body = self.get("/api/agents?limit=100").must(200)
        return {a["email"]: a for a in (body["agents"] if isinstance(body, dict) else body)}


    def assert_loads_are_true(self):
        """What each agent's load says is what the lists say, seen at a moment when nothing moved.

        Waiting tickets are handed out by a job that runs after the answer, so the loads are read
        before and after the lists, until both agree.
        """
        def still():
            before = self.agents()
            counted = collections.Counter((t.get("assignee") or {}).get("email") for t in self.active_tickets())
            after = self.agents()
            return (counted, after) if before == after else None

        counted, agents = wait_until(still, 15, what="nothing moves any more")
        told = {email: agent["currentTickets"] for email, agent in agents.items()}
        assert told == {email: counted[email] for email in told}
        self.check()


def ticket_body(subject="Printer on fire", **fields):
    body = {"subject": subject, "description": "It smells of smoke.", "category": "general", "source": "api",
            "requester": {"name": "Ida", "email": "ida@example.com"}}
    return {**body, **fields}


def metric(desk, name):
    """The value of a counter without labels, as /metrics tells it."""
    for line in desk.get("/metrics").raw.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(f"/metrics tells no {name}")
