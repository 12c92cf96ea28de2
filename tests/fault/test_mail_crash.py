"""mail-in killed at any moment: every message is there once, however often it is sent again."""
import json
import pathlib
import random
import subprocess
import sys
import time

from desk import environment

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "mail"))
from letters import letter  # noqa: E402

MESSAGES = 400


def test_a_killed_intake_takes_each_message_once(new_desk, tmp_path):
    desk = new_desk(start=True)
    box = tmp_path / "box"
    box.write_bytes(b"".join(
        b"From a@example.com Mon Nov 23 08:00:00 2026\n"
        + letter(sender=f"sender{i}@example.com", subject=f"letter {i}", body="Please help.\n" * 20) + b"\n"
        for i in range(MESSAGES)))
    taken = {}
    for _ in range(12):
        with subprocess.Popen(desk.argv("mail-in", box),
                              stdout=subprocess.PIPE, env=environment(None)) as process:
            time.sleep(random.uniform(0.02, 0.5))
            process.kill()
            for line in process.stdout.read().decode().splitlines(keepends=True):
                if not line.endswith("\n"):
                    break
                told = json.loads(line)
                assert taken.setdefault(told["mailId"], told["ticketId"]) == told["ticketId"]
    last = [json.loads(line) for line in desk.cli("mail-in", box).stdout.splitlines()]
    assert len(last) == MESSAGES and len({x["ticketId"] for x in last}) == MESSAGES
    assert {x["mailId"]: x["ticketId"] for x in last}.items() >= taken.items()
    assert desk.get("/api/tickets?limit=1").must(200)["total"] == MESSAGES
    acknowledged = [m for m in desk.cli("outbox", "--json").stdout.splitlines() if b'"acknowledgement"' in m]
    assert len(acknowledged) == MESSAGES
    desk.check()


def test_several_at_once_take_each_message_once(new_desk, tmp_path):
    desk = new_desk(start=True)
    raws = [letter(sender=f"s{i}@example.com", subject=f"letter {i}") for i in range(40)]
    (tmp_path / "md" / "new").mkdir(parents=True)
    for i, raw in enumerate(raws):
        (tmp_path / "md" / "new" / f"{i:03}.eml").write_bytes(raw)
    files = sorted((tmp_path / "md" / "new").iterdir())
    running = [subprocess.Popen(desk.argv("mail-in", *files),
                                stdout=subprocess.PIPE, env=environment(None)) for _ in range(4)]
    outputs = [p.communicate(timeout=60)[0].decode().splitlines() for p in running]
    assert [p.returncode for p in running] == [0] * 4
    actions = [json.loads(line)["action"] for lines in outputs for line in lines]
    assert actions.count("created") == 40 and actions.count("duplicate") == 120
    assert desk.get("/api/tickets?limit=1").must(200)["total"] == 40
