-- Who holds the lease of a board: only that collector writes of it.
ALTER TABLE boards ADD COLUMN holder text COLLATE "C" NOT NULL DEFAULT '';

-- When each host may be asked again, in seconds since 1970 by this database's clock: one pace for all machines.
-- Unlogged: a crash of the database empties it, and the pace starts anew.
CREATE UNLOGGED TABLE hosts (
    name text COLLATE "C" PRIMARY KEY,
    next_at double precision NOT NULL,
    asked_at double precision NOT NULL
);

CREATE FUNCTION seconds_now() RETURNS double precision LANGUAGE sql VOLATILE
AS 'SELECT extract(epoch FROM clock_timestamp())::float8';

-- 0 if it is the caller's turn at a host (the next comes `pause` later), else the seconds until the next one. A row
-- that lies ahead of the clock by more than `slack` is of a clock that was set back: it says nothing.
CREATE FUNCTION take_turn(host text, pause double precision, slack double precision) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    now_s double precision;
    found record;
BEGIN
    INSERT INTO jobwire.hosts VALUES (host, 0, 0) ON CONFLICT DO NOTHING;
    SELECT next_at, asked_at INTO found FROM jobwire.hosts WHERE name = host FOR UPDATE;
    now_s := jobwire.seconds_now();  -- after the wait for the row
    IF found.next_at > now_s AND found.asked_at <= now_s + slack THEN
        RETURN found.next_at - now_s;
    END IF;
    UPDATE jobwire.hosts SET next_at = now_s + pause, asked_at = now_s WHERE name = host;
    RETURN 0;
END $$;

CREATE FUNCTION rest_host(host text, rest double precision, slack double precision) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    now_s double precision := jobwire.seconds_now();
BEGIN
    INSERT INTO jobwire.hosts AS h VALUES (host, now_s + rest, now_s)
    ON CONFLICT (name) DO UPDATE SET asked_at = now_s,
        next_at = CASE WHEN h.asked_at > now_s + slack THEN excluded.next_at
                  ELSE greatest(h.next_at, excluded.next_at) END;
END $$;
