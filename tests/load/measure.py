"""What script/bench measures with, for either engine: the build, the load client, desks full of tickets, the table."""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ.setdefault("FRONTDESK_BUILD", "build-bench")
sys.path.insert(0, str(ROOT / "tests"))
from desk import BUILD, Desk, environment  # noqa: E402

CACHE, TOOLS = ROOT / ".bench", BUILD / "tests/load"
AGENTS, AGENT_CAPACITY, CLIENTS = 40, 1000, 64
PAGE = "/api/tickets?status=open&limit=25&sortBy=createdAt&sortOrder=desc"
CREATE = json.dumps({
    "subject": "Invoice {n} shows the wrong amount", "category": "billing", "source": "web",
    "description": "Hello, the invoice {n} that reached us yesterday asks for twice what we agreed on in March. "
                   "Please look into it and send a corrected one; our accounting closes the month on Friday. Thank you!",
    "requester": {"name": "Customer {n}", "email": "customer{n}@example.com"}, "tags": ["invoice"]}, separators=(",", ":"))


def sh(*args, **kw):
    return subprocess.run([str(a) for a in args], check=True, env=environment(None), **kw)


def build(*tools):
    if not (BUILD / "build.ninja").exists():
        sh("meson", "setup", BUILD, ROOT, "--buildtype=release", "-Dtests=false", stdout=subprocess.DEVNULL)
    sh("ninja", "-C", BUILD, "frontdesk", *(f"tests/load/{t}" for t in ("fd_load", *tools)), stdout=subprocess.DEVNULL)


def load(port, token, lines, clients=CLIENTS, **limits):
    """Runs fd_load; limits: seconds or count, first."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as requests:
        requests.write("\n".join(lines) + "\n")
        requests.flush()
        args = [TOOLS / "fd_load", "--port", port, "--connections", clients] + (["--token", token] if token else [])
        for name, value in limits.items():
            args += ["--" + name, value]
        done = subprocess.run([str(a) for a in args] + [requests.name], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"fd_load: {done.stderr}")
    result = json.loads(done.stdout)
    if result["errors"]:
        sys.exit(f"fd_load: {result['errors']} of {result['requests']} requests failed: {done.stderr}")
    return result


# ---- Databases

def schema_key():
    digest = hashlib.sha256()
    for path in sorted((ROOT / "db/migrations").glob("*.sql")) + [ROOT / "tests/load/make_tickets.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def staffed(folder, url=None):
    """A desk with its agents and no tickets."""
    desk = Desk(folder, url)
    desk.admin()
    for i in range(AGENTS):
        desk.agent(f"agent{i}@bench.test", max=AGENT_CAPACITY)
    (folder / "token").write_text(desk.token)
    return desk


def opened(folder, url=None):
    desk = Desk(folder, url)
    desk.token = (folder / "token").read_text()
    return desk


def database(count, rebuild):
    """A data directory with so many tickets, from the cache or made now."""
    folder = CACHE / f"{count}-{schema_key()}"
    if rebuild:
        shutil.rmtree(folder, ignore_errors=True)
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        print(f"making a database with {count:,} tickets ...", flush=True)
        staffed(folder)
        rows = CACHE / f"{count}.jsonl"
        with open(rows, "w") as out:
            sh(sys.executable, ROOT / "tests/load/make_tickets.py", count, "--agents", AGENTS, stdout=out)
        started = time.monotonic()
        sh(BUILD / "frontdesk", "import", "--data", folder, rows, stdout=subprocess.DEVNULL)
        print(f"  imported {count / (time.monotonic() - started):,.0f} tickets a second", flush=True)
        rows.unlink()
        (folder / "ready").touch()
    return folder


# ---- The table

class Table:
    def __init__(self, only):
        self.only, self.lines, self.failed = only, [], 0

    def wants(self, word):
        return self.only is None or self.only in word

    def add(self, what, value, bar, unit="", most=False, detail=""):
        reached = value <= bar if most else value >= bar
        self.failed += not reached
        self.lines.append({"what": what, "value": value, "bar": bar, "most": most, "reached": reached, "detail": detail})
        number = f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
        print(f"{'PASS ' if reached else 'SHORT'}  {what:<58} {number:>7}{unit} ({'<=' if most else '>='} {bar:g}{unit})  {detail}", flush=True)


def middle(ratios):
    """Index of the median."""
    return sorted(range(len(ratios)), key=ratios.__getitem__)[len(ratios) // 2]


# ---- What both engines are asked

def stop_cleanly(desk):
    if desk.stop() != 0:
        sys.exit("the server did not stop cleanly:\n" + desk.log_tail())


def with_comments(desk, count):
    """Numbers of tickets with exactly five comments."""
    total = desk.get("/api/tickets?limit=1").must(200)["total"]
    found = []
    for number in range(20, total + 1, max(20, total // (20 * count * 2) * 20)):
        ticket = desk.get(f"/api/tickets/{number}").must(200)
        if len(ticket["comments"]) == 5:
            found.append(number)
        if len(found) == count:
            break
    if not found:
        sys.exit("no ticket with five comments")
    return found


def deep_cursor(desk, depth):
    """The cursor after so many tickets, newest first."""
    cursor = ""
    for _ in range(depth // 100):
        page = desk.get("/api/tickets?limit=100&sortBy=createdAt&sortOrder=desc" + cursor).must(200)
        cursor = "&cursor=" + page["nextCursor"]
    return cursor


def interactive_reads(desk, count):
    return {
        "list with 3 filters": ["GET /api/tickets?status=open&priority=high&category=billing&limit=25"],
        "deep cursor page": ["GET /api/tickets?limit=25&sortBy=createdAt&sortOrder=desc" + deep_cursor(desk, count // 4)],
        "search, rare word": ["GET /api/tickets?searchQuery=zyzzyva&limit=25"],
        "search, common word": ["GET /api/tickets?searchQuery=printer&limit=25"],
        "statistics": ["GET /api/statistics"],
        "one ticket": [f"GET /api/tickets/{n}" for n in with_comments(desk, 50)],
    }


def growth(table, args, small, large, counts):
    reads = interactive_reads(small, counts[0]), interactive_reads(large, counts[1])
    for name in reads[0]:
        medians = [], []
        for round_ in range(max(5, args.rounds)):
            for which, desk in enumerate((small, large)):
                # One client: the time a person waits, not how much fits beside each other.
                result = load(desk.port, desk.token, reads[which][name], clients=1, count=300 if round_ else 50)
                if round_:
                    medians[which].append(result["p50_us"])
        p50 = [statistics.median(m) for m in medians]
        table.add(f"growth, {name}: p50 at {counts[1]:,} / at {counts[0]:,}", p50[1] / p50[0], 1.5, most=True,
                  detail=f"{p50[1]:.0f} us / {p50[0]:.0f} us")
