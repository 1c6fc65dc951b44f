"""The statements of docs/protocol.md that no test of `test_protocol_*.py` has to prove."""

from __future__ import annotations

from tests.api.statements import Page

says = Page("protocol")

says.advice(
    "Everything a consumer needs",
    "Base URL: the server's own.",
    "Use it if the server has it.",
    "A complete client is [below]",
    "Use it as your primary key.",
    "Reasons:",
    "Store it in the transaction that stores the rows",
    "Store `next_cursor` with the rows of each page",
    "Write each job by `id`.",
    "Remove them.",
    "What a program should do:",
)
says.elsewhere(
    {
        "Any server that keeps these rules": (
            "sync/test_engine.py::test_every_sink_follows_every_kind_of_server",
        ),
        "`jobwire sync` does either": (
            "sync/test_engine.py::test_every_sink_follows_every_kind_of_server",
            "sync/test_sinks.py",
        ),
        "no clock, no overlap, no sweep, no seven-day limit": (
            "test_docs.py::test_the_complete_client_keeps_a_copy_equal",
        ),
        "do the same with two endpoints and a watermark": (
            "api/test_examples.py::test_a_program_written_from_the_page_alone_has_no_drift",
        ),
        "a copy kept by the client or the recipe on this page holds exactly the active jobs": (
            "test_docs.py::test_the_complete_client_keeps_a_copy_equal",
            "api/test_examples.py::test_a_program_written_from_the_page_alone_has_no_drift",
            "api/test_seed_programs.py::test_the_feed_programs_end_with_the_active_jobs",
            "spine/test_recipe.py::test_the_printed_recipe_ends_equal",
        ),
        "in the order of commit": ("store/test_concurrency.py::test_followers_lose_nothing",),
        "What a cursor has passed, its holder has been sent.": (
            "store/test_concurrency.py::test_followers_lose_nothing",
            "store/test_cluster.py::test_a_replica_that_lags_makes_nobody_skip",
        ),
        "(Two more, written from this page alone, are in the folder `examples`": ("api/test_examples.py",),
        "A stream that ends sooner": (
            "api/test_examples.py::test_a_wallet_that_is_empty_amid_the_first_round_drops_nothing",
            "api/test_examples.py::test_killed_anywhere_it_ends_equal",
        ),
        "Python's standard library is all it needs.": (
            "test_docs.py::test_the_complete_client_keeps_a_copy_equal",
        ),
        "kill it whenever you like": ("api/test_examples.py::test_killed_anywhere_it_ends_equal",),
        "`source_removed` | the employer took it down": (
            "collect/test_deadline.py::test_a_posting_that_is_absent_after_its_deadline_expires_at_once",
        ),
        "`deadline` | it was taken down": (
            "collect/test_deadline.py::test_a_posting_that_is_absent_after_its_deadline_expires_at_once",
        ),
        "`board_gone` | the whole board is gone": (
            "collect/test_moves.py::test_ids_stay_where_the_requisition_proves_it",
            "collect/test_absence.py::test_a_gone_board_must_stay_gone_for_long",
        ),
        "has no earlier run whose start it could sweep from": (
            "spine/test_recipe.py::test_the_one_gap_of_the_printed_recipe",
        ),
        "If it then skips the sweep": ("spine/test_recipe.py::test_the_one_gap_of_the_printed_recipe",),
        "store the start of the first run when it *begins*": (
            "api/test_examples.py::test_a_program_written_from_the_page_alone_has_no_drift",
        ),
        "(The change feed and `jobwire sync` have no such gap.)": (
            "spine/test_recipe.py::test_jobwire_sync_ends_equal_with_a_crash_at_any_step",
            "test_docs.py::test_the_complete_client_keeps_a_copy_equal",
        ),
        "Common other spellings are accepted": (
            "test_docs.py::test_the_vocabulary_page_names_every_spelling",
            "model/test_vocabulary.py",
        ),
        "A page that you did not receive is not charged.": (
            "api/test_metering.py::test_a_page_that_the_client_did_not_take_is_not_charged",
            "api/test_workers.py::test_a_server_that_is_killed_amid_a_page_charges_nothing",
        ),
        "The server knows that its operating system took the last byte": (
            "api/test_metering.py::test_a_page_that_the_client_did_not_take_is_not_charged",
        ),
        "Limits are rolling windows per key;": (
            "api/test_limits.py::test_a_window_rolls",
            "api/test_limits.py::test_groups_and_keys_have_windows_of_their_own",
        ),
        "a store that was away is tried again within 15 s": (
            "api/test_breaker.py::test_it_opens_after_failures_in_a_row_and_lets_a_probe_through",
            "api/test_breaker.py::test_a_store_that_is_away_is_503_and_soon_is_not_asked_any_more",
        ),
        "All codes are explained on": ("api/test_openapi.py::test_every_code_is_explained_on_the_errors_page",),
    }
)
