"""Documents of leads and their download, and another host that a download may lead to."""

from __future__ import annotations

import base64
from urllib.parse import quote

import orjson
from aiohttp import web

from providers.student.stand_in.store import LeadStore

SAMPLE_ID = 5603
"""The number in the document's sample; every lead has this one, so that somebody can try it in the sandbox."""
SAMPLE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 80]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 56>>stream
BT /F 14 Tf 20 35 Td (A sample, nobody's passport) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
TWO_GIGABYTES = 2 * 1024**3
_CHUNK = b"\x00" * 65536


def document_id(number: int) -> str:
    """An opaque id, unpadded as the sample's: ``eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ``."""
    return base64.b64encode(orjson.dumps({"type": "UploadFile", "id": number})).decode().rstrip("=")


class Files:
    """Documents by id."""

    def __init__(self) -> None:
        self.elsewhere: list[dict[str, str]] = []
        self._held: dict[str, tuple[str, str, bytes, str | None]] = {}
        self._runner: web.AppRunner | None = None
        self._elsewhere_url = ""

    def put(self, reference: str, name: str, content: bytes, disposition: str | None) -> str:
        """Keep a document; its id."""
        new = document_id(SAMPLE_ID + 1 + len(self._held))
        self._held[new] = (reference, name, content, disposition)
        return new

    async def start(self, host: str) -> None:
        """Serve the other host, which keeps what it is told."""
        application = web.Application()
        application.router.add_get("/{path:.*}", self._given_elsewhere)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, 0).start()
        self._elsewhere_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _given_elsewhere(self, request: web.Request) -> web.Response:
        self.elsewhere.append(dict(request.headers))
        held = self._held.get(request.path.removeprefix("/"))
        return _file(*held[1:]) if held else web.Response(status=404)

    async def give(self, request: web.Request, store: LeadStore, kind: str | None) -> web.StreamResponse:
        """ "Download lead's document": both ids, and nothing else. ``kind`` is a fault that spoils it."""
        if kind == "redirect-loop":
            raise web.HTTPFound(str(request.rel_url))
        names = sorted(name for name, _ in request.query.items())
        if names != ["documentId", "referenceId"]:
            return _refusal(400, "documentId and referenceId are required, and nothing else is known")
        document, reference = request.query["documentId"], request.query["referenceId"]
        if reference not in store:
            return _refusal(404, "ReferenceId not found")
        if reference in store.forbidden:
            return _refusal(403, "You are not allowed to access this order")
        held = self._held.get(document)
        if document == document_id(SAMPLE_ID):
            held = (reference, "sample.pdf", SAMPLE, None)
        if held is None or held[0] != reference:
            return _refusal(404, "Document not found")
        match kind:
            case "redirect":
                raise web.HTTPFound(f"{self._elsewhere_url}/{document}")
            case "huge":
                return await _huge(request)
            case "endless":
                return await _endless(request)
        return _file(*held[1:])


def _file(name: str, content: bytes, disposition: str | None) -> web.Response:
    kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
    usual = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Type": kind, "Content-Disposition": usual if disposition is None else disposition}
    return web.Response(body=content, headers=headers)


async def _huge(request: web.Request) -> web.StreamResponse:
    """2 GB are announced; whoever waits for them gets them cut off."""
    response = web.StreamResponse(headers={"Content-Length": str(TWO_GIGABYTES)})
    await response.prepare(request)
    await response.write(_CHUNK)
    if request.transport is not None:
        request.transport.abort()
    return response


async def _endless(request: web.Request) -> web.StreamResponse:
    """Nothing is announced, and it never ends."""
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    try:
        while request.transport is not None:
            await response.write(_CHUNK)
    except ConnectionError:
        pass  # it was enough for whoever asked
    return response


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)
