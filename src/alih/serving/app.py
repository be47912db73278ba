"""The ASGI application: JSON for programs, a page for people, and what watches a server."""

from __future__ import annotations

import asyncio
import base64
import contextvars
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import UploadFile as FormFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from alih import words
from alih.errors import AlihError
from alih.serving import metrics, page
from alih.serving.answers import (
    Area,
    ClassShare,
    Failure,
    Fault,
    Health,
    ImageAnswer,
    Prediction,
)
from alih.serving.batching import Batcher
from alih.serving.guard import Guard
from alih.serving.limits import Limits, Refused
from alih.serving.model import ClassAnswer, ClassModel, Job, MaskAnswer, MaskModel

WAIT = 0.005
"""Seconds for which a batch waits for images that are being decoded."""
DECODERS = min(4, os.cpu_count() or 1)
"""Threads that decode images."""
NAME = 100
"""Letters of a file's name that are repeated in an answer."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure} for status in (400, 408, 413, 415, 422, 503)
}
_IMAGE = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            },
            "image/*": _IMAGE,
            "application/octet-stream": _IMAGE,
        },
    }
}


@dataclass
class Service:
    """A model with everything that serves it."""

    model: ClassModel | MaskModel
    limits: Limits
    metrics: metrics.Metrics = field(default_factory=metrics.Metrics)
    decoders: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(DECODERS, "alih-decode")
    )
    thread: Executor | None = None
    batcher: Batcher[Job, Any] = field(init=False)
    decoding: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.batcher = Batcher(
            self.model.answer,
            self.model.most,
            WAIT,
            self.metrics.batch,
            lambda: self.decoding,
            self.thread,
        )

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Ready for requests inside the block."""
        self.batcher.start()
        try:
            yield
        finally:
            await self.batcher.stop()
            self.decoders.shutdown(cancel_futures=True)

    async def answer(self, content: bytes, picture: bool) -> ClassAnswer | MaskAnswer:
        """What the model says of one image. Raises Refused for one that cannot be used, and where
        the answer takes too long.
        """
        if not content:
            raise Refused(400, "serving.empty")
        try:
            async with asyncio.timeout(self.limits.seconds):
                # The caller's name for a file is no path here: it is written under one of ours.
                with tempfile.TemporaryDirectory(prefix="alih-serve-") as place:
                    file = Path(place) / "image"
                    item = await self._decoded(lambda: self._prepared(file, content))
                    found: ClassAnswer | MaskAnswer = await self.batcher(Job(item, picture))
                    return found
        except TimeoutError:
            raise Refused(503, "serving.late", seconds=self.limits.seconds) from None
        except AlihError as error:
            raise _refusal(error) from error

    def _prepared(self, file: Path, content: bytes) -> Any:
        file.write_bytes(content)
        return self.model.prepare(file)

    async def _decoded(self, work: Callable[[], Any]) -> Any:
        # Threads of a pool do not know the caller's language of their own.
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        self.decoding += 1
        try:
            return await loop.run_in_executor(self.decoders, context.run, work)
        finally:
            self.decoding -= 1


def build(
    model: ClassModel | MaskModel,
    limits: Limits | None = None,
    thread: Executor | None = None,
) -> Guard:
    """The application for one model.

    Args:
        model: What `open_model` gives.
        limits: What one caller may ask; those of `Limits()` by default.
        thread: The `ModelThread` that the model was opened in; its end is the application's.

    Returns:
        An ASGI application, for uvicorn or any other server.

    >>> from alih.serving.model import open_model
    >>> app = build(open_model("runs/flowers/runs/a/seed-0", max_pixels=10**7))  # doctest: +SKIP
    """
    service = Service(model, limits or Limits(), thread=thread)
    app = FastAPI(
        title="alih",
        description=f"Answers of {model.name} for images.",
        docs_url=None,  # FastAPI's pages load scripts from another server
        redoc_url=None,
        lifespan=service.running,
    )
    _refusals(app, service)
    _answers(app, service)
    _pages(app, service)
    known = [route.path for route in app.routes if hasattr(route, "path")]
    guard = Guard(
        app, service.limits, service.metrics, known, lambda refused: _told(service, refused)
    )
    _watching(app, service, guard)
    return guard


def _answers(app: FastAPI, service: Service) -> None:
    @app.post("/predict", response_model=Prediction, responses=REFUSALS, openapi_extra=BODY)
    async def predict(
        request: Request, top: Annotated[int, Query(ge=1)] = 5, picture: bool = False
    ) -> Response:
        """Answer for one or several images: as fields of a form, or one as the body itself."""
        began = time.perf_counter()
        images = await _images(request, service.limits)
        found = await asyncio.gather(
            *(service.answer(content, picture) for _, content in images), return_exceptions=True
        )
        refused = [one for one in found if isinstance(one, BaseException)]
        if len(refused) == len(found):
            raise refused[0]
        told = [
            _image(service, name, answer, (top, picture))
            for (name, _), answer in zip(images, found, strict=True)
        ]
        answer = Prediction(
            model=service.model.name,
            task=service.model.task,
            temperature=service.model.temperature,
            images=told,
            seconds=round(time.perf_counter() - began, 6),
        )
        return JSONResponse(answer.model_dump(exclude_none=True) | _always(answer))

    @app.post(
        "/mask",
        responses=REFUSALS | {200: {"content": {"image/png": _IMAGE}}},
        response_class=Response,
        openapi_extra=BODY,
    )
    async def mask(request: Request) -> Response:
        """The mask of one image, as PNG of its size; pixel values are indices of classes."""
        if not isinstance(service.model, MaskModel):
            raise Refused(404, "serving.no_masks")
        ((_, content), *rest) = await _images(request, service.limits)
        if rest:
            raise Refused(400, "serving.one_image", got=len(rest) + 1)
        found = await service.answer(content, False)
        assert isinstance(found, MaskAnswer)
        return Response(found.mask, media_type="image/png")


