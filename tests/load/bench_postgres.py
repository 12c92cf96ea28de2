"""The lines of script/bench for PostgreSQL: creation next to the best hand-written client, growth, delivery between nodes."""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from measure import BUILD, CACHE, CLIENTS, CREATE, TOOLS, build, database, growth, load, middle, opened, schema_key, sh, staffed, stop_cleanly
from desk import EventStream, metric
import postgres

# A server of a machine of its own, as the operators' guide sizes it. Both sides of a ratio use the same one.
SETTINGS = {"shared_buffers": "1GB", "max_connections": "200", "wal_level": "replica", "fsync": "on", "synchronous_commit": "on",
            "checkpoint_timeout": "15min", "max_wal_size": "4GB"}
# What a ticket with an agent changes beside its own rows: four rows of ticket_count and seven of report_day, the agent's load, the rotation.
GATHERED = {"counters": (("ticket_count", "report_day"), 11), "agents": (("agent",), 1), "rotation": (("round_robin",), 1)}
WARM_UP = 500
EVENTS, EVENTS_A_SECOND = 300, 20


@contextlib.contextmanager
def cluster(args):
    """The bench's PostgreSQL; its databases stay for the next run."""
    if not postgres.installed():
        sys.exit("PostgreSQL 15 is not installed: run script/bootstrap")
    files = CACHE / "postgres"
    if args.rebuild_data:
        shutil.rmtree(files, ignore_errors=True)
    files.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(files, "postgres", "postgres")
        if subprocess.run(["test", "-w", files], check=False, **postgres.as_user(), cwd="/").returncode:
            sys.exit(f"the user postgres cannot enter {files}: move the repository out of a private directory")
    settings = {**SETTINGS, **({"shared_preload_libraries": "pg_stat_statements"} if args.statements else {})}
    server = postgres.Server(data=files, settings=settings)
    try:
        yield server
    finally:
        server.stop()
        server.end()


def psql(url, sql):
    return postgres.sql(url, sql, timeout=3600)


def anew(server, name, template="template0"):
    """A new database of that name; its URL."""
    postgres.drop_database(server.url, name)
    return postgres.create_database(server.url, name, template)


@contextlib.contextmanager
def running(*desks):
    """Servers, which end whatever happens."""
    try:
        for desk in desks:
            desk.start()
        yield
        for desk in desks:
            stop_cleanly(desk)
    finally:
        for desk in desks:
            desk.kill()


# ---- Creation

def rows_written(url):
    """Per table: inserted, updated, since the database was made. Whoever wrote must have disconnected."""
    time.sleep(0.2)
    return {name: (int(inserted), int(updated)) for name, inserted, updated in
            psql(url, "SELECT relname, n_tup_ins, n_tup_upd FROM pg_stat_user_tables")}


def shares(url, tickets):
    """The parts of tickets that may write what the server gathers, so that the yardstick writes as many such rows as the server did."""
    written = rows_written(url)
    return {name: min(1, sum(sum(written.get(t, (0, 0))) for t in tables) / tickets / rows) for name, (tables, rows) in GATHERED.items()}


def create_over_http(desk, args, url):
    """Creates for some seconds; the load client's figures with what a ticket took of the database."""
    names = {"units": "frontdesk_store_units_total", "batches": "frontdesk_store_batches_total",
             "round_trips": "frontdesk_store_round_trips_total"}
    line = ["POST /api/tickets " + CREATE]
    with running(desk):
        load(desk.port, desk.token, line, count=WARM_UP, first=800_000_000)
        if args.statements:
            psql(url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()")
        before = {k: metric(desk, name) for k, name in names.items()}
        done = load(desk.port, desk.token, line, seconds=args.seconds)
        done |= {k: metric(desk, name) - before[k] for k, name in names.items()}
        if args.statements:
            print_statements(url, done["requests"])
    return done


def print_statements(url, tickets):
    rows = psql(url, "SELECT calls, total_exec_time * 1000, regexp_replace(query, '\\s+', ' ', 'g') FROM pg_stat_statements "
                     "WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 2 DESC")
    rows = [(int(calls) / tickets, float(us) / tickets, query) for calls, us, query in rows if "pg_stat_statements" not in query]
    print(f"  {sum(r[0] for r in rows):.1f} statements and {sum(r[1] for r in rows):.0f} us in the executor a ticket:")
    for calls, us, query in rows:
        if us >= 1:
            print(f"  {us:7.1f} us {calls:6.2f} times  {query[:120]}")


def raw_rows(before, after, target, parts):
    options = [word for name, part in parts.items() for word in ("--" + name, f"{part:.4f}")]
    done = subprocess.run([TOOLS / "raw_rows_pg", "--connections", str(CLIENTS), *options, before, after, target], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"raw_rows_pg: {done.stderr}")
    return json.loads(done.stdout)


def differences(after, target):
    """Tables of the tickets' rows in which both sides did not insert equally often."""
    ours, theirs = rows_written(after), rows_written(target)
    # The yardstick copies an agent for each connection, and has rows of its own in the counters.
    beside = ("writer_lane", "node", *(t for tables, _ in GATHERED.values() for t in tables))
    return {t: (ours[t][0], theirs[t][0]) for t in ours if t not in beside and abs(ours[t][0] - theirs[t][0]) > CLIENTS * 8}


def creation_round(server, args, desk_folder):
    """One side, then the other, from copies of one database."""
    after, target = anew(server, "bench_after", "bench_before"), anew(server, "bench_target", "bench_before")
    psql(after, "CHECKPOINT")
    http = create_over_http(opened(desk_folder, after), args, after)
    parts = shares(after, http["requests"] + WARM_UP)
    psql(after, "CHECKPOINT")
    raw = raw_rows(f"{server.url}/bench_before", after, target, parts)
    if missing := differences(after, target):
        print(f"  not equally many rows (server, yardstick): {missing}")
    return http, raw, parts


def creation(table, args, server):
    ratios, details = [], []
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="create-") as scratch:
        before = staffed(pathlib.Path(scratch) / "desk", anew(server, "bench_before"))
        with running(before):
            load(before.port, before.token, ["POST /api/tickets " + CREATE], count=WARM_UP, first=900_000_000)
        psql(before.url, "VACUUM ANALYZE")
        for _ in range(args.rounds):
            http, raw, parts = creation_round(server, args, before.data)
            ratios.append(http["per_second"] / raw["per_second"])
            details.append(f"{http['per_second']:.0f}/s of {raw['per_second']:.0f}/s, batches of {http['units'] / max(1, http['batches']):.0f}, "
                           f"{http['round_trips'] / http['requests']:.2f} round trips a ticket (of 1), {raw['rows'] / raw['tickets']:.1f} rows, "
                           f"{', '.join(f'{name} with {part:.0%}' for name, part in parts.items())} of tickets, p99 {http['p99_us'] / 1000:.0f} ms (of {raw['p99_us'] / 1000:.0f})")
    for name in ("bench_after", "bench_target", "bench_before"):
        postgres.drop_database(server.url, name)
    which = middle(ratios)
    table.add(f"durable creation over HTTP, {CLIENTS} clients / libpq, same rows", ratios[which], 0.5, detail=details[which])


