-- Money is integer micro-credits.

CREATE TABLE plans (
    name text COLLATE "C" PRIMARY KEY,
    plan text NOT NULL
);

CREATE TABLE accounts (
    id text COLLATE "C" PRIMARY KEY,
    account text NOT NULL
);

CREATE TABLE keys (
    id text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    last_used_at bigint,
    key text NOT NULL
);

-- Sum of the account's ledger less its open holds; written in the transaction of whatever changes either.
CREATE TABLE wallets (
    account_id text COLLATE "C" PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0)
);

CREATE TABLE ledger (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    amount bigint NOT NULL,
    kind text NOT NULL,
    family text,
    key_id text,
    rows bigint NOT NULL,
    note text NOT NULL
);
CREATE INDEX ledger_account ON ledger (account_id, n);

CREATE TABLE usage (
    account_id text COLLATE "C" NOT NULL,
    day text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    family text COLLATE "C" NOT NULL,
    rows bigint NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (account_id, day, key_id, family)
);

-- A page that is on its way. Bitmaps of log positions: `seqs` it pays for, `rides` it leaves to other open
-- holds to pay for, `owed` were delivered by a page that rode on this one; all lie from first_seq to last_seq.
-- There are few, so nothing finds them by id alone; ids are random, because a late answer must never meet another
-- page's hold.
CREATE TABLE holds (
    account_id text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    family text COLLATE "C" NOT NULL,
    price bigint NOT NULL,
    at bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    seqs bytea NOT NULL,
    rides bytea NOT NULL,
    owed bytea NOT NULL,
    PRIMARY KEY (account_id, stream, id)
);

-- The positions that an account has paid for, 65,536 to a bitmap.
CREATE TABLE paid (
    account_id text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    chunk bigint NOT NULL,
    bits bytea NOT NULL,
    PRIMARY KEY (account_id, stream, chunk)
);
