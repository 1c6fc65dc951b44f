"""The pages on one screen: every address that a browser shows and who answers it."""

from __future__ import annotations

from jobwire.api.console.page import get_asset
from jobwire.api.docs_pages import PLAYGROUND, get_doc, get_llms, get_llms_full, get_playground
from jobwire.api.door import Answering, Endpoint


def _page(path: str, answer: Answering, method: str = "GET", *, guarded: bool = True) -> Endpoint:
    """Pages ask for no API key; the console looks for a session itself."""
    return Endpoint(method, path, answer, keyed=False, guarded=guarded)


PAGES = (
    _page("/docs", get_doc, guarded=False),
    _page(PLAYGROUND, get_playground, guarded=False),
    _page("/docs/{page:path}", get_doc, guarded=False),
    _page("/llms.txt", get_llms, guarded=False),
    _page("/llms-full.txt", get_llms_full, guarded=False),
    _page("/static/{name}", get_asset, guarded=False),
)
"""Beside the API's own table: they are no part of the protocol, so /openapi.json does not list them."""
