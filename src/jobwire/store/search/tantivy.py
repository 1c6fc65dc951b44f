"""The embedded search engine: a tantivy index in a folder of its own, or in memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import tantivy

from jobwire.errors import Unavailable
from jobwire.model.times import to_micros
from jobwire.store.search.analysis import Analyzers
from jobwire.store.search.base import FACETS, Found, Place, SearchQuery
from jobwire.store.search.document import SearchDocument, company_term
from jobwire.store.search.tantivy_query import EXACT_FIELDS, STEM_FIELDS, Asked, QueryMaker

FORMAT = 1
"""Of the folder: another one is another folder."""
_HEAP_BYTES = 32 << 20
_SMALL_HEAP_BYTES = 16 << 20
_STATE = "place.json"
_MOST_OF_A_COMPANY = 1_000_000
_SORT_FIELDS = {"date": "posted", "salary": "usd_high"}
Counts = dict[str, list[tuple[str, int]]]
Hits = Sequence[tuple[object, tantivy.DocAddress]]
_read_place = msgspec.json.Decoder(Place).decode


class _View(NamedTuple):
    """What the index shows after a commit, and the facets of all of its jobs, by their names and size."""

    searcher: tantivy.Searcher
    counts: dict[tuple[tuple[str, ...], int], Counts]

    def count_facets(self, attempt: tantivy.Query, query: SearchQuery, asked: Asked) -> Counts:
        """How many of all that match have each value."""
        if not query.facets:
            return {}
        if not asked.everything:
            return _count(self.searcher, attempt, query)
        key = (query.facets, query.facet_size)
        if key not in self.counts:
            self.counts[key] = _count(self.searcher, attempt, query)
        return self.counts[key]


class TantivyEngine:
    """See `store.search.base.Engine`. `folder` None: in memory, for tests and small stores."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder / f"index-{FORMAT}" if folder else None
        self._analyzers = Analyzers()
        self._schema = _make_schema()
        self._queries = QueryMaker(self._schema, self._analyzers)
        self._index = self._open()
        self._writer: tantivy.IndexWriter | None = None
        self._writing = threading.Lock()
        self._place: Place | None = None
        self._shown: Place | None = None
        self._view = _View(self._index.searcher(), {})
        self._threads = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="search")

    def own(self) -> bool:
        with self._writing:
            if self._writer is None:
                self._writer = self._make_writer()
            return self._writer is not None

    def begin(self) -> Place | None:
        with _failures():
            self._own_writer().rollback()
        return self.refresh()

    def refresh(self) -> Place | None:
        with _failures():
            place = self._read_state()
            self._show(place)
        return place

    def clear(self) -> None:
        with _failures():
            self._write_state(None)  # first: a crash in between must not leave a place without its documents
            self._own_writer().delete_all_documents()

    def put(self, documents: Sequence[SearchDocument]) -> None:
        writer = self._own_writer()
        with _failures():
            for document in documents:
                writer.add_document(_convert(document))

    def drop(self, job_ids: Iterable[str]) -> None:
        writer = self._own_writer()
        with _failures():
            for job_id in job_ids:
                writer.delete_documents_by_term("id", job_id)

    def commit(self, place: Place) -> None:
        with _failures():
            self._own_writer().commit()
            self._write_state(place)
            self._show(place)

    def find_companies_jobs(self, company_ids: Sequence[str]) -> list[int]:
        searcher = self._index.searcher()
        terms = [company_term(company_id) for company_id in company_ids]
        query = tantivy.Query.term_set_query(self._schema, "terms", terms)
        hits = searcher.search(query, _MOST_OF_A_COMPANY, count=False).hits
        return _seqs(searcher, hits)

    def search(self, query: SearchQuery) -> Found:
        view = self._view
        with _failures():
            return self._search(view, query)

    def close(self) -> None:
        with self._writing:
            self._writer = None
        self._threads.shutdown()

    def _show(self, place: Place | None) -> None:
        self._index.reload()
        if place != self._shown or place is None:
            self._shown, self._view = place, _View(self._index.searcher(), {})

    def _search(self, view: _View, query: SearchQuery) -> Found:
        asked = self._queries.make(query)
        order = _SORT_FIELDS.get(query.sort if asked.ranked or query.sort != "relevance" else "date")
        for attempt in filter(None, (asked.query, asked.forgiving)):
            started = threading.Event()
            finding = self._threads.submit(_find, view.searcher, attempt, query, order, started)
            started.wait()
            facets = view.count_facets(attempt, query, asked)
            hits, total = finding.result()
            if total:
                return Found(_seqs(view.searcher, hits), total, facets)
        return Found([], 0, {name: [] for name in query.facets})

    def _open(self) -> tantivy.Index:
        """An index that cannot be opened is no loss: it is made again."""
        if self._folder is None:
            index = tantivy.Index(self._schema)
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                index = tantivy.Index(self._schema, str(self._folder))
            except (ValueError, OSError):
                shutil.rmtree(self._folder)
                self._folder.mkdir()
                index = tantivy.Index(self._schema, str(self._folder))
        index.register_tokenizer("exact", self._analyzers.exact)
        index.register_tokenizer("stem", self._analyzers.stem)
        return index

    def _make_writer(self) -> tantivy.IndexWriter | None:
        """None: another process has it. The lock is the operating system's, so it ends with its process."""
        try:
            return self._index.writer(_HEAP_BYTES if self._folder else _SMALL_HEAP_BYTES, 1)
        except ValueError:
            return None

    def _own_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise Unavailable("Another process writes the search index.")
        return self._writer

    def _read_state(self) -> Place | None:
        if self._folder is None:
            return self._place
        try:
            return _read_place((self._folder / _STATE).read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def _write_state(self, place: Place | None) -> None:
        """After the documents: an older place than theirs only means that some are put again."""
        self._place = place
        if self._folder is None:
            return
        path = self._folder / _STATE
        if place is None:
            path.unlink(missing_ok=True)
            return
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(place))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def _find(
    searcher: tantivy.Searcher,
    asked: tantivy.Query,
    query: SearchQuery,
    order: str | None,
    started: threading.Event,
) -> tuple[Hits, int]:
    """The page. The interpreter is free while it is looked for, which `started` says, and not while facets are
    counted: in this order, both are done at the same time."""
    started.set()
    result = searcher.search(asked, query.limit, count=True, offset=query.offset, order_by_field=order)
    return result.hits, result.count  # type: ignore[attr-defined]  # missing in the package's stub


