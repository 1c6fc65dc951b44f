"""The search engine in PostgreSQL: one table beside the store's, with its own full text index."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import psycopg
from psycopg import sql

from jobwire.db.postgres import Connection, Database
from jobwire.errors import Unavailable
from jobwire.store.search.analysis import Analyzers
from jobwire.store.search.base import Found, Place, SearchQuery
from jobwire.store.search.document import SearchDocument
from jobwire.store.search.postgres_query import Asked, make_query
from jobwire.store.search.postgres_row import COLUMNS, RowMaker
from jobwire.store.search.slips import find_alike, forgiven

FORMAT = 1
"""Of the tables: another one is another schema."""
_SCHEMA = f"jobwire_search_{FORMAT}"
WAIT_S = 2.0
"""How long a search waits for a connection."""
SEARCH_S = 5.0
"""Longest time of one search: then it is given up, so that slow searches do not hold up the feed."""
_WRITER_LOCK = 0x6A6F6203
_MOST_ALIKE = 8
_LOOKED_AT = 3_000
"""Words of the index that are compared with one that is in no document."""
_TABLES = f"""
CREATE SCHEMA IF NOT EXISTS {_SCHEMA};
CREATE TABLE IF NOT EXISTS {_SCHEMA}.place (one boolean PRIMARY KEY DEFAULT true CHECK (one), value bytea);
CREATE TABLE IF NOT EXISTS {_SCHEMA}.vocabulary (word text COLLATE "C" PRIMARY KEY);
CREATE INDEX IF NOT EXISTS vocabulary_ends ON {_SCHEMA}.vocabulary (reverse(word) COLLATE "C");
CREATE TABLE IF NOT EXISTS {_SCHEMA}.documents (
    seq bigint PRIMARY KEY,
    id text NOT NULL,
    company_id text NOT NULL,
    terms text[] NOT NULL,  -- for filters
    head tsvector NOT NULL,  -- title, role, company, skills, facts
    words tsvector NOT NULL,  -- all that, and the description
    counted text[] NOT NULL,  -- facet:value
    title_words integer NOT NULL,
    posted bigint NOT NULL,  -- microseconds
    created bigint NOT NULL,
    usd_low bigint,
    usd_high bigint
);
CREATE INDEX IF NOT EXISTS documents_id ON {_SCHEMA}.documents (id);
CREATE INDEX IF NOT EXISTS documents_company ON {_SCHEMA}.documents (company_id);
CREATE INDEX IF NOT EXISTS documents_posted ON {_SCHEMA}.documents (posted DESC, seq DESC);
CREATE INDEX IF NOT EXISTS documents_terms ON {_SCHEMA}.documents
    USING gin (terms) WITH (gin_pending_list_limit = 1024);
CREATE INDEX IF NOT EXISTS documents_head ON {_SCHEMA}.documents
    USING gin (head) WITH (gin_pending_list_limit = 1024);
CREATE INDEX IF NOT EXISTS documents_words ON {_SCHEMA}.documents
    USING gin (words) WITH (gin_pending_list_limit = 1024);
