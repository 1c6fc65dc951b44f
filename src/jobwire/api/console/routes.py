"""The pages on one screen: every address that a browser shows and who answers it."""

from __future__ import annotations

from jobwire.api.console import accounts, boards, jobs
from jobwire.api.console.home import get_home
from jobwire.api.console.page import get_asset
from jobwire.api.console.session import get_login, post_login, post_logout
from jobwire.api.docs_pages import PLAYGROUND, get_doc, get_llms, get_llms_full, get_playground
from jobwire.api.door import Answering, Endpoint
from jobwire.api.job_pages import get_job_page


def _page(path: str, answer: Answering, method: str = "GET", *, guarded: bool = True) -> Endpoint:
    """Pages ask for no API key; the console looks for a session itself."""
    return Endpoint(method, path, answer, keyed=False, guarded=guarded)


PAGES = (
    _page("/", get_home),
    _page("/login", get_login),
    _page("/login", post_login, "POST"),
    _page("/logout", post_logout, "POST"),
    _page("/console/boards", boards.get_boards),
    _page("/console/board", boards.get_board),
    _page("/console/board", boards.post_board, "POST"),
    _page("/console/add", boards.get_add),
    _page("/console/add", boards.post_add, "POST"),
    _page("/console/jobs", jobs.get_jobs),
    _page("/console/jobs/{id}", jobs.get_job),
    _page("/console/companies/{id}", jobs.get_company),
    _page("/console/accounts", accounts.get_accounts),
    _page("/console/accounts", accounts.post_accounts, "POST"),
    _page("/console/accounts/{id}", accounts.get_account),
    _page("/console/accounts/{id}", accounts.post_account, "POST"),
    _page("/jobs/{id}", get_job_page),
    _page("/docs", get_doc, guarded=False),
    _page(PLAYGROUND, get_playground, guarded=False),
    _page("/docs/{page:path}", get_doc, guarded=False),
    _page("/llms.txt", get_llms, guarded=False),
    _page("/llms-full.txt", get_llms_full, guarded=False),
    _page("/static/{name}", get_asset, guarded=False),
)
"""Beside the API's own table: they are no part of the protocol, so /openapi.json does not list them."""
