"""Every statement of docs/errors.md, docs/vocabulary.md and docs/search.md has a test, as in docs/protocol.md."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from tests.api.conftest import KEY, Client, Servers, World
from tests.api.search_page import says as search
from tests.api.statements import Page

from jobwire.model.account import CREDIT
from jobwire.model.visit import Outcome

FEED = "/api/jobs/feed"
errors, vocabulary = Page("errors"), Page("vocabulary")
importlib.import_module("tests.api.test_search_docs")  # quotes what it proves
errors.advice("Quote the answer's `X-Request-Id`", "500 | try again once; report it", "Send it again.")
errors.elsewhere(
    {
        "Every failure is one JSON document": ("api/test_protocol_answers.py::test_failures",),
        "`code` is for programs": ("api/test_protocol_answers.py::test_failures",),
        "`error` and `message` repeat": ("api/test_protocol_answers.py::test_failures",),
        "503, 429 | wait": ("api/test_protocol_answers.py::test_failures",),
        "400 `invalid_cursor`, 409 `resync_required` | start over": (
            "test_docs.py::test_the_complete_client_keeps_a_copy_equal",
        ),
        "402 | stop, tell a person": (
            "api/test_examples.py::test_a_wallet_that_is_empty_amid_the_first_round_drops_nothing",
        ),
        "other 4xx | stop": ("api/test_protocol_answers.py::test_failures",),
        "holds a value that its vocabulary does not know": ("api/test_protocol_feeds.py::test_wrong_values",),
        "`detail` names the field, the value": ("api/test_feed.py::test_a_wrong_value_is_a_400_that_names_it",),
        "Unknown *names* are no error": ("api/test_feed.py::test_unknown_fields_are_ignored_and_named",),
        "belongs to another endpoint": (
            "api/test_feed.py::test_a_cursor_of_another_kind_or_an_altered_one_is_refused",
        ),
        "Drop it and start the scan again.": ("test_docs.py::test_the_complete_client_keeps_a_copy_equal",),
        "Never send the same one twice": ("api/test_protocol_answers.py::test_failures",),
        "`expired_since` is more than 7 days ago": (
            "api/test_expired.py::test_more_than_seven_days_ago_asks_for_a_full_resync",
        ),
        "Run a full re-sync": ("api/test_examples.py::test_a_program_written_from_the_page_alone_has_no_drift",),
        "ids in your store that it no longer delivers": (
            "api/test_examples.py::test_a_program_written_from_the_page_alone_has_no_drift",
        ),
        "has no such wall": ("api/test_protocol_feeds.py::test_how_long_removals_are_kept",),
        "missing, unknown, revoked or past its end": ("api/test_door.py::test_keys",),
        "Send it as `X-Api-Key: ...`": ("api/test_protocol_promises.py::test_keys",),
        "The wallet cannot pay for one row": (
            "api/test_protocol_answers.py::test_a_wallet_that_cannot_pay_for_all",
        ),
        "`credits_required` is the price": (
            "api/test_protocol_answers.py::test_a_wallet_that_cannot_pay_for_all",
        ),
        "A wallet that can pay for some": (
            "api/test_protocol_answers.py::test_a_wallet_that_cannot_pay_for_all",
        ),
        "does not include this part": ("api/test_door.py::test_scopes_and_plans",),
        "nothing at this path": ("api/test_protocol_answers.py::test_failures",),
        "the body says when and why": ("api/test_door.py::test_an_expired_job_says_so",),
        "did not arrive in time": ("api/test_slow_clients.py::test_a_body_that_does_not_come_is_408",),
        "the name is taken": ("api/test_admin.py::test_an_account_its_wallet_and_its_keys",),
        "409, `GET /api/jobs/changes` only": ("api/test_protocol_feeds.py::test_away_for_too_long",),
        "The cursor is older than the removals": ("api/test_protocol_feeds.py::test_away_for_too_long",),
        "The body holds a fresh `cursor`": ("api/test_protocol_feeds.py::test_away_for_too_long",),
        "larger than 1 MiB": ("api/test_door.py::test_large_and_compressed_bodies_are_refused",),
        "read uncompressed only": ("api/test_door.py::test_large_and_compressed_bodies_are_refused",),
        "A rolling window of the key's plan is full": (
            "api/test_limits.py::test_headers_count_down_and_the_fourth_is_refused",
            "api/test_limits.py::test_refused_keys_are_limited_per_address_and_good_keys_are_not",
            "api/test_limits.py::test_what_needs_no_key_is_limited_per_address",
        ),
        "hold the exact number of seconds": (
            "api/test_limits.py::test_headers_count_down_and_the_fourth_is_refused",
        ),
        "say where you stand": ("api/test_limits.py::test_headers_count_down_and_the_fourth_is_refused",),
        "The database does not answer": (
            "api/test_breaker.py::test_a_store_that_is_away_is_503_and_soon_is_not_asked_any_more",
            "api/test_breaker.py::test_beyond_the_queue_requests_are_refused_at_once",
        ),
        "Wait the seconds in `Retry-After` (5)": ("api/test_protocol_answers.py::test_failures",),
        "tries its database again within 15 seconds": (
            "api/test_breaker.py::test_it_opens_after_failures_in_a_row_and_lets_a_probe_through",
        ),
    }
)
vocabulary.advice("The words of the project", *(f"**{row[0].strip('*')}**" for row in vocabulary.rows("Words")))
vocabulary.elsewhere(
    {
        "(it was not: nothing expires)": (
            "collect/test_absence.py",
            "collect/test_faults.py",
        ),
        "Emitted is always the first spelling": ("model/test_vocabulary.py::test_spellings",),
        "case, `-`, `_` and blanks do not matter": ("model/test_vocabulary.py::test_spellings",),
        "are open: new ATS names appear": (
            "model/test_vocabulary.py::test_sources_are_an_open_set_with_aliases",
        ),
        "Aliases such as `lever_co`": ("model/test_vocabulary.py::test_sources_are_an_open_set_with_aliases",),
        **{
            " | ".join(row): ("test_docs.py::test_the_vocabulary_page_names_every_spelling",)
            for row in vocabulary.rows("Closed lists")
        },
    }
)


@pytest.mark.parametrize("page", [errors, vocabulary, search], ids=["errors", "vocabulary", "search"])
def test_every_statement_is_proven(page: Page) -> None:
    assert (page.gaps, page.stale, page.lost) == ([], [], [])


@errors("is not one JSON object in UTF-8")
@pytest.mark.parametrize("body", [b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[1]", b'"\xff"', b"[" * 5_000])
def test_bodies_that_are_not_one_object(client: Client, body: bytes) -> None:
    reply = client.send("POST", FEED, body)
    assert (reply.status, reply.json()["code"]) == (400, "invalid_request")


@errors("The path exists;", "the `Allow` header lists its methods")
def test_a_method_that_is_not_there(client: Client) -> None:
    assert client.get(FEED).headers["Allow"] == "POST, OPTIONS"


class Faulty:
    """A store with a mistake in it."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get_job(self, job_id: str) -> Any:
        raise RuntimeError("a mistake")


@errors("A fault of the server;", "in its log under the request's id", "Nothing was charged.", "cost no credits")
def test_a_fault_of_the_server(world: World, serve: Servers, quiet_log: list[Any]) -> None:
    world.publish(1)
    client = serve(store=Faulty(world.store))
    client.key = world.add_key("jw_live_payg00000000000000", plan="payg", credits_=CREDIT)
    reply = client.get(f"/api/jobs/{world.job(1).id}")
    assert (reply.status, reply.json()["code"]) == (500, "internal_error") and b"mistake" not in reply.data
    assert reply.headers["X-Request-Id"] in repr(quiet_log)
    assert world.accounts.balance("account-payg") == CREDIT and KEY not in repr(quiet_log)


@vocabulary("A visit ends as")
def test_outcomes_of_a_visit() -> None:
    text = next(said for said in vocabulary.statements if "A visit ends as" in said)
    assert [outcome.value for outcome in Outcome if f"`{outcome.value}`" not in text] == []
