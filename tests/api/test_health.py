"""What watches the server: health, readiness, metrics, and how it ends."""
import re
import signal
import threading

from desk import metric, ticket_body, wait_until


def test_health_and_readiness_need_no_token(desk):
    assert desk.get("/healthz", token=None).status == 200
    assert desk.get("/readyz", token=None).status == 200


def test_metrics_are_prometheus_text(desk):
    answer = desk.get("/metrics")
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/plain")
    for line in answer.raw.decode().splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[0-9.e+-]+|\w+(\{[^}]*\})? [+-]?Inf", line), line


def test_the_store_counts_its_batches_and_units(desk):
    units = metric(desk, "frontdesk_store_units_total")
    batches = metric(desk, "frontdesk_store_batches_total")
    for _ in range(3):
        desk.ticket()
    assert metric(desk, "frontdesk_store_units_total") >= units + 3
    assert metric(desk, "frontdesk_store_batches_total") > batches


def test_sigterm_finishes_what_was_begun_and_exits_0(new_desk):
    desk = new_desk(start=True)
    answered, refused = [], []

    def work():
        client = desk.client()
        try:
            while True:
                answer = client.post("/api/tickets", ticket_body("Last words"))
                (answered if answer.status == 201 else refused).append(answer)
        except OSError:
            pass
        except Exception as problem:  # the connection was closed between two requests
            assert "RemoteDisconnected" in type(problem).__name__ or "CannotSend" in type(problem).__name__, problem

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > 50, what="tickets are made")
    assert desk.stop(signal.SIGTERM) == 0
    for thread in threads:
        thread.join()
    assert {a.status for a in refused} <= {503}
    desk.start()
    kept = {t["number"] for t in desk.active_tickets()}
    assert {a.body["number"] for a in answered} <= kept


def test_sigint_stops_it_as_well(new_desk):
    desk = new_desk(start=True)
    assert desk.stop(signal.SIGINT) == 0
