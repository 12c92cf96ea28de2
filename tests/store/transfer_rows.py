"""Tickets as files that `frontdesk import` reads, and what `frontdesk export` writes."""
import json


def row(i, **fields):
    day = f"2026-03-{i % 28 + 1:02d}"
    made = {"subject": f"Ticket {i}", "description": f"Number {i} says: the printer is on fire.", "category": "technical",
            "priority": "normal", "status": "closed", "source": "email", "externalId": f"old-{i}",
            "requester": {"name": f"Person {i % 7}", "email": f"person{i % 7}@example.com"},
            "createdAt": f"{day}T08:00:00.000Z", "updatedAt": f"{day}T12:00:00.000Z",
            "resolvedAt": f"{day}T11:00:00.000Z", "closedAt": f"{day}T12:00:00.000Z"}
    return {**made, **fields}


def write_lines(path, rows):
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r, ensure_ascii=False)) + "\n" for r in rows))
    return path


def run_import(desk, *args, check=True, **kw):
    return desk.cli("import", *args, check=check, timeout=300, **kw)


def exported(desk, *args):
    out = desk.cli("export", *args, timeout=120).stdout.decode()
    return [json.loads(line) for line in out.splitlines()]


def without_ids(ticket):
    return {k: v for k, v in ticket.items() if k not in ("id", "number", "version", "history")}
