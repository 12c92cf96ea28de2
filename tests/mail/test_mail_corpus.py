"""Each message in messages/ is understood as its .json says.

The messages are our own, made after the shapes that real clients and servers send. A .json names
only the facts that matter for its message:

  subject, from, to, date, text, replyText ...   equal to what mail_dump prints (texts: blanks at
                                                 both ends aside)
  textContains, textLacks, replyTextContains, replyTextLacks, htmlContains   lists of pieces
  attachments        as many as listed, each with the fields that are given
  attachmentNames    the set of file names

FRONTDESK_BUILD names the build directory (default: ./build).
"""
import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ.get("FRONTDESK_BUILD", ROOT / "build"))
MESSAGES = sorted((HERE / "messages").glob("*.eml"))
PIECES = {"Contains": lambda piece, whole: piece in whole, "Lacks": lambda piece, whole: piece not in whole}


@pytest.fixture(scope="session")
def understood():
    tool = (BUILD if BUILD.is_absolute() else ROOT / BUILD) / "src" / "mail_dump"
    run = subprocess.run([tool, *MESSAGES], capture_output=True, check=True)
    # Only LF ends a line of the tool: text may hold other line separators.
    lines = [json.loads(line) for line in run.stdout.decode("utf-8").split("\n") if line]
    return {Path(mail["file"]).stem: mail for mail in lines}


def check_attachments(got, wanted):
    assert len(got) == len(wanted), [a["fileName"] for a in got]
    for has, wants in zip(got, wanted):
        assert {key: has[key] for key in wants} == wants


def check_pieces(mail, key, pieces):
    for ending, holds in PIECES.items():
        if key.endswith(ending):
            whole = mail[key.removesuffix(ending)] or ""
            for piece in pieces:
                assert holds(piece, whole), f"{key}: {piece!r} in {whole!r}"
            return True
    return False


@pytest.mark.parametrize("name", [path.stem for path in MESSAGES])
def test_message_is_understood(understood, name):
    mail = understood[name]
    for key, wanted in json.loads((HERE / "messages" / f"{name}.json").read_text("utf-8")).items():
        if key == "attachments":
            check_attachments(mail[key], wanted)
        elif key == "attachmentNames":
            assert sorted(a["fileName"] for a in mail["attachments"]) == sorted(wanted)
        elif key in ("text", "replyText"):
            assert mail[key].strip() == wanted.strip()
        elif key in ("to", "cc", "replyTo", "deliveredTo"):
            assert [a["email"] for a in mail[key]] == wanted
        elif key in ("from", "sender", "bounce", "authentication"):
            assert {k: mail[key][k] for k in wanted} == wanted
        elif not check_pieces(mail, key, wanted):
            assert mail[key] == wanted, key


def test_every_message_says_what_is_expected_of_it():
    assert len(MESSAGES) >= 60
    assert {p.stem for p in MESSAGES} == {p.stem for p in (HERE / "messages").glob("*.json")}


def test_every_message_has_text_or_a_file(understood):
    for name, mail in understood.items():
        assert mail["text"].strip() or mail["attachments"] or name.startswith("empty"), name
        assert mail["replyText"].strip() or not mail["text"].strip(), name
