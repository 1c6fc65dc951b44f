"""The PostgreSQL fixture gives each test a database of its own, clones included."""

import psycopg


def test_databases_are_apart(postgres_server, postgres_dsn):
    def prepare(dsn):
        with psycopg.connect(dsn) as db:
            db.execute("CREATE TABLE seed AS SELECT 7 AS n")

    clone = postgres_server.create(postgres_server.template("selftest", prepare))
    with psycopg.connect(clone) as db, psycopg.connect(postgres_dsn) as empty:
        assert db.execute("SELECT n FROM seed").fetchone() == (7,)
        assert empty.execute("SELECT to_regclass('seed')").fetchone() == (None,)
    postgres_server.drop(clone)
