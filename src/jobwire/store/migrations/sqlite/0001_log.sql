-- Times are microseconds since 1970 (UTC). Terms are JSON lists as `store.terms` packs them.

CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);

-- One row: where the logs end and what they hold, kept by every writer in its transaction.
CREATE TABLE stats (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    head INTEGER NOT NULL DEFAULT 0,
    company_head INTEGER NOT NULL DEFAULT 0,
    horizon INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 0,
    tombstones INTEGER NOT NULL DEFAULT 0,
    companies INTEGER NOT NULL DEFAULT 0,
    sites INTEGER NOT NULL DEFAULT 0,
    boards INTEGER NOT NULL DEFAULT 0
);
INSERT INTO stats (one) VALUES (1);

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- The log of jobs: small columns only, so that a follower reads a million positions in a second.
CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    company_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,                    -- set: a tombstone
    posted_ahead INTEGER,           -- date_posted where it is later than `at`
    terms TEXT NOT NULL,
    past_terms TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    board_key TEXT NOT NULL,
    posting_id TEXT NOT NULL,
    list_mark TEXT NOT NULL,
    view_digest BLOB NOT NULL,
    requisition_id TEXT,
    enrich_version INTEGER NOT NULL,
    raw_digest BLOB,
    misses INTEGER NOT NULL DEFAULT 0,
    missed_at INTEGER
);
CREATE INDEX jobs_active ON jobs (seq) WHERE reason IS NULL;
CREATE INDEX jobs_tombstones ON jobs (seq, at, id) WHERE reason IS NOT NULL;
CREATE INDEX jobs_posted_ahead ON jobs (seq, posted_ahead) WHERE posted_ahead IS NOT NULL;
CREATE INDEX jobs_board ON jobs (board_key, posting_id) WHERE board_key <> '';

-- The finished bytes of active jobs, in the order of the log: what pages are made of.
CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY,
    company_id TEXT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE raws (
    job_id TEXT PRIMARY KEY,
    raw BLOB NOT NULL
);

-- The log of companies. `site` is the finished career-site row; null: a profile only.
CREATE TABLE companies (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    terms TEXT NOT NULL,
    discovered_at INTEGER,
    founded_year INTEGER,
    site BLOB,
    data BLOB NOT NULL
);

CREATE TABLE boards (
    key TEXT PRIMARY KEY,
    company_id TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    next_visit_at INTEGER,          -- null: at once
    last_success_at INTEGER,
    leased_until INTEGER,
    board TEXT NOT NULL,
    memory TEXT NOT NULL
);
CREATE INDEX boards_due ON boards (next_visit_at) WHERE paused = 0;

CREATE TABLE visits (
    n INTEGER PRIMARY KEY,
    board_key TEXT NOT NULL,
    visit TEXT NOT NULL
);
CREATE INDEX visits_board ON visits (board_key, n);
