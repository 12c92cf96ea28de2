"""Fixtures of the black-box tests.

    desk        a running desk shared by the tests of one file: each test makes what it needs
    fresh_desk  an empty running desk of its own
    new_desk    a function that makes desks (not started), for tests of starting and failing

Each runs once an engine. An engine other than the embedded one is tested when its URL is given:
FRONTDESK_TEST_POSTGRES=postgresql://...
"""
import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import desk as desk_module  # noqa: E402

ENGINES = ["sqlite"] + (["postgres"] if os.environ.get("FRONTDESK_TEST_POSTGRES") else [])


def pytest_sessionstart(session):
    if not (desk_module.BUILD / "frontdesk").exists():
        pytest.exit(f"no {desk_module.BUILD}/frontdesk: run script/setup", returncode=2)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request):
    return request.param


class Maker:
    """Makes desks under one directory and stops them all at the end."""

    def __init__(self, folder, engine):
        self.folder, self.engine, self.desks = folder, engine, []

    def __call__(self, name=None, admin=True, start=False):
        url = os.environ["FRONTDESK_TEST_POSTGRES"] if self.engine == "postgres" else None
        made = desk_module.Desk(self.folder / (name or f"desk{len(self.desks)}"), url)
        self.desks.append(made)
        if admin:
            made.admin()
        if start:
            made.start()
        return made

    def end(self):
        problems = []
        for made in self.desks:
            try:
                code = made.stop()
                assert code in (0, None), f"the server ended with {code}:\n{made.log_tail()}"
            except AssertionError as problem:
                problems.append(str(problem))
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def shared_maker(tmp_path_factory, engine):
    maker = Maker(tmp_path_factory.mktemp("shared"), engine)
    yield maker
    maker.end()


@pytest.fixture(scope="module")
def desk(shared_maker):
    return shared_maker(start=True)


@pytest.fixture
def new_desk(tmp_path, engine):
    maker = Maker(tmp_path, engine)
    yield maker
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
