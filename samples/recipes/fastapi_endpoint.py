"""An endpoint of FastAPI that answers with a ready copy of a photo, or says why there is none."""

from typing import Annotated

from fastapi import FastAPI, File, Response, UploadFile
from fastapi.exceptions import RequestValidationError

from preflight import isolated

MAX_BYTES = 20_000_000

app = FastAPI()


@app.post("/avatar")
def avatar(photo: Annotated[UploadFile, File()]) -> Response:
    """Not `async`: FastAPI runs it in a thread, and the photo is opened in a process apart."""
    data = photo.file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refused("The photo is larger than 20 MB.")
    result = isolated.fix(data, timeout_s=20)
    if result.data is None:
        raise refused(result.why)
    return Response(result.data, media_type=f"image/{result.format}")


def refused(message: str) -> RequestValidationError:
    """The same form as FastAPI's own errors of fields, status 422."""
    return RequestValidationError([{"type": "photo", "loc": ("body", "photo"), "msg": message}])
