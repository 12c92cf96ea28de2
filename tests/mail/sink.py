"""An SMTP server that keeps what it is given."""
import email
import email.policy
import socketserver
import threading


class Sink(socketserver.ThreadingTCPServer):
    """An SMTP server that answers RCPT with what `answers` says next, else accepts.

    before_data: called before it lets a message in.
    """

    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.before_data = None
        self.answers, self.tried, self.received, self.connections = [], 0, [], 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def end(self):
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.server.connections += 1
        self.say("220 sink")
        recipients = []
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word.startswith("RCPT"):
                self.server.tried += 1
                answer = self.server.answers.pop(0) if self.server.answers else "250 ok"
                if answer.startswith("250"):
                    recipients.append(line.decode().strip()[9:-1])
                self.say(answer)
            elif word == "DATA":
                if self.server.before_data:
                    self.server.before_data()
                self.say("354 go on")
                data = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    data += part[1:] if part.startswith(b".") else part
                if not part:  # the sender is gone: it has handed over nothing
                    return
                self.server.received.append((recipients, email.message_from_bytes(data, policy=email.policy.default)))
                recipients = []
                self.say("250 kept")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")
