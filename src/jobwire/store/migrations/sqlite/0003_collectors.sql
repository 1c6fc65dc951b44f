-- Who holds the lease of a board: only that collector writes of it.
ALTER TABLE boards ADD COLUMN holder TEXT NOT NULL DEFAULT '';
