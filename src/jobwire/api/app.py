"""The API on one screen: every route, who answers it, its family, its group of rate limits."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from jobwire.api import admin
from jobwire.api.career_sites import get_career_sites
from jobwire.api.changes import get_changes
from jobwire.api.companies import get_company
from jobwire.api.console.routes import PAGES
from jobwire.api.console.tools import ConsoleTools
from jobwire.api.door import Door, Endpoint
from jobwire.api.expired import get_expired
from jobwire.api.feed import get_feed
from jobwire.api.geocode import get_places
from jobwire.api.health import get_live, get_metrics, get_ready
from jobwire.api.job_feeds import get_json, get_xml
from jobwire.api.jobs import get_job
from jobwire.api.openapi import describe, get_openapi
from jobwire.api.options import ApiOptions
from jobwire.api.protocol import REFUSAL, STOP
from jobwire.api.refusal import Refusal
from jobwire.api.search import post_search, search_company, search_jobs
from jobwire.api.server import Server
from jobwire.store.accounts import Accounts
from jobwire.store.base import Store

# What a metered row costs is the plan's to say, by family (model.account.PRICES are the defaults).
ENDPOINTS = (
    Endpoint("POST", "/api/jobs/feed", get_feed, family="feed", group="feed", metered=True),
    Endpoint("POST", "/api/feed/jobs", get_feed, family="feed", group="feed", metered=True),  # older path
    Endpoint("GET", "/api/jobs/expired", get_expired, family="feed", group="feed"),
    Endpoint("GET", "/api/feed/jobs/expired", get_expired, family="feed", group="feed"),  # older path
    Endpoint("GET", "/api/jobs/changes", get_changes, family="feed", group="feed", metered=True),
    Endpoint(
        "POST", "/api/career-sites/feed", get_career_sites, family="career_sites", group="feed", metered=True
    ),
    Endpoint("GET", "/api/jobs", search_jobs, family="search", metered=True),
    Endpoint("POST", "/api/jobs/search", post_search, family="search", metered=True),
    Endpoint("GET", "/api/companies/{id}/jobs", search_company, family="search", metered=True),
    Endpoint("GET", "/api/locations/geocode", get_places, family="geocode", metered=True),
    Endpoint("GET", "/feeds/jobs.xml", get_xml, family="feed", group="feed", metered=True, key_in_query=True),
    Endpoint("GET", "/feeds/jobs.json", get_json, family="feed", group="feed", metered=True, key_in_query=True),
    Endpoint("GET", "/api/jobs/{id}", get_job),
    Endpoint("GET", "/api/companies/{id}", get_company, keyed=False),
    Endpoint("GET", "/api/admin/plans", admin.list_plans, admin=True),
    Endpoint("PUT", "/api/admin/plans/{name}", admin.put_plan, admin=True),
    Endpoint("GET", "/api/admin/accounts", admin.list_accounts, admin=True),
    Endpoint("POST", "/api/admin/accounts", admin.add_account, admin=True),
    Endpoint("GET", "/api/admin/accounts/{id}", admin.get_account, admin=True),
    Endpoint("PATCH", "/api/admin/accounts/{id}", admin.change_account, admin=True),
    Endpoint("GET", "/api/admin/accounts/{id}/ledger", admin.list_ledger, admin=True),
    Endpoint("POST", "/api/admin/accounts/{id}/ledger", admin.add_entry, admin=True),
    Endpoint("GET", "/api/admin/accounts/{id}/usage", admin.list_usage, admin=True),
    Endpoint("GET", "/api/admin/keys", admin.list_keys, admin=True),
    Endpoint("POST", "/api/admin/keys", admin.add_key, admin=True),
    Endpoint("POST", "/api/admin/keys/{id}/revoke", admin.revoke_key, admin=True),
    Endpoint("POST", "/api/admin/keys/{id}/rotate", admin.rotate_key, admin=True),
    Endpoint("GET", "/health/live", get_live, keyed=False, guarded=False, direct=True),
    Endpoint("GET", "/health/ready", get_ready, keyed=False, guarded=False),
    Endpoint("GET", "/openapi.json", get_openapi, keyed=False, guarded=False, direct=True),
    Endpoint("GET", "/metrics", get_metrics, keyed=False, guarded=False),
)


def create_app(
    store: Store, accounts: Accounts, options: ApiOptions | None = None, tools: ConsoleTools | None = None
) -> ASGIApp:
    """The ASGI application over an open store. The store stays the caller's to close.

    `tools` let the console look at career sites; without them it does not offer to.
    """
    server = Server(store, accounts, options or ApiOptions())
    server.console.tools = tools
    server.openapi = describe(ENDPOINTS)
    return Router(
        routes=_routes(server),
        redirect_slashes=False,
        default=Door(server, {}),
        lifespan=_lifespan(server),
    )


def _routes(server: Server) -> list[Route]:
    by_path: dict[str, dict[str, Endpoint]] = defaultdict(dict)
    for endpoint in (*ENDPOINTS, *PAGES):
        by_path[endpoint.path][endpoint.method] = endpoint
    return [Route(path, Door(server, endpoints)) for path, endpoints in by_path.items()]


def _lifespan(server: Server) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[dict[str, Any]]:
        async with server.running():
            yield {STOP: server.tail.stop, REFUSAL: Refusal(server)}

    return lifespan
