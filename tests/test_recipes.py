"""The recipes, each in its own framework: a photo is repaired, or refused beside its field."""

from __future__ import annotations

import io
import runpy
import warnings
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from preflight import check

ROOT = Path(__file__).resolve().parents[1]
PHONE = (ROOT / "samples" / "phone.jpg").read_bytes()
BROKEN = (ROOT / "samples" / "truncated.jpg").read_bytes()
PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>"


def recipe(name: str) -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "samples" / "recipes" / name))


def is_ready(data: bytes) -> bool:
    return check(data).verdict == "ready"


def test_django() -> None:
    pytest.importorskip("django", reason="Django is not installed (test extra)")
    from django.conf import settings
    from django.core.files.uploadedfile import SimpleUploadedFile

    if not settings.configured:
        settings.configure(USE_I18N=False)
    parts = recipe("django_field.py")
    form_of, field_of = parts["ProfileForm"], parts["AvatarField"]

    def form(data: bytes) -> Any:
        return form_of({}, {"avatar": SimpleUploadedFile("me.jpg", data)})

    good = form(PHONE)
    assert good.is_valid()
    assert good.cleaned_data["avatar"].name == "avatar.jpg"
    assert is_ready(good.cleaned_data["avatar"].read())
    for data in (BROKEN, PAGE):
        bad = form(data)
        assert not bad.is_valid()
        assert bad.errors["avatar"] == [check_why(data)]
    assert form_of({}, {}).errors["avatar"] == ["This field is required."]

    strict = field_of(repair=False)
    kept = strict.clean(SimpleUploadedFile("me.jpg", PHONE))
    assert kept.read() == PHONE
    with pytest.raises(Exception, match="web page") as refused:
        strict.clean(SimpleUploadedFile("me.jpg", PAGE))
    assert type(refused.value).__name__ == "ValidationError"
    large = SimpleUploadedFile("me.jpg", b"")
    large.size = 20_000_001
    large.name = "me.jpg"
    with pytest.raises(Exception, match="larger than 20 MB"):
        strict.clean(large)


def test_fastapi() -> None:
    pytest.importorskip("fastapi", reason="FastAPI is not installed (test extra)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, about each other's next versions
        from fastapi.testclient import TestClient

        client = TestClient(recipe("fastapi_endpoint.py")["app"])
        good = client.post("/avatar", files={"photo": ("me.jpg", PHONE)})
        bad = client.post("/avatar", files={"photo": ("me.jpg", PAGE)})
        none = client.post("/avatar")
        large = client.post("/avatar", files={"photo": ("me.jpg", bytes(20_000_001))})
    assert good.status_code == 200
    assert good.headers["content-type"] == "image/jpeg"
    assert is_ready(good.content)
    assert bad.status_code == 422
    (error,) = bad.json()["detail"]
    assert error["loc"] == ["body", "photo"]
    assert error["msg"] == check_why(PAGE)
    assert none.json()["detail"][0]["loc"] == ["body", "photo"]
    assert large.json()["detail"][0]["msg"] == "The photo is larger than 20 MB."


def test_wsgi() -> None:
    app = recipe("wsgi_app.py")["app"]

    def post(data: bytes, method: str = "POST", **environ: str) -> tuple[str, bytes]:
        given: dict[str, Any] = {"REQUEST_METHOD": method, "wsgi.input": io.BytesIO(data)}
        given |= {"CONTENT_LENGTH": str(len(data)), **environ}
        setup_testing_defaults(given)
        said: list[str] = []
        body = b"".join(app(given, lambda status, headers: said.append(status)))
        return said[0], body

    status, body = post(PHONE)
    assert status == "200 OK"
    assert is_ready(body)
    status, body = post(BROKEN)
    assert status == "422 Unprocessable Content"
    assert check_why(BROKEN).encode() in body
    assert post(b"", CONTENT_LENGTH="20000001")[0] == "413 Content Too Large"
    assert post(b"", CONTENT_LENGTH="")[0] == "411 Length Required"
    assert post(b"", method="GET")[0] == "405 Method Not Allowed"


def check_why(data: bytes) -> str:
    """The sentence that `fix` refuses with."""
    from preflight import fix

    why = fix(data).why
    assert why
    return why
