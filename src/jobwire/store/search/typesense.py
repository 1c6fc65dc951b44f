"""The search engine in Typesense, over its HTTP API.

It keeps the contract with these differences: documents show before their place is written (what is stale is left
out of answers anyway); other names of a role are for Typesense's own synonyms; of several queries the one with
most hits answers; what is found in spite of typing errors is for Typesense to say.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
import urllib3

from jobwire.errors import ConfigError, Unavailable
from jobwire.model.times import to_micros
from jobwire.store.search.base import FACETS, Found, Place, SearchQuery
from jobwire.store.search.document import SearchDocument, company_term
from jobwire.store.search.words import Words, spell

FORMAT = 1
DOCUMENTS, STATE = f"jobwire_jobs_{FORMAT}", f"jobwire_state_{FORMAT}"
"""Collections."""
SEARCH_S, WRITE_S = 3.0, 30.0
LEASE_S = 60
"""How long a writer that does not say so any more is believed to write."""
_TEXTS = {"title": 10, "role": 4, "company": 5, "skills": 4, "facts": 3, "body": 1}
"""Fields that are searched, and what a hit is worth."""
_SORTS = {
    "relevance": "_text_match:desc,posted:desc,seq:desc",
    "date": "posted:desc,seq:desc",
    "salary": "usd_high(missing_values: last):desc,posted:desc",
}
_MOST_OF_A_PAGE = 250
_read_place = msgspec.json.Decoder(Place).decode


class TypesenseEngine:
    """See `store.search.base.Engine`. The address is `typesense+http://KEY@host:8108`, or `+https`."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address.removeprefix("typesense+"))
        if not parts.hostname or not parts.username:
            raise ConfigError("This is no Typesense address.", hint="For example typesense+http://KEY@host:8108.")
        port = f":{parts.port}" if parts.port else ""
        self._base = f"{parts.scheme}://{parts.hostname}{port}"
        self._headers = {"X-TYPESENSE-API-KEY": unquote(parts.username)}
        self._http = urllib3.PoolManager(retries=False, maxsize=8)
        self._name = uuid.uuid4().hex
        self._renew_at = 0.0
        self._owning = threading.Lock()

    def own(self) -> bool:
        with self._owning:
            if time.monotonic() < self._renew_at:
                return True
            self._make_collections()
            until = int(time.time()) + LEASE_S
            self._delete(STATE, f"owner:={self._name} || until:<{int(time.time())}")
            lease = {"id": "writer", "owner": self._name, "until": until}
            status, _ = self._ask("POST", f"/collections/{STATE}/documents", lease, refused=(409,))
            self._renew_at = time.monotonic() + LEASE_S / 3 if status != 409 else 0.0
            return status != 409

    def begin(self) -> Place | None:
        return self.refresh()

    def refresh(self) -> Place | None:
        status, body = self._ask("GET", f"/collections/{STATE}/documents/place", refused=(404,))
        return None if status == 404 else _read_place(body["owner"].encode())

    def clear(self) -> None:
        self._write_allowed()
        self._delete(STATE, "id:=place")
        self._ask("DELETE", f"/collections/{DOCUMENTS}", refused=(404,))
        self._make_collections()

    def put(self, documents: Sequence[SearchDocument]) -> None:
        self._write_allowed()
        self._import(DOCUMENTS, [_convert(document) for document in documents])

    def drop(self, job_ids: Iterable[str]) -> None:
        self._write_allowed()
        if ids := list(job_ids):
            self._delete(DOCUMENTS, f"id:=[{','.join(ids)}]")

    def commit(self, place: Place) -> None:
        self._write_allowed()
        text = msgspec.json.encode(place).decode()
        self._import(STATE, [{"id": "place", "owner": text, "until": 1 << 40}])

    def find_companies_jobs(self, company_ids: Sequence[str]) -> list[int]:
        terms = ",".join(_hash(company_term(company_id)) for company_id in company_ids)
        found: list[int] = []
        while True:
            asked = {"q": "*", "filter_by": f"terms:=[{terms}]", "sort_by": "seq:asc", "include_fields": "seq"}
            number = len(found) // _MOST_OF_A_PAGE + 1
            (page,) = self._search([asked | {"page": number, "per_page": _MOST_OF_A_PAGE}])
            found += [hit["document"]["seq"] for hit in page["hits"]]
            if len(page["hits"]) < _MOST_OF_A_PAGE:
                return found

    def search(self, query: SearchQuery) -> Found:
        asked = [_query(query, text) for text in [_text(words) for words in query.any_of] or ["*"]]
        best = max(self._search(asked), key=lambda result: result["found"])
        counts = {
            entry["field_name"].removeprefix("facet_"): [
                (count["value"], count["count"]) for count in entry["counts"]
            ]
            for entry in best.get("facet_counts", ())
        }
        seqs = [hit["document"]["seq"] for hit in best["hits"]]
        return Found(seqs, best["found"], {name: counts.get(name, []) for name in query.facets})

    def close(self) -> None:
        if self._renew_at:
            self._renew_at = 0.0
            try:
                self._delete(STATE, f"owner:={self._name}")
            except Unavailable:
                """The lease ends by itself."""
        self._http.clear()

    def _write_allowed(self) -> None:
        if not self._renew_at or not self.own():
            raise Unavailable("Another process writes the search index.")

    def _make_collections(self) -> None:
        for name, fields in ((DOCUMENTS, _FIELDS), (STATE, _STATE_FIELDS)):
            self._ask("POST", "/collections", {"name": name, "fields": fields}, refused=(409,))

    def _delete(self, collection: str, filter_by: str) -> None:
        self._ask("DELETE", f"/collections/{collection}/documents", query={"filter_by": filter_by})

    def _import(self, collection: str, documents: list[dict[str, Any]]) -> None:
        if not documents:
            return
        lines = b"\n".join(map(msgspec.json.encode, documents))
        _, text = self._ask(
            "POST", f"/collections/{collection}/documents/import", lines, query={"action": "upsert"}
        )
        failed = [line for line in map(msgspec.json.decode, text.splitlines()) if not line.get("success")]
        if failed:
            raise Unavailable(f"Typesense refused a document: {str(failed[0].get('error'))[:200]}")

    def _search(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        searches = [{"collection": DOCUMENTS, **search} for search in asked]
        _, answer = self._ask("POST", "/multi_search", {"searches": searches}, wait_s=SEARCH_S)
        for result in answer["results"]:
            if "found" not in result:
                raise Unavailable(f"Typesense refused a search: {str(result.get('error'))[:200]}")
        return list(answer["results"])

    def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        refused: tuple[int, ...] = (),
        wait_s: float = WRITE_S,
    ) -> tuple[int, Any]:
        """Status and body: JSON, or the text of an import. `refused`: statuses that are no failure."""
        data = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        url = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            reply = self._http.request(method, url, body=data, headers=self._headers, timeout=wait_s)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"Typesense does not answer: {error}", retry_after_s=5) from error
        if reply.status >= 300 and reply.status not in refused:
            raise Unavailable(f"Typesense answers {reply.status}: {reply.data[:200]!r}", retry_after_s=5)
        return reply.status, reply.data if path.endswith("/import") else msgspec.json.decode(reply.data or b"{}")


