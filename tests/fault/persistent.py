"""A client of a cluster that means what it asks: the same request with the same key, at one node after another."""
import http.client
import time
import uuid

from desk import PATIENCE


class Persistent:
    """One thread's. `acknowledged` holds the moments at which something was acknowledged."""

    def __init__(self, nodes, dice, acknowledged, give_up_after=60):
        self.nodes, self.dice, self.acknowledged, self.give_up_after = nodes, dice, acknowledged, give_up_after * PATIENCE
        self.clients = {}
        self.node = dice.choice(nodes)

    def post(self, path, body=None):
        """The answer. What fails on the way, or is told to come again, is sent again elsewhere."""
        headers = {"Idempotency-Key": uuid.UUID(int=self.dice.getrandbits(128)).hex}
        deadline, last = time.monotonic() + self.give_up_after, None
        while time.monotonic() < deadline:
            client = self.clients.setdefault(self.node, self.node.client(timeout=10))
            try:
                answer = client.post(path, body, headers=headers)
            except (OSError, http.client.HTTPException) as problem:
                client.close()
                last = problem
            else:
                if answer.status != 503:
                    self.acknowledged.append(time.monotonic())
                    return answer
                assert int(answer.header("Retry-After")) >= 1
                last = answer.raw
            self.node = self.dice.choice(self.nodes)
            time.sleep(0.05)
        raise AssertionError(f"no answer within {self.give_up_after} s; at last: {last}")

    def close(self):
        for client in self.clients.values():
            client.close()
