"""`/api/admin/...`: an operator's day over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from jobwire.model.account import CREDIT


@pytest.fixture
def admin(world: Any, client: Any) -> Any:
    client.key = world.add_key("jw_live_admin0000000000000", admin=True)
    return client


def post(client: Any, path: str, **body: Any) -> Any:
    reply = client.post(f"/api/admin/{path}", body)
    assert reply.status == 201, reply.data
    return reply.json()


def test_only_admin_keys(world: Any, client: Any) -> None:
    for path in ("plans", "accounts", "accounts/x", "accounts/x/ledger", "accounts/x/usage", "keys"):
        assert client.get(f"/api/admin/{path}").json()["code"] == "not_entitled"
    assert client.post("/api/admin/keys/x/revoke").status == 403
    client.key = ""
    assert client.get("/api/admin/keys").status == 401


def test_an_account_its_wallet_and_its_keys(world: Any, admin: Any) -> None:
    world.publish(*range(10))
    account = post(admin, "accounts", name="Acme", plan="payg")
    assert account["balance"] == 0 and account["plan"] == "payg"
    assert admin.post("/api/admin/accounts", {"name": "Acme"}).json()["code"] == "conflict"
    assert post(admin, "accounts/Acme/ledger", amount=2.5, note="invoice 7")["balance"] == 2.5
    held = world.accounts.hold(account["id"], "k", "feed", "sites", [1], CREDIT)
    found = admin.get("/api/admin/accounts/Acme").json()
    assert (found["balance"], found["set_aside"], found["spendable"]) == (2.5, 1, 1.5)
    world.accounts.release([held.id])
    made = post(admin, "keys", account="Acme", name="crawler", scopes=["feed"])
    secret = made["key"]
    assert secret.startswith("jw_live_") and "digest" not in made
    assert len(admin.post("/api/jobs/feed", X_Api_Key=secret).json()["jobs"]) == 5
    admin.wait_for(lambda: len(world.accounts.ledger(account["id"])) == 2)
    ledger = admin.get("/api/admin/accounts/Acme/ledger").json()
    assert [(e["kind"], e["amount"]) for e in ledger["entries"]] == [("charge", -2.5), ("topup", 2.5)]
    usage = admin.get(f"/api/admin/accounts/{account['id']}/usage").json()["usage"]
    assert usage == [
        {"day": "2026-03-01", "key_id": made["id"], "family": "feed", "rows": 5, "credits": 2.5},
    ]
    keys = admin.get("/api/admin/keys?account=Acme").json()["keys"]
    assert [key["name"] for key in keys] == ["crawler"] and secret not in str(keys)


def test_rotation_has_an_overlap_and_revocation_has_none(world: Any, admin: Any) -> None:
    old = post(admin, "keys", account="account-open", name="k")
    new = post(admin, f"keys/{old['id']}/rotate", overlap_hours=2)

    def use(made: Any) -> int:
        return int(admin.get("/api/jobs/expired", X_Api_Key=made["key"]).status)

    assert (use(old), use(new)) == (200, 200)
    world.clock.now += timedelta(hours=2)
    assert (use(old), use(new)) == (401, 200)
    assert admin.post(f"/api/admin/keys/{new['id']}/revoke").status == 200
    assert use(new) == 401


def test_a_key_of_the_operators_own(admin: Any) -> None:
    made = post(admin, "keys", account="account-open", name="own", key="an-old-key-of-more-than-20-characters")
    assert admin.get("/api/jobs/expired", X_Api_Key=made["key"]).status == 200
    short = admin.post("/api/admin/keys", {"account": "account-open", "name": "own", "key": "short"})
    assert short.status == 400
    twice = admin.post("/api/admin/keys", {"account": "account-open", "name": "own", "key": made["key"]})
    assert twice.status == 400 and "registered" in twice.json()["detail"]


def test_plans_take_effect_at_once(world: Any, admin: Any) -> None:
    plan = {"families": ["feed"], "prices": {"feed": 0.25}, "limits": {"feed": [{"requests": 2, "seconds": 60}]}}
    reply = admin.send("PUT", "/api/admin/plans/tiny", json.dumps(plan).encode())
    assert reply.json() == {"name": "tiny", "included": [], **plan}
    post(admin, "accounts", name="T", plan="open")
    secret = post(admin, "keys", account="T", name="k")["key"]
    assert admin.post("/api/career-sites/feed", X_Api_Key=secret).status == 200
    changed = admin.send("PATCH", "/api/admin/accounts/T", b'{"plan": "tiny"}')
    assert changed.json()["plan"] == "tiny"
    assert admin.post("/api/career-sites/feed", X_Api_Key=secret).status == 403
    assert [admin.post("/api/jobs/feed", X_Api_Key=secret).status for _ in range(2)] == [200, 429]  # 403 counts
    assert next(p for p in world.accounts.plans() if p.name == "tiny").prices == {"feed": CREDIT // 4}
    assert "tiny" in [p["name"] for p in admin.get("/api/admin/plans").json()["plans"]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {"name": ""}),
        ("accounts", {}),
        ("accounts/account-open/ledger", {"amount": -1}),
        ("accounts/account-open/ledger", {"amount": 1, "kind": "charge"}),
        ("accounts/account-open/ledger", {"amount": "1"}),
        ("keys", {"account": "account-open", "name": "x", "scopes": ["everything"]}),
    ],
)
def test_wrong_values(admin: Any, path: str, body: dict[str, Any]) -> None:
    assert admin.post(f"/api/admin/{path}", body).json()["code"] == "invalid_request"


def test_unknown_things(admin: Any) -> None:
    assert admin.post("/api/admin/accounts/none/ledger", {"amount": 1}).status == 404
    assert admin.post("/api/admin/accounts", {"name": "x", "plan": "none"}).status == 404
    assert admin.post("/api/admin/keys/none/revoke").status == 404
    assert admin.post("/api/admin/keys", {"account": "none", "name": "x"}).status == 404
