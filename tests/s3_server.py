#!/usr/bin/python3
"""A small S3-compatible store for tests: one bucket, objects in memory, every request's signature checked.

The check follows Amazon's public description of Signature Version 4 ("Authenticating Requests: Using the Authorization
Header"), written anew here: a client that signs wrongly is refused, as are bytes that are not what the signature says.
Trouble on demand: `fail` gives the next requests an answer of their own, `cut` ends the next GET early, `stall` waits.

    with S3Server() as s3:        # s3.endpoint, s3.bucket, s3.key_id, s3.secret, s3.objects
        ...
"""
import argparse
import hashlib
import hmac
import sys
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY_ID, SECRET, BUCKET, REGION = "AKIDTEST", "secret/of+the=tests", "desk-files", "eu-test-1"
SKEW_S = 15 * 60


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(secret, method, path, query, headers, signed, payload_hash, moment, scope):
    """What the signature must be."""
    pairs = sorted((urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~"))
                   for k, v in urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([method, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"), "&".join(f"{k}={v}" for k, v in pairs),
                           "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed), ";".join(signed), payload_hash])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = sign(key, part)
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def check(self, body):
        head = {k.lower(): v for k, v in self.headers.items()}
        path, _, query = self.path.partition("?")
        try:
            algorithm, rest = head["authorization"].split(" ", 1)
            fields = dict(part.strip().split("=", 1) for part in rest.split(","))
            key_id, _, scope = fields["Credential"].partition("/")
            signed, moment = fields["SignedHeaders"].split(";"), head["x-amz-date"]
            day, region, service, end = scope.split("/")
        except (KeyError, ValueError):
            raise Refused(403, "AccessDenied") from None
        if algorithm != "AWS4-HMAC-SHA256" or key_id != self.server.s3.key_id:
            raise Refused(403, "InvalidAccessKeyId")
        if (service, end, region) != ("s3", "aws4_request", REGION) or day != moment[:8]:
            raise Refused(400, "AuthorizationHeaderMalformed")
        must = {"host"} | {name for name in head if name.startswith("x-amz-")}
        if signed != sorted(signed) or not must <= set(signed):
            raise Refused(403, "AccessDenied")
        at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
        if abs(at - time.time()) > SKEW_S:
            raise Refused(403, "RequestTimeTooSkewed")
        if not set(signed) <= set(head):
            raise Refused(403, "SignatureDoesNotMatch")
        payload_hash = head.get("x-amz-content-sha256", "")
        right = signature(self.server.s3.secret, self.command, path, query, head, signed, payload_hash, moment, scope)
        if not hmac.compare_digest(right, fields["Signature"]):
            raise Refused(403, "SignatureDoesNotMatch")
        if payload_hash != hashlib.sha256(body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode())

    def serve(self):
        s3 = self.server.s3
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        s3.requests.append((self.command, self.path))
        time.sleep(s3.stall)
        if s3.fail:
            self.refuse(*s3.fail.pop(0))
            return
        try:
            self.check(body)
            bucket, _, key = self.path.partition("?")[0].lstrip("/").partition("/")
            if bucket != s3.bucket:
                raise Refused(404, "NoSuchBucket")
            getattr(self, "on_" + self.command)(s3, key, body)
        except Refused as e:
            self.refuse(e.status, e.code)

    do_GET = do_PUT = do_HEAD = do_DELETE = serve

    def on_PUT(self, s3, key, body):
        s3.objects[key] = body
        self.answer(200)

    def on_DELETE(self, s3, key, body):
        s3.objects.pop(key, None)
        self.answer(204)

    def on_HEAD(self, s3, key, body):
        if key not in s3.objects:
            raise Refused(404, "NoSuchKey")
        self.answer(200, headers=[("Content-Length", str(len(s3.objects[key])))])

    def on_GET(self, s3, key, body):
        if key not in s3.objects:
            raise Refused(404, "NoSuchKey")
        data, status, first = s3.objects[key], 200, 0
        if "Range" in self.headers:
            first, status = int(self.headers["Range"][6:].partition("-")[0]), 206
        data = data[first:]
        sent = data
        if s3.cut:
            sent, s3.cut = data[:s3.cut], 0
        self.answer(status, sent, [("Content-Length", str(len(data)))])
        if len(sent) < len(data):
            self.close_connection = True


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that goes away is no error
            super().handle_error(request, client_address)


class S3Server:
    def __init__(self, port=0):
        self.bucket, self.key_id, self.secret = BUCKET, KEY_ID, SECRET
        self.objects, self.requests, self.fail, self.cut, self.stall = {}, [], [], 0, 0
        self.port = port
        self.listener = None
        self.start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **more):
        """The desk's environment."""
        values = {"files": "s3", "s3_endpoint": self.endpoint, "s3_region": REGION, "s3_bucket": BUCKET, "s3_key_id": KEY_ID,
                  "s3_secret": SECRET, **more}
        return {f"FRONTDESK_{name.upper()}": value for name, value in values.items() if value is not None}

    def start(self):
        self.listener = Listener(("127.0.0.1", self.port), Handler)
        self.listener.s3 = self
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        if self.listener:
            self.listener.shutdown()
            self.listener.server_close()
        self.listener = None

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.stop()


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--port", type=int, default=0)
    server = S3Server(ap.parse_args().port)
    print("\n".join(f"{k}={v}" for k, v in server.settings().items()), flush=True)
    threading.Event().wait()
