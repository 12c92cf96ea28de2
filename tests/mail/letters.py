"""Messages written for the tests, and ways to look at those that go out."""
import email
import email.policy
import itertools
import json
import pathlib

LETTERS = pathlib.Path(__file__).parent / "letters"
count = itertools.count(1)


def letter(sender="Zoë <zoe@example.com>", subject="The printer is on fire", body="Please help.\r\n", to="help@localhost",
           message_id=None, **headers):
    """A plain message as bytes. headers: in_reply_to="<a@b>" becomes In-Reply-To; None leaves one out."""
    head = {"From": sender, "To": to, "Subject": subject, "Date": "Mon, 23 Nov 2026 08:00:00 +0100",
            "Message-ID": f"<letter-{next(count)}@example.com>" if message_id is None else message_id,
            "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    head.update({name.replace("_", "-").title(): value for name, value in headers.items()})
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def message_id_of(raw):
    return email.message_from_bytes(raw)["Message-ID"]


def sample(name):
    return (LETTERS / name).read_bytes()


def outbox(desk, *args):
    """Rows of `frontdesk outbox --json --all`, oldest first."""
    lines = desk.cli("outbox", "--json", "--all", *args).stdout.decode().splitlines()
    return [json.loads(line) for line in lines][::-1]


def outbox_to(desk, address):
    return [m for m in outbox(desk) if m["to"] == address]


def written(desk, folder):
    """The queued mails as the email module reads them, by recipient."""
    desk.cli("outbox", "--write-maildir", folder)
    out = {}
    for path in sorted((pathlib.Path(folder) / "new").iterdir()):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        out.setdefault(message["To"].addresses[0].addr_spec, []).append(message)
    return out
