-- Requests counted for rate limits, numbered per name: a look costs the same however full a window is.
-- Unlogged: a counter, not a record. A crash of the database empties it, and every window with it.
CREATE UNLOGGED TABLE hits (
    name text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    at double precision NOT NULL,
    until double precision NOT NULL,
    PRIMARY KEY (name, n)
);
CREATE INDEX hits_at ON hits (name, at);

-- Counts one hit of `who` if none of its windows (most hits, seconds) is full. `counts` and `ages` (seconds since
-- the oldest hit) are those before it.
CREATE FUNCTION take_hit(who text, mosts int[], spans int[], OUT free boolean, OUT counts bigint[], OUT ages float8[])
LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
    last_at double precision;
    now_s double precision;
    oldest record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(who, 7301));
    SELECT n, at INTO newest, last_at FROM jobwire.hits WHERE name = who ORDER BY n DESC LIMIT 1;
    newest := coalesce(newest, 0);
    -- A clock that was set back must not make the order of numbers and times differ.
    now_s := greatest(extract(epoch FROM clock_timestamp()), last_at);
    free := true;
    FOR i IN 1 .. array_length(spans, 1) LOOP
        SELECT n, at INTO oldest FROM jobwire.hits WHERE name = who AND at > now_s - spans[i] ORDER BY at, n LIMIT 1;
        counts[i] := coalesce(newest - oldest.n + 1, 0);
        ages[i] := coalesce(now_s - oldest.at, 0);
        free := free AND counts[i] < mosts[i];
    END LOOP;
    IF free THEN
        INSERT INTO jobwire.hits VALUES (who, newest + 1, now_s, now_s + (SELECT max(s) FROM unnest(spans) s));
        IF newest % 64 = 0 THEN
            DELETE FROM jobwire.hits WHERE name = who AND until <= now_s AND n <= newest;
        END IF;
    END IF;
END $$;
