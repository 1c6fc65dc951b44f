-- Money is integer micro-credits.

CREATE TABLE plans (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    last_used_at INTEGER,
    key TEXT NOT NULL
);

-- Sum of the account's ledger less its open holds; written in the transaction of whatever changes either.
CREATE TABLE wallets (
    account_id TEXT PRIMARY KEY,
    balance INTEGER NOT NULL CHECK (balance >= 0)
);

CREATE TABLE ledger (
    n INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    kind TEXT NOT NULL,
    family TEXT,
    key_id TEXT,
    rows INTEGER NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX ledger_account ON ledger (account_id, n);

CREATE TABLE usage (
    account_id TEXT NOT NULL,
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    family TEXT NOT NULL,
    rows INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account_id, day, key_id, family)
) WITHOUT ROWID;

-- A page that is on its way. Bitmaps of log positions: `seqs` it pays for, `rides` it leaves to other open
-- holds to pay for, `owed` were delivered by a page that rode on this one; all lie from first_seq to last_seq.
-- There are few, so nothing finds them by id alone; ids are random, because a late answer must never meet another
-- page's hold.
CREATE TABLE holds (
    account_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    id INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    family TEXT NOT NULL,
    price INTEGER NOT NULL,
    at INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    seqs BLOB NOT NULL,
    rides BLOB NOT NULL,
    owed BLOB NOT NULL,
    PRIMARY KEY (account_id, stream, id)
) WITHOUT ROWID;

-- The positions that an account has paid for, 65,536 to a bitmap.
CREATE TABLE paid (
    account_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (account_id, stream, chunk)
) WITHOUT ROWID;