def _seqs(searcher: tantivy.Searcher, hits: Hits) -> list[int]:
    values = searcher.fast_field_values("seq", [address for _, address in hits])
    return [int(value) for value in values if value is not None]


def _count(searcher: tantivy.Searcher, asked: tantivy.Query, query: SearchQuery) -> Counts:
    counts = {name: {"terms": {"field": name, "size": query.facet_size}} for name in query.facets}
    answer = searcher.aggregate(asked, counts)
    return {
        name: [(bucket["key"], bucket["doc_count"]) for bucket in answer[name]["buckets"]]
        for name in query.facets
    }


def _make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "terms"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in EXACT_FIELDS:
        builder.add_text_field(name, tokenizer_name="exact", index_option="position")
    for name in STEM_FIELDS:
        builder.add_text_field(name, tokenizer_name="stem", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("seq", "posted", "created", "usd_low", "usd_high"):
        builder.add_integer_field(name, fast=True, indexed=False)
    return builder.build()


def _convert(document: SearchDocument) -> tantivy.Document:
    """Lists are added value by value, so that no phrase spans two of them."""
    made = tantivy.Document()
    made.add_text("id", document.id)
    texts: dict[str, Iterable[str]] = {
        "terms": document.terms,
        "title": (document.title,),
        "title_stem": (document.title,),
        "role_stem": (document.role,),
        "company": (document.company,),
        "skill": document.skills,
        "fact": document.facts,
        "body": (document.body,),
        "body_stem": (document.body,),
        **document.facets,
    }
    for name, values in texts.items():
        for value in values:
            made.add_text(name, value)
    made.add_integer("seq", document.seq)
    made.add_integer("posted", to_micros(document.posted_at))
    made.add_integer("created", to_micros(document.created_at))
    if document.usd:
        made.add_integer("usd_low", document.usd[0])
        made.add_integer("usd_high", document.usd[1])
    return made


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """A full disk or a folder taken away is the store's trouble, not the caller's."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Unavailable(f"The search index does not answer: {error}") from error