def _pages(app: FastAPI, service: Service) -> None:
    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def index(lang: str | None = None) -> HTMLResponse:
        spoken = lang if lang in words.LANGUAGES else words.language()
        with words.speaking(spoken):
            return HTMLResponse(page.html(service.model, service.limits))

    @app.get("/page.css", include_in_schema=False)
    async def style() -> Response:
        return Response(page.css(), media_type="text/css")

    @app.get("/page.js", include_in_schema=False)
    async def script() -> Response:
        return Response(page.js(), media_type="text/javascript")

    @app.get("/favicon.ico", include_in_schema=False)
    async def icon() -> Response:
        return Response(status_code=204)

    @app.head("/health", include_in_schema=False)
    @app.get("/health")
    async def health() -> Health:
        """Whether the server is ready."""
        model = service.model
        return Health(
            status="ok",
            model=model.name,
            task=model.task,
            runtime=model.runtime,
            classes=list(model.classes),
        )


def _watching(app: FastAPI, service: Service, guard: Guard) -> None:
    @app.get("/metrics", response_class=Response)
    async def counted() -> Response:
        """Counts and times, as Prometheus reads them."""
        text = service.metrics.text(service.batcher.waiting, guard.active)
        return Response(text, media_type=metrics.CONTENT_TYPE)


def _refusals(app: FastAPI, service: Service) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return _told(service, error)

    @app.exception_handler(RequestValidationError)
    async def badly_asked(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        name, got = ".".join(map(str, first["loc"][1:])), first.get("input")
        return _told(service, Refused(400, "serving.bad_option", name=name, got=got))

    @app.exception_handler(HTTPException)
    async def no_such(request: Request, error: HTTPException) -> Response:
        key = {404: "serving.no_page", 405: "serving.no_method"}.get(
            error.status_code, "serving.bad_request"
        )
        values = {"path": request.url.path[:NAME], "method": request.method}
        return _told(service, Refused(error.status_code, key, **values))

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return _told(service, Refused(400, "serving.cut_off"))

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        # Starlette raises it again afterwards, so that the server's own log has all of it.
        return _told(service, Refused(500, "serving.failed"))


def _told(service: Service, refused: Refused) -> Response:
    service.metrics.errors[refused.code] += 1
    content = Failure(error=_fault(refused)).model_dump()
    headers = {"retry-after": "1"} if refused.status == 503 else {}
    return JSONResponse(content, refused.status, headers)


def _fault(refused: Refused) -> Fault:
    return Fault(code=refused.code, message=str(refused))


async def _images(request: Request, limits: Limits) -> list[tuple[str, bytes]]:
    """Names and contents of the images of a request. Raises Refused where there are none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _of_form(request, limits)
    if kind not in ("", "application/octet-stream") and not kind.startswith("image/"):
        raise Refused(415, "serving.wrong_type", got=kind[:NAME])
    return [("image", await request.body())]


async def _of_form(request: Request, limits: Limits) -> list[tuple[str, bytes]]:
    try:
        async with request.form(max_files=limits.images, max_fields=limits.images) as form:
            files = [part for _, part in form.multi_items() if isinstance(part, FormFile)]
            found = [(_shown(part.filename), await part.read()) for part in files]
    except HTTPException as error:
        raise Refused(400, "serving.bad_form", most=limits.images) from error
    if not found:
        raise Refused(400, "serving.no_image")
    return found


def _shown(name: str | None) -> str:
    return PurePosixPath((name or "").replace("\\", "/")).name[:NAME] or "image"


def _refusal(error: AlihError) -> Refused:
    """What a caller is told of a file that could not be used: nothing of our own paths."""
    if isinstance(error, Refused):
        return error
    if error.key == "inspect.image_too_large":
        sizes = {name: error.values[name] for name in ("width", "height", "limit")}
        return Refused(413, "serving.too_many_pixels", **sizes)
    if error.key == "data.broken_image":
        return Refused(422, "serving.unreadable", reason=error.values["reason"])
    raise error


def _image(service: Service, name: str, answer: Any, wanted: tuple[int, bool]) -> ImageAnswer:
    top, picture = wanted
    names = service.model.classes
    if isinstance(answer, Refused):
        service.metrics.errors[answer.code] += 1
        return ImageAnswer(file=name, error=_fault(answer))
    if isinstance(answer, MaskAnswer):
        assert isinstance(service.model, MaskModel)
        areas = [
            Area(name=one, share=share, colour=colour)
            for one, share, colour in zip(names, answer.shares, service.model.colours, strict=True)
        ]
        return ImageAnswer(
            file=name,
            width=answer.size[0],
            height=answer.size[1],
            areas=areas,
            mask=_text(answer.mask),
            picture=_text(answer.picture) if picture else None,
        )
    if not isinstance(answer, ClassAnswer):
        raise answer
    order = (-answer.probabilities).argsort(kind="stable")
    classes = [
        ClassShare(
            name=names[index],
            probability=float(answer.probabilities[index]),
            uncalibrated=float(answer.uncalibrated[index]),
        )
        for index in order[:top]
    ]
    shown = _text(answer.picture) if answer.picture else None
    return ImageAnswer(
        file=name, label=names[order[0]], classes=classes, unlike=answer.unlike, picture=shown
    )


def _always(answer: Prediction) -> dict[str, Any]:
    return {"temperature": answer.temperature}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