"""
MOST_COUNTED = 50_000
"""Jobs of which facets are counted; of more, the counts are estimates from about so many, chosen by a hash."""
_FIND = sql.SQL("""
WITH found AS MATERIALIZED (
    SELECT seq, posted, usd_high, {score} / (10 + title_words) AS score
    FROM {schema}.documents WHERE {where}
), best AS (
    SELECT seq, row_number() OVER (ORDER BY {order}) AS place
    FROM found ORDER BY {order} LIMIT {limit} OFFSET {offset}
), counts AS (
    SELECT entry, count(*) AS n,
        row_number() OVER (PARTITION BY split_part(entry, ':', 1) ORDER BY count(*) DESC, entry) AS place
    FROM (SELECT counted FROM {schema}.documents WHERE seq IN (
        SELECT seq FROM found
        WHERE hashint8(seq) & 65535 < 65536::bigint * {most} / greatest(1, (SELECT count(*) FROM found))
    )) AS sample, unnest(counted) AS entry
    WHERE split_part(entry, ':', 1) = ANY({facets}::text[]) GROUP BY entry
)
SELECT 1, '', seq, place FROM best
UNION ALL SELECT 2, entry, n, place FROM counts WHERE place <= {facet_size}
UNION ALL SELECT 3, '', count(*), 0 FROM found
ORDER BY 1, 4
""")
Counts = dict[str, list[tuple[str, int]]]
_read_place = msgspec.json.Decoder(Place).decode


class PostgresEngine:
    """See `store.search.base.Engine`. What the writer did becomes visible with its one transaction.

    The writer is whoever holds the database's advisory lock on a connection of its own: it goes with the process.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._database: Database | None = None
        self._analyzers = Analyzers()
        self._writer: Connection | None = None
        self._analyzed = False
        self._writing = threading.Lock()
        self._opening = threading.Lock()

    @property
    def _db(self) -> Database:
        """Opened when it is first asked, so that a database that is away only takes search with it."""
        with self._opening:
            if self._database is None:
                self._database = Database(self._dsn, wait_s=WAIT_S)
            return self._database

    def own(self) -> bool:
        with self._writing:
            if self._writer is None or self._writer.closed:
                self._writer = self._connect_writer()
            return self._writer is not None

    def begin(self) -> Place | None:
        with self._write() as writer:
            writer.rollback()
        return self.refresh()

    def refresh(self) -> Place | None:
        with self._db.read() as read:
            exists = read.execute("SELECT to_regclass(%s)", (f"{_SCHEMA}.place",)).fetchone()
            if exists is None or exists[0] is None:
                return None
            row = read.execute(_sql("SELECT value FROM {schema}.place")).fetchone()
        return _read_place(row[0]) if row else None

    def clear(self) -> None:
        self._analyzed = False
        with self._write() as writer:
            writer.execute(_sql("TRUNCATE {schema}.documents, {schema}.vocabulary, {schema}.place"))

    def put(self, documents: Sequence[SearchDocument]) -> None:
        known: set[str] = set()
        make = RowMaker(self._analyzers, known).make
        statement = _sql(f"COPY {{schema}}.documents ({COLUMNS}) FROM STDIN")
        with self._write() as writer:
            with writer.cursor().copy(statement) as copy:
                for document in documents:
                    copy.write_row(make(document))
            writer.execute(
                _sql("INSERT INTO {schema}.vocabulary SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"),
                (sorted(known),),
            )

    def drop(self, job_ids: Iterable[str]) -> None:
        with self._write() as writer:
            writer.execute(_sql("DELETE FROM {schema}.documents WHERE id = ANY(%s)"), (list(job_ids),))

    def commit(self, place: Place) -> None:
        with self._write() as writer:
            writer.execute(
                _sql(
                    "INSERT INTO {schema}.place (value) VALUES (%s)"
                    " ON CONFLICT (one) DO UPDATE SET value = excluded.value"
                ),
                (msgspec.json.encode(place),),
            )
            writer.commit()
            if place.whole and not self._analyzed:
                self._analyze(writer)

    def _analyze(self, writer: Connection) -> None:
        """Until then a table that was just filled is searched without its indexes."""
        writer.execute(_sql("ANALYZE {schema}.documents, {schema}.vocabulary"))
        for name in ("terms", "head", "words"):
            writer.execute("SELECT gin_clean_pending_list(%s::regclass)", (f"{_SCHEMA}.documents_{name}",))
        writer.commit()
        self._analyzed = True

    def find_companies_jobs(self, company_ids: Sequence[str]) -> list[int]:
        statement = _sql("SELECT seq FROM {schema}.documents WHERE company_id = ANY(%s)")
        with self._write() as writer:
            return [seq for (seq,) in writer.execute(statement, (list(company_ids),))]

    def search(self, query: SearchQuery) -> Found:
        with self._db.snapshot() as read:
            read.execute(f"SET LOCAL statement_timeout = {int(SEARCH_S * 1000)}")
            found = _find(read, query, make_query(query, self._analyzers, lambda _: ()))
            if found.total or not any(words.wanted for words in query.any_of):
                return found
            return _find(read, query, make_query(query, self._analyzers, lambda word: _alike(read, word)))

    def close(self) -> None:
        with self._writing:
            self._end_writer()
        with self._opening:
            if self._database is not None:
                self._database.close()

    def _connect_writer(self) -> Connection | None:
        """None: another process has it."""
        with _failures():
            writer = psycopg.connect(
                self._dsn, application_name="jobwire search", connect_timeout=5, autocommit=True
            )
        try:
            with _failures():
                writer.execute("SET statement_timeout = 0; SET client_min_messages = warning")
                owns = writer.execute("SELECT pg_try_advisory_lock(%s)", (_WRITER_LOCK,)).fetchone()
                if not owns or not owns[0]:
                    writer.close()
                    return None
                writer.execute(_TABLES.encode())
                writer.autocommit = False
        except BaseException:
            writer.close()
            raise
        return writer

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        """The writer; after a failure another one, that begins where the last commit was."""
        if self._writer is None or self._writer.closed:
            raise Unavailable("Another process writes the search index.")
        try:
            with _failures():
                yield self._writer
        except Unavailable:
            with self._writing:
                self._end_writer()
            raise

    def _end_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _find(read: Connection, query: SearchQuery, asked: Asked) -> Found:
    statement = _FIND.format(
        schema=sql.Identifier(_SCHEMA),
        score=asked.score,
        where=asked.where,
        order=asked.order,
        limit=sql.Literal(query.limit),
        offset=sql.Literal(query.offset),
        facets=sql.Literal(list(query.facets)),
        facet_size=sql.Literal(query.facet_size),
        most=sql.Literal(MOST_COUNTED if query.facets else 0),
    )
    seqs: list[int] = []
    facets: Counts = {name: [] for name in query.facets}
    total = 0
    for kind, entry, number, _ in read.execute(statement):
        if kind == 1:
            seqs.append(number)
        elif kind == 2:
            name, _, value = entry.partition(":")
            facets[name].append((value, number))
        else:
            total = number
    return Found(seqs, total, _estimate(facets, total))


def _estimate(facets: Counts, total: int) -> Counts:
    """Counts of all that match, from those of the jobs that were counted."""
    if total <= MOST_COUNTED:
        return facets
    return {
        name: [(value, round(n * total / MOST_COUNTED)) for value, n in counts] for name, counts in facets.items()
    }


def _alike(read: Connection, word: str) -> list[str]:
    """One wrong letter leaves the first or the last half of a word as it is; of two, most often one third."""
    if not forgiven(word):
        return []
    part = len(word) // (1 + forgiven(word))
    rows = read.execute(
        _sql(
            "SELECT word FROM {schema}.vocabulary WHERE (starts_with(word, %s) OR starts_with(reverse(word), %s))"
            " AND length(word) BETWEEN %s AND %s LIMIT %s"
        ),
        (
            word[:part],
            word[-part:][::-1],
            len(word) - forgiven(word),
            len(word) + forgiven(word),
            _LOOKED_AT,
        ),
    )
    return find_alike(word, (row[0] for row in rows))[:_MOST_ALIKE]


def _sql(text: str) -> sql.Composed:
    return sql.SQL(text).format(schema=sql.Identifier(_SCHEMA))


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Unavailable(f"The search index does not answer: {error}", retry_after_s=5) from error
