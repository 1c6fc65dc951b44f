-- Visits of a board that were begun since one ended: what a collector that dies leaves behind.
ALTER TABLE boards ADD COLUMN begun bigint NOT NULL DEFAULT 0;