_STATE_FIELDS = [{"name": "owner", "type": "string"}, {"name": "until", "type": "int64"}]
_FIELDS: list[dict[str, Any]] = [
    *({"name": name, "type": "int64"} for name in ("seq", "posted", "created")),
    *({"name": name, "type": "int64", "optional": True} for name in ("usd_low", "usd_high")),
    {"name": "terms", "type": "string[]", "facet": True},
    *({"name": name, "type": "string"} for name in ("title", "role", "company", "body")),
    *({"name": name, "type": "string[]"} for name in ("skills", "facts")),
    *({"name": f"facet_{name}", "type": "string[]", "facet": True} for name in FACETS),
]


def _convert(document: SearchDocument) -> dict[str, Any]:
    texts = {name: getattr(document, name) for name in _TEXTS}
    found: dict[str, Any] = {
        "id": document.id,
        "seq": document.seq,
        "terms": [_hash(term) for term in document.terms],
        "posted": to_micros(document.posted_at),
        "created": to_micros(document.created_at),
        **texts,
        **{f"facet_{name}": list(document.facets.get(name, ())) for name in FACETS},
    }
    return found | (dict(zip(("usd_low", "usd_high"), document.usd, strict=True)) if document.usd else {})


def _hash(term: str) -> str:
    """Typesense drops signs from what it compares; terms are made of them."""
    return hashlib.blake2b(term.encode(), digest_size=12).hexdigest()


def _text(words: Words) -> str:
    """The query as Typesense takes it: words, "phrases", -excluded."""
    wanted = [
        f'"{_plain(" ".join(piece.words))}"' if piece.exact else _plain(" ".join(piece.words))
        for piece in words.wanted
    ]
    unwanted = [
        f'-"{text}"' if " " in text else f"-{text}"
        for text in (_plain(" ".join(piece.words)) for piece in words.unwanted)
        if text
    ]
    return " ".join([*filter(None, wanted), *unwanted]) if wanted else " ".join(["*", *unwanted])


def _plain(text: str) -> str:
    """Letters and digits only, as documents are written too: nothing in it is an operator."""
    return " ".join("".join(c if c.isalnum() else " " for c in spell(text)).split())


def _query(query: SearchQuery, text: str) -> dict[str, Any]:
    weights = {name: worth for name, worth in _TEXTS.items() if query.descriptions or name != "body"}
    order = "date" if query.sort == "relevance" and text.startswith("*") else query.sort
    return {
        "q": text,
        "query_by": ",".join(weights),
        "query_by_weights": ",".join(map(str, weights.values())),
        "filter_by": " && ".join(_filters(query)),
        "sort_by": _SORTS[order],
        "facet_by": ",".join(f"facet_{name}" for name in query.facets),
        "max_facet_values": query.facet_size,
        "page": query.offset // query.limit + 1,
        "per_page": query.limit,
        "include_fields": "seq",
        "prefix": False,
        "drop_tokens_threshold": 0,
        "typo_tokens_threshold": 1,
    }


def _filters(query: SearchQuery) -> Iterable[str]:
    for group in query.groups:
        yield f"terms:=[{','.join(map(_hash, group))}]"
    if query.without:
        yield f"terms:!=[{','.join(map(_hash, query.without))}]"
    for name, sign, bound in (
        ("posted", ">=", to_micros(query.posted_from) if query.posted_from else None),
        ("posted", "<=", to_micros(query.posted_to) if query.posted_to else None),
        ("created", ">=", to_micros(query.created_from) if query.created_from else None),
        ("created", "<=", to_micros(query.created_to) if query.created_to else None),
        ("seq", ">=", query.first_seq or None),
        ("seq", "<=", query.last_seq),
        ("usd_high", ">=", query.min_usd),
        ("usd_low", "<=", query.max_usd),
    ):
        if bound is not None:
            yield f"{name}:{sign}{bound}"
