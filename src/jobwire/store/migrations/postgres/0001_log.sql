-- Times are microseconds since 1970 (UTC). Terms are JSON lists as `store.terms` packs them.

CREATE TABLE schema_version (
    version bigint PRIMARY KEY,
    name text NOT NULL
);

-- One row: where the logs end and what they hold, kept by every writer in its transaction.
CREATE TABLE stats (
    one bigint PRIMARY KEY CHECK (one = 1),
    head bigint NOT NULL DEFAULT 0,
    company_head bigint NOT NULL DEFAULT 0,
    horizon bigint NOT NULL DEFAULT 0,
    last_at bigint NOT NULL DEFAULT 0,
    active bigint NOT NULL DEFAULT 0,
    tombstones bigint NOT NULL DEFAULT 0,
    companies bigint NOT NULL DEFAULT 0,
    sites bigint NOT NULL DEFAULT 0,
    boards bigint NOT NULL DEFAULT 0
);
INSERT INTO stats (one) VALUES (1);

CREATE TABLE meta (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);

-- The log of jobs: small columns only, so that a follower reads a million positions in a second.
CREATE TABLE jobs (
    seq bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    company_id text NOT NULL,
    at bigint NOT NULL,
    reason text,                    -- set: a tombstone
    posted_ahead bigint,            -- date_posted where it is later than `at`
    terms text NOT NULL,
    past_terms text NOT NULL,
    source text NOT NULL,
    created_at bigint NOT NULL,
    digest bytea NOT NULL,
    board_key text COLLATE "C" NOT NULL,
    posting_id text COLLATE "C" NOT NULL,
    list_mark text NOT NULL,
    view_digest bytea NOT NULL,
    requisition_id text,
    enrich_version bigint NOT NULL,
    raw_digest bytea,
    misses bigint NOT NULL DEFAULT 0,
    missed_at bigint
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX jobs_at ON jobs (at, seq);
CREATE INDEX jobs_active ON jobs (seq) WHERE reason IS NULL;
CREATE INDEX jobs_tombstones ON jobs (seq, at, id) WHERE reason IS NOT NULL;
CREATE INDEX jobs_posted_ahead ON jobs (seq, posted_ahead) WHERE posted_ahead IS NOT NULL;
CREATE INDEX jobs_board ON jobs (board_key, posting_id) WHERE board_key <> '';

-- The finished bytes of active jobs, in the order of the log: what pages are made of. Bodies up to 8 KB stay in
-- their row, uncompressed: pages read in 11 ms, against 18 with lz4 and 36 with pglz out of line (measured).
CREATE TABLE bodies (
    seq bigint PRIMARY KEY,
    company_id text NOT NULL,
    body bytea NOT NULL
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE raws (
    job_id text COLLATE "C" PRIMARY KEY,
    raw bytea NOT NULL
);

DO $$ BEGIN
    ALTER TABLE bodies ALTER COLUMN body SET COMPRESSION lz4;
    ALTER TABLE raws ALTER COLUMN raw SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- a server built without lz4: its own compression, at half the speed
END $$;

-- The log of companies. `site` is the finished career-site row; null: a profile only.
CREATE TABLE companies (
    seq bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    at bigint NOT NULL,
    digest bytea NOT NULL,
    terms text NOT NULL,
    discovered_at bigint,
    founded_year bigint,
    site bytea,
    data bytea NOT NULL
);
CREATE INDEX companies_at ON companies (at, seq);

CREATE TABLE boards (
    key text COLLATE "C" PRIMARY KEY,
    company_id text NOT NULL,
    added_at bigint NOT NULL,
    paused boolean NOT NULL,
    next_visit_at bigint,           -- null: at once
    last_success_at bigint,
    leased_until bigint,
    board text NOT NULL,
    memory text NOT NULL
);
CREATE INDEX boards_due ON boards (next_visit_at) WHERE NOT paused;

CREATE TABLE visits (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_key text COLLATE "C" NOT NULL,
    visit text NOT NULL
);
CREATE INDEX visits_board ON visits (board_key, n);
