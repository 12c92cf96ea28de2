#!/usr/bin/python3
"""Real PostgreSQL servers for the tests: made in a temporary directory, on a free port of this machine, gone afterwards.

    tests/postgres.py run COMMAND...   runs the command with FRONTDESK_TEST_POSTGRES set to a server of its own
    tests/postgres.py serve            runs a server until it is interrupted, and tells its URL

FRONTDESK_TEST_POSTGRES is such a URL without a database, like postgresql://desk@127.0.0.1:5433: who finds it set uses
that server instead of starting one, so that one serves a whole run of many test programs.

A server keeps its promises to the disk as in production (fsync is on) and sorts as people do (an ICU collation, not C), but
is small. Its files are in memory where there is room: hundreds of databases are made and dropped, and what the tests kill
are processes, not the machine. PostgreSQL refuses to run as root; then it runs as the user of its Debian package. Each server
has a keeper, a process that waits for the test to end in whatever way, kill -9 included, and then stops the server and
removes its files.
"""
import contextlib
import csv
import io
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
USER = "desk"
GIVEN = "FRONTDESK_TEST_POSTGRES"
# What Meson and the Automake protocol call a test that cannot run here.
SKIPPED = 77
# More connections than a real server would allow: many desks share this one.
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": 300, "shared_buffers": "32MB", "fsync": "on",
            "synchronous_commit": "on", "max_wal_size": "256MB", "max_wal_senders": 5, "log_line_prefix": "%m [%p] %d "}


def installed():
    return (BIN / "postgres").exists()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def as_user():
    """How to start a process of PostgreSQL: not as root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def sql(url, text, timeout=60):
    """Runs SQL and returns the rows of its last statement; every value is a text, NULL is an empty one."""
    run = subprocess.run([BIN / "psql", "-X", "-q", "-t", "--csv", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"], input=text,
                         capture_output=True, text=True, timeout=timeout, env={**os.environ, "PGCONNECT_TIMEOUT": "10"})
    if run.returncode:
        raise RuntimeError(f"psql: {run.stderr.strip()}")
    return [tuple(row) for row in csv.reader(io.StringIO(run.stdout))]


def children_of(pid):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold anything.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_gone(pids, timeout):
    deadline = time.monotonic() + timeout
    while any(map(alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def send(pids, sig):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)


def roomy_memory():
    """A file system in memory with a lot of room, or None."""
    with contextlib.suppress(OSError):
        state = os.statvfs("/dev/shm")
        if state.f_bavail * state.f_frsize > 4 << 30:
            return "/dev/shm"
    return None


class Place:
    """A directory of servers, which ends with the process that made it, however that ends."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="fd-postgres-", dir=os.environ.get("TMPDIR") or roomy_memory()))
        if os.geteuid() == 0:
            shutil.chown(self.path, "postgres", "postgres")
        # It lives until the other end of its input is closed, by end() or by the end of this process.
        self.keeper = subprocess.Popen([sys.executable, __file__, "keep", self.path], stdin=subprocess.PIPE, start_new_session=True,
                                       stdout=subprocess.DEVNULL)

    def end(self):
        self.keeper.stdin.close()
        self.keeper.wait(120)


