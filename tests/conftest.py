"""Fixtures of the black-box tests.

    desk        a running desk shared by the tests of one file: each test makes what it needs
    fresh_desk  an empty running desk of its own
    new_desk    a function that makes desks (not started), for tests of starting and failing
    desk_of     a function that makes a running desk on the engine that is named, for tests that compare them

Each runs once an engine, if PostgreSQL is installed; FRONTDESK_TEST_ENGINE=sqlite or =postgres chooses one. On PostgreSQL a desk has a database of its
own, copied from one that has the schema already (new_desk(bare=True): an empty one), in the server that
FRONTDESK_TEST_POSTGRES names, else in one that is started for this run and ends with it.
"""
import collections
import contextlib
import fcntl
import os
import pathlib
import shutil
import sys
import tempfile
import uuid

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import desk as desk_module  # noqa: E402
import postgres  # noqa: E402
from s3_server import S3Server  # noqa: E402

ENGINES = ("sqlite", "postgres")


def engines():
    """The engines of this run."""
    chosen = os.environ.get("FRONTDESK_TEST_ENGINE") or ("both" if postgres.installed() else "sqlite")
    return [engine for engine in ENGINES if chosen in (engine, "both")]


def pytest_report_header():
    return f"engines: {' and '.join(engines())}"


def pytest_configure(config):
    """One server a run: its workers inherit the URL."""
    if "postgres" not in engines() or os.environ.get(postgres.GIVEN) or config.option.collectonly:
        return
    if not postgres.installed():
        pytest.exit("PostgreSQL is not installed: run script/bootstrap, or set FRONTDESK_TEST_ENGINE=sqlite", returncode=2)
    server = postgres.Server()
    os.environ[postgres.GIVEN] = server.url
    config.add_cleanup(server.end)
    config.add_cleanup(lambda: os.environ.pop(postgres.GIVEN))


def pytest_sessionstart(session):
    if not (desk_module.BUILD / "frontdesk").exists():
        pytest.exit(f"no {desk_module.BUILD}/frontdesk: run script/setup", returncode=2)


@pytest.fixture(scope="session", params=engines())
def engine(request):
    return request.param


def pytest_collection_modifyitems(items):
    """Tests marked only("sqlite", "why") are about that engine."""
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        for mark in item.iter_markers("only"):
            wanted, reason = mark.args
            if engine not in (None, wanted) or wanted not in engines():
                item.add_marker(pytest.mark.skip(reason=f"{wanted} only: {reason}"))


@contextlib.contextmanager
def one_at_a_time(name):
    """Among all processes of this user."""
    with open(pathlib.Path(tempfile.gettempdir()) / f"frontdesk-tests-{os.getuid()}-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def template(engine, tmp_path_factory):
    """The name of a database with the schema of the program under test, made once a server."""
    if engine != "postgres":
        return None
    base, exe = os.environ[postgres.GIVEN], desk_module.BUILD / "frontdesk"
    name = f"template_{exe.stat().st_mtime_ns}_{exe.stat().st_size}"
    with one_at_a_time(base.rpartition(":")[2]):
        if not postgres.sql(f"{base}/postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            postgres.drop_database(base, "unfinished")
            first = desk_module.Desk(tmp_path_factory.mktemp("template"), postgres.create_database(base, "unfinished"))
            first.start()
            assert first.stop() == 0
            postgres.sql(f"{base}/postgres", f'ALTER DATABASE unfinished RENAME TO "{name}"')
    return name


Place = collections.namedtuple("Place", "name env s3")


class Maker:
    """Makes desks under one directory and stops them all at the end."""

    def __init__(self, folder, engine, template):
        self.folder, self.engine, self.template, self.desks = folder, engine, template, []
        self.databases = {}  # name of the desk -> name of its database

    def __call__(self, name=None, admin=True, start=False, bare=False, env=None):
        """Desks of the same name share their data. bare: without even a schema. env: settings of its own."""
        name = name or f"desk{len(self.desks)}"
        database = self._database(name, "template0" if bare else self.template) if self.engine == "postgres" else None
        made = desk_module.Desk(self.folder / name, database, env)
        self.desks.append(made)
        if admin:
            made.admin()
        if start:
            made.start()
        return made

    def node_of(self, first, name=None):
        """Another node of a desk's cluster: the same database, a directory and a port of its own."""
        made = desk_module.Desk(self.folder / (name or f"node{len(self.desks)}"), first.url, first.env)
        self.desks.append(made)
        made.token = first.token
        return made

    def copy_of(self, origin, name):
        """A desk with the data of another that has been stopped."""
        database = self._database(name, template=origin.url.rpartition("/")[2]) if origin.url else None
        made = desk_module.Desk(self.folder / name, database)
        self.desks.append(made)
        shutil.copytree(origin.data, made.data)
        made.token = origin.token
        return made

    def _database(self, name, template):
        base = os.environ[postgres.GIVEN]
        if name not in self.databases:
            self.databases[name] = f"desk_{uuid.uuid4().hex}"
            postgres.create_database(base, self.databases[name], template)
        return f"{base}/{self.databases[name]}"

    def end(self):
        problems = []
        for made in self.desks:
            try:
                code = made.stop()
                assert code in (0, None), f"the server ended with {code}:\n{made.log_tail()}"
            except AssertionError as problem:
                problems.append(str(problem))
        for database in self.databases.values():
            postgres.drop_database(os.environ[postgres.GIVEN], database)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def shared_maker(tmp_path_factory, engine, template):
    maker = Maker(tmp_path_factory.mktemp("shared"), engine, template)
    yield maker
    maker.end()


@pytest.fixture(scope="module")
def desk(shared_maker):
    return shared_maker(start=True)


@pytest.fixture(scope="module", params=["disk", "database", "s3"])
def place(request):
    """Each place where files can be kept: its name and the settings that choose it."""
    if request.param != "s3":
        yield Place(request.param, {"FRONTDESK_FILES": request.param}, None)
        return
    with S3Server() as s3:
        yield Place("s3", s3.settings(), s3)


@pytest.fixture
def new_desk(tmp_path, engine, template):
    maker = Maker(tmp_path, engine, template)
    yield maker
    maker.end()


@pytest.fixture
def desk_of(tmp_path, template):
    """A function that makes a running desk on the engine that is named, for tests that compare them: only("postgres", ...)."""
    makers = []

    def make(engine):
        folder = tmp_path / engine
        folder.mkdir()
        makers.append(Maker(folder, engine, template if engine == "postgres" else None))
        return makers[-1](start=True)

    yield make
    for maker in makers:
        maker.end()


@pytest.fixture
def fresh_desk(new_desk):
    return new_desk(start=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the end of the log of each server the test used."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            for used in getattr(value, "desks", [value]):
                if isinstance(used, desk_module.Desk):
                    report.sections.append((f"server log of {used.data.name}", used.log_tail()))
