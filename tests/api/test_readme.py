"""README's examples, as a newcomer copies them, on a desk as script/server makes it."""
import json
import re
import subprocess

import pytest

from desk import BUILD, ROOT, environment


@pytest.fixture(scope="module")
def house(shared_maker):
    """A desk at the place that README speaks of, beside a build directory of that name."""
    home = shared_maker.folder / "house"
    home.mkdir()
    (home / "build").symlink_to(BUILD)
    made = shared_maker("house/data", admin=False)
    made.agent("admin@frontdesk.example", "Administrator", role="admin", online=False)
    made.cli("demo", "--tickets", 200)
    made.start()
    made.token = made.make_token("admin@frontdesk.example")
    return made


def examples():
    """The indented blocks that follow the heading of the first ticket."""
    text = (ROOT / "README.md").read_text().split("## The first ticket")[1].split("\n## ")[0]
    blocks = re.findall(r"\n\n((?:    .*\n|\n(?=    ))+)", text)
    return [re.sub(r"^    ", "", block, flags=re.M) for block in blocks]


def test_the_readmes_examples_work_as_they_are_printed(house):
    script = "set -euo pipefail\n" + "\n".join(examples()).replace(":8080", f":{house.port}")
    done = subprocess.run(["bash", "-c", script], cwd=house.data.parent, capture_output=True, text=True, timeout=60,
                          env=environment({"FRONTDESK_DATA": "", "FRONTDESK_DATABASE": house.url or ""}))
    assert done.returncode == 0, done.stderr
    mailed, made, found, explained, report = (json.loads(line) for line in done.stdout.splitlines() if line)
    assert mailed["action"] == "created" and mailed["number"] == 201
    assert made["number"] == 202 and made["priority"] and made["dueDate"]
    assert [t["number"] for t in found["tickets"]] == [201] and found["tickets"][0]["priority"] == "critical"
    assert explained["priority"] and explained["assignment"] and explained["sla"]
    assert 2 < report["metrics"]["totalTickets"] < 202 and report["byDay"]
    waiting = house.cli("outbox").stdout.decode()
    assert "ida@example.com" in waiting