def keep(path):
    """The keeper: when its input ends it stops whatever server runs below path."""
    sys.stdin.buffer.read()
    for pid_file in pathlib.Path(path).glob("*/postmaster.pid"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            if str(pid_file.parent) not in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                continue
            everybody = [pid, *children_of(pid)]
            send([pid], signal.SIGQUIT)
            send(everybody, signal.SIGCONT)
            if not wait_gone(everybody, 10):
                send(everybody, signal.SIGKILL)
                wait_gone(everybody, 10)
    shutil.rmtree(path, ignore_errors=True)


class Server:
    """One PostgreSQL. Starts at once; `settings` are those of postgresql.conf.

    password  makes it ask for one (SCRAM-SHA-256)
    data      a directory for its files instead of one in the place, e.g. on a small disk; one of an earlier server
              is used as it is
    """

    def __init__(self, place=None, name="server", settings=None, password=None, data=None, origin=None):
        self.own_place = place is None
        self.place = place or Place()
        self.name, self.password = name, password
        self.data = self.place.path / name
        if data:
            # Seen through the place, so that the keeper finds it.
            self.data.symlink_to(data)
        self.log_path = self.place.path / f"{name}.log"
        self.settings = {**SETTINGS, **(settings or {})}
        self.port = free_port()
        self.process = None
        if origin:
            self._copy(origin)
        elif not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.start()

    def _run(self, program, *args):
        # Not in the caller's directory, which the server's user may not enter.
        run = subprocess.run([BIN / program, *map(str, args)], capture_output=True, text=True, cwd="/", **as_user(),
                             env={**os.environ, "HOME": str(self.place.path), "LC_ALL": "C.UTF-8"})
        if run.returncode:
            raise RuntimeError(f"{program}: {run.stderr.strip()}\n{self.log_tail()}")
        return run.stdout

    def _initialise(self):
        options = ["-D", self.data, "-U", USER, "-N", "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
        if not self.password:
            self._run("initdb", *options, "-A", "trust")
            return
        with tempfile.NamedTemporaryFile("w", dir=self.place.path) as secret:
            secret.write(self.password)
            secret.flush()
            os.chmod(secret.name, 0o644)
            self._run("initdb", *options, "-A", "scram-sha-256", f"--pwfile={secret.name}")

    def _copy(self, origin):
        conninfo = f"host={origin.place.path} port={origin.port} user={USER} application_name={self.name}"
        self._run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-d", conninfo)

    # ---- its life

    def start(self, wait=True):
        """Starts it; wait: until it answers."""
        assert not self.process or self.process.poll() is not None, "it runs already"
        options = {"port": self.port, "unix_socket_directories": self.place.path, **self.settings}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "postgres", "-D", self.data, *(f"--{name}={value}" for name, value in options.items())], cwd="/", stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, "LC_ALL": "C.UTF-8"}, start_new_session=True, **as_user())
        if wait:
            self.wait_ready()

    def wait_ready(self, timeout=30):
        deadline = time.monotonic() + timeout
        while subprocess.run([BIN / "pg_isready", "-q", "-h", self.place.path, "-p", str(self.port)], check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self.log_tail()}")
            time.sleep(0.02)

    def stop(self, sig=signal.SIGINT, timeout=30):
        """SIGINT: fast, SIGTERM: when all have left, SIGQUIT: at once, with recovery at the next start."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(timeout)

    def restart(self):
        self.stop()
        self.start()

    def kill(self):
        """As if the machine had lost its power: no process of it lives on, none had time for anything."""
        pid = self.process.pid
        send([pid], signal.SIGSTOP)
        everybody = [pid, *children_of(pid)]
        send(everybody, signal.SIGKILL)
        self.process.wait(10)
        assert wait_gone(everybody, 10)

    def pause(self):
        """As if its machine hung: connections stay, nothing answers."""
        send([self.process.pid], signal.SIGSTOP)
        send(children_of(self.process.pid), signal.SIGSTOP)

    def resume(self):
        send([self.process.pid, *children_of(self.process.pid)], signal.SIGCONT)

    def end(self):
        """Stops it for good."""
        if self.process and self.process.poll() is None:
            self.resume()
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)
        if self.own_place:
            self.place.end()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:])

    # ---- standbys

    def standby(self, name="standby", synchronous=True, settings=None):
        """A hot standby. synchronous: from now on no commit is acknowledged before the standby has it on its disk."""
        other = Server(self.place, name, settings, self.password, origin=self)
        if synchronous:
            self.sql(f"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({name})'; SELECT pg_reload_conf()")
            deadline = time.monotonic() + 30
            while self.sql("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the standby does not follow:\n{other.log_tail()}")
                time.sleep(0.02)
        return other

    def promote(self):
        """Makes a standby the primary; when this returns it takes writes."""
        self.sql("SELECT pg_promote(true, 60)")

    # ---- databases

    @property
    def url(self):
        """Without a database; what FRONTDESK_TEST_POSTGRES holds."""
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://{USER}{secret}@127.0.0.1:{self.port}"

    def sql(self, text, database="postgres", timeout=60):
        return sql(f"{self.url}/{database}", text, timeout)

    def cut_connections(self):
        """Ends every client's session, as a server that is restarted or a firewall does."""
        return len(self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"))


def cluster_url(servers, database, **parameters):
    """A URL that names several servers; libpq takes the first that fits."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgresql://{USER}@{hosts}/{database}" + ("?" + query if query else "")


def create_database(base, name, template="template0"):
    """Makes a database at the server that base names; its URL."""
    sql(f"{base}/postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{base}/{name}"


def drop_database(base, name):
    sql(f"{base}/postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main(args):
    if args[:1] == ["keep"] and len(args) == 2:
        return keep(args[1])
    if args[:1] not in (["run"], ["serve"]) or (args[0] == "run") != (len(args) > 1):
        sys.exit(__doc__)
    if args[0] == "run" and os.environ.get(GIVEN):
        os.execvp(args[1], args[1:])
    if not installed():
        print(f"PostgreSQL 15 is not installed ({BIN}); script/bootstrap installs it", file=sys.stderr)
        return SKIPPED
    server = Server()
    try:
        if args[0] == "run":
            return subprocess.run(args[1:], env={**os.environ, GIVEN: server.url}, check=False).returncode
        print(f"{GIVEN}={server.url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
        return 0
    finally:
        server.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
