"""The few small pages that a browser is shown: installing Leadbell, and coming back from a page of consent."""

from __future__ import annotations

from html import escape

from aiohttp import web

from commands.views.blocks import unformatted

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · Leadbell</title>
<style>
body {{ font: 1.05rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.25rem; }}
body {{ color: #1d1c1d; background: #fff; }}
h1 {{ font-size: 1.4rem; }}
a {{ display: inline-block; padding: .55rem 1rem; border-radius: .4rem; background: #1f4d5c; color: #fff; }}
a {{ text-decoration: none; }}
a:focus-visible {{ outline: 3px solid #e8a33d; outline-offset: 2px; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #1a1d21; color: #d1d2d3; }} }}
</style>
</head>
<body><main><h1>{title}</h1><p>{text}</p>{link}</main></body>
</html>
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",  # the address of the page holds a code
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def page(title: str, text: str, *, link: tuple[str, str] | None = None, status: int = 200) -> web.Response:
    """A page of a few sentences, ours: as plain text, whatever foreign names they hold. ``link``: words and address."""
    below = f'<p><a href="{escape(link[1])}">{escape(link[0])}</a></p>' if link else ""
    body = _PAGE.format(title=escape(unformatted(title)), text=escape(unformatted(text)), link=below)
    return web.Response(status=status, text=body, content_type="text/html", headers=_HEADERS)