# ---- Growth

def copied(server, count, rebuild):
    """A desk with so many tickets in a database of its own, from the last run or copied now."""
    name = f"desk_{count}_{schema_key()}"
    folder, url = CACHE / f"postgres-{count}-{schema_key()}", f"{server.url}/{name}"
    ready = folder / "ready"
    if not ready.exists() or not psql(f"{server.url}/postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        source = database(count, rebuild)
        for old in CACHE.glob(f"postgres-{count}-*"):
            shutil.rmtree(old, ignore_errors=True)
        for (old,) in psql(f"{server.url}/postgres", f"SELECT datname FROM pg_database WHERE datname LIKE 'desk\\_{count}\\_%'"):
            postgres.drop_database(server.url, old)
        folder.mkdir()
        print(f"copying {count:,} tickets to PostgreSQL ...", flush=True)
        started = time.monotonic()
        anew(server, name)
        sh(BUILD / "frontdesk", "copy", "--from", source, "--to", url, stdout=subprocess.DEVNULL)
        copied_s = time.monotonic() - started
        psql(url, "VACUUM ANALYZE")
        print(f"  copied in {copied_s:.0f} s, VACUUM ANALYZE {time.monotonic() - started - copied_s:.0f} s", flush=True)
        shutil.copy(source / "token", folder / "token")
        ready.touch()
    return opened(folder, url)


def bench_growth(table, args, server):
    counts = (10_000, 50_000) if args.small else (10_000, 1_000_000)
    small, large = (copied(server, count, args.rebuild_data) for count in counts)
    with running(small, large):
        growth(table, args, small, large, counts)


# ---- Delivery between nodes

class Arrivals(EventStream):
    """When each event came in, by the id of its comment."""

    def __init__(self, desk):
        self.seen = {}
        super().__init__(desk.port, desk.token)

    def _read(self):
        with contextlib.suppress(OSError, ValueError):
            for line in self.response:
                now = time.monotonic()
                if line.startswith(b"data:"):
                    told = json.loads(line[5:]).get("changedTo") or {}
                    self.seen[told.get("commentId")] = now


def deliver(writer, reader):
    """Milliseconds from the request and from its answer until the other node's client had the event."""
    ticket = writer.ticket("Two nodes")["number"]
    arrivals, sent, answered = Arrivals(reader), {}, {}
    for i in range(EVENTS + 20):
        before = time.monotonic()
        comment = writer.post(f"/api/tickets/{ticket}/comments", {"content": f"Number {i}"}).must(201)
        after = time.monotonic()
        if i >= 20:  # the first ones find everything cold
            sent[comment["id"]], answered[comment["id"]] = before, after
        time.sleep(max(0, 1 / EVENTS_A_SECOND - (after - before)))
    deadline = time.monotonic() + 10
    while not sent.keys() <= arrivals.seen.keys() and time.monotonic() < deadline:
        time.sleep(0.05)
    arrivals.close()
    if missing := sent.keys() - arrivals.seen.keys():
        sys.exit(f"{len(missing)} of {EVENTS} events did not arrive at the other node")
    return [sorted((arrivals.seen[c] - since[c]) * 1000 for c in since) for since in (sent, answered)]


def delivery(table, server):
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="nodes-") as scratch:
        folder = pathlib.Path(scratch)
        one = staffed(folder / "one", anew(server, "bench_nodes"))
        (folder / "two").mkdir()
        shutil.copy(folder / "one/token", folder / "two/token")
        two = opened(folder / "two", one.url)
        with running(one, two):
            sent, answered = deliver(one, two)
    postgres.drop_database(server.url, "bench_nodes")
    table.add("delivery to a client of another node, from the request", statistics.median(sent), 50, " ms", most=True,
              detail=f"p99 {sent[len(sent) * 99 // 100]:.1f} ms; from the answer {statistics.median(answered):.1f} ms, "
                     f"p99 {answered[len(answered) * 99 // 100]:.1f} ms; {EVENTS} events at {EVENTS_A_SECOND}/s")


def bench_postgres(table, args):
    build("raw_rows_pg")
    with cluster(args) as server:
        if table.wants("creation"):
            creation(table, args, server)
        if table.wants("delivery"):
            delivery(table, server)
        if table.wants("growth"):
            bench_growth(table, args, server)
