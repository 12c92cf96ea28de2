"""Servers that a test may harm, and desks that work on them."""
import contextlib
import pathlib
import subprocess
import tempfile

import pytest

import desk as desk_module
import postgres


@pytest.fixture
def servers():
    """Makes PostgreSQL servers of the test's own: servers(**what Server takes)."""
    made = contextlib.ExitStack()

    def make(**options):
        server = postgres.Server(**options)
        made.callback(server.end)
        return server

    with made:
        yield make


@pytest.fixture
def desks(tmp_path):
    """Makes desks on any URL: desks(url), and more nodes of one: desks(url, like=first)."""
    made = []

    def make(url, like=None):
        desk = desk_module.Desk(tmp_path / f"node{len(made)}", url)
        made.append(desk)
        if like:
            desk.token = like.token
        return desk

    make.desks = made
    yield make
    for desk in made:
        desk.kill()


@pytest.fixture
def small_disk():
    """Makes file systems of a given size; needs root."""
    mounts = []

    def make(size, options=""):
        # Not in pytest's directory, which PostgreSQL's user may not enter.
        place = pathlib.Path(tempfile.mkdtemp(prefix="fd-disk-"))
        place.chmod(0o755)
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "none", place], capture_output=True, text=True)
        if made.returncode:
            place.rmdir()
            pytest.skip(f"file systems cannot be mounted here: {made.stderr.strip()}")
        mounts.append(place)
        return place

    yield make
    for place in mounts:
        subprocess.run(["umount", "-l", place], check=False)
        place.rmdir()
