"""Plain WSGI: the body is the photo, the answer a ready copy or the reason why there is none.

In the page: `fetch("/avatar", {method: "POST", body: input.files[0]})`.
Try it: `python samples/recipes/wsgi_app.py`, then
`curl --data-binary @samples/phone.heic http://localhost:8000/ -o avatar.jpg`.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

from preflight import isolated

MAX_BYTES = 20_000_000


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        return answer(start_response, "405 Method Not Allowed", "Send the photo with POST.")
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return answer(start_response, "411 Length Required", "The photo has no length.")
    if int(length) > MAX_BYTES:
        return answer(start_response, "413 Content Too Large", "The photo is larger than 20 MB.")
    result = isolated.fix(environ["wsgi.input"].read(int(length)), timeout_s=20)
    if result.data is None:
        return answer(start_response, "422 Unprocessable Content", result.why)
    start_response("200 OK", [("Content-Type", f"image/{result.format}")])
    return [result.data]


def answer(start_response: Callable[..., Any], status: str, message: str) -> Iterable[bytes]:
    """The message as an error of the field."""
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"errors": {"photo": [message]}}).encode()]


if __name__ == "__main__":
    make_server("localhost", 8000, app).serve_forever()
