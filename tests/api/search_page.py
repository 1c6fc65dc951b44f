"""The statements of docs/search.md, and the tests that prove them."""

from __future__ import annotations

from tests.api.statements import Page

says = Page("search")
_QUERIES = "store/test_search_queries.py::"
_SEARCH = "api/test_search.py::"
_CLAIMS = "api/test_search_docs.py::test_words_and_filters_do_what_is_said"
_FILTERS = (f"{_SEARCH}test_filters", f"{_SEARCH}test_clients_of_every_kind_are_understood")
_XML = "api/test_job_feeds.py::test_xml_as_job_boards_read_it"
_FEEDS = "api/test_job_feeds.py::"

says.advice(
    "Find jobs by words",
    "turn the name of a place into coordinates;",
    "give jobs to people, job boards and feed readers.",
    "those who run Typesense already",
    "Typesense decides itself how to rank",
    "what they put first differs a little",
)
says.elsewhere(
    {
        # the doors
        "The same jobs as in [the feed]": (f"{_SEARCH}test_an_answer_has_the_jobs_of_the_feed",),
        "search reads at most the first 10,000 jobs": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",),
        "Keys, rate limits, credits and errors are those": (
            f"{_SEARCH}test_a_plan_without_search_and_a_request_without_key",
            "api/test_protocol_promises.py::test_every_endpoint_answers_and_costs_what_the_table_says",
        ),
        "with the request in the query string |": (f"{_SEARCH}test_all_three_doors_find_the_same",),
        "with the request as a JSON body |": (f"{_SEARCH}test_all_three_doors_find_the_same",),
        "`404` if it is not known |": (f"{_SEARCH}test_all_three_doors_find_the_same",),
        "| the places that a text names |": ("api/test_geocode.py::test_every_call_costs_the_same",),
        "| as the feed": (f"{_FEEDS}test_pages_cost_what_those_of_the_feed_cost",),
        "for people; public, no key": ("api/test_job_pages.py::test_a_visitor_reads_a_job",),
        # words
        "Any text is a query;": (f"{_QUERIES}test_no_text_is_wrong",),
        "none is refused.": (f"{_QUERIES}test_no_text_is_wrong",),
        "`data engineer` | jobs with all of these words": (_CLAIMS,),
        '`"data engineer"` | the words next to each other': (_CLAIMS,),
        "`-senior` | leaves out": (_CLAIMS,),
        '`-"team lead"` | leaves out': (f"{_QUERIES}test_query",),
        "are words of their own": ("store/test_search_relevance.py", f"{_QUERIES}test_query"),
        "`front-end`, `node.js`": ("store/test_search_relevance.py", f"{_QUERIES}test_query"),
        "`devops/sre` | either": ("store/test_search_relevance.py",),
        "Titles count most": ("store/test_search_relevance.py",),
        "With `search_descriptions: false`": (f"{_QUERIES}test_descriptions_can_be_left_out", _CLAIMS),
        "Case does not matter": (_CLAIMS,),
        "English words are also found in their other forms": (_CLAIMS,),
        "quoted ones are not": (_CLAIMS,),
        "Words that say nothing of a job": (f"{_QUERIES}test_query", _CLAIMS),
        "**Short names** of roles": ("store/test_search_relevance.py", f"{_QUERIES}test_query"),
        "Two names of one role": ("store/test_search_relevance.py",),
        "**Fewer words**": (f"{_QUERIES}test_fewer_words_are_asked_for_only_if_no_job_has_all",),
        "are given up first": (f"{_QUERIES}test_what_is_given_up_first",),
        "Quoted phrases and what is left out stay": (f"{_QUERIES}test_what_is_given_up_first",),
        "`X-Search-Relaxed: true` says that it was so": (f"{_SEARCH}test_an_answer_with_fewer_words_says_so",),
        "`queries` takes up to ten;": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",),
        "a job that matches any of them is found": (_CLAIMS, f"{_QUERIES}test_any_of_several_queries"),
        # parameters
        "All are optional.": (f"{_SEARCH}test_filters",),
        "lists are repeated or comma-separated": _FILTERS,
        "are repeated only, because places hold commas": _FILTERS,
        "Names that are not known are ignored": (f"{_SEARCH}test_unknown_fields_are_named",),
        "values that cannot be read are a `400`": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",),
        "`query` | `q` |": (f"{_SEARCH}test_long_queries",),
        "`queries` |": _FILTERS,
        "`search_descriptions` | `search_description` |": _FILTERS,
        "`locations` | `location` |": _FILTERS,
        "`countries`, `regions`, `cities` |": _FILTERS,
        "`sources` |": _FILTERS,
        "`work_models` |": _FILTERS,
        "`is_remote` |": _FILTERS,
        "`employment_types` |": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",),
        "`experience_levels` |": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",),
        "`skills` |": _FILTERS,
        "`companies` | `company_ids` |": (*_FILTERS, _CLAIMS),
        "`industries` |": _FILTERS,
        "`min_salary_usd`, `max_salary_usd` |": (*_FILTERS, _CLAIMS),
        "`posted_after`, `posted_before` |": (f"{_QUERIES}test_filter", *_FILTERS),
        "`updated_after` |": _FILTERS,
        "`sort` |": (f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400", f"{_QUERIES}test_sorts"),
        "`page`, `page_size` |": (
            f"{_SEARCH}test_pages_hold_every_job_once",
            f"{_SEARCH}test_what_cannot_be_read_is_a_clear_400",
        ),
        "`include_facets` |": (f"{_SEARCH}test_facets_are_counts_of_all_that_matches",),
        "`include_fields`, `exclude_fields` |": (f"{_SEARCH}test_heavy_fields_can_be_left_out",),
        "The values of one list are alternatives;": _FILTERS,
        "different filters must all hold;": _FILTERS,
        "nothing of an `exclude_` list may": _FILTERS,
        "by the same date as `posted_after`": (f"{_QUERIES}test_sorts",),
        "is the highest first": (f"{_QUERIES}test_sorts",),
        # the answer
        "`facets` holds, for each of": (f"{_QUERIES}test_facets_count_all_that_matches",),
        "An entry of `companies` has": (f"{_SEARCH}test_facets_are_counts_of_all_that_matches",),
        "The index follows the change log": (f"{_SEARCH}test_it_follows_the_log",),
        "a job that expired is never shown": (
            "store/test_search.py::test_positions_that_moved_are_not_shown_while_it_lags",
        ),
        "While it is being built for the first time": (
            "store/test_search.py::test_before_it_is_whole_it_says_so",
        ),
        "the feed works meanwhile": (f"{_SEARCH}test_an_engine_that_stops_answering_does_not_stop_the_feed",),
        "paid for with the feed costs nothing here": (f"{_SEARCH}test_each_delivered_job_is_paid_once",),
        # engines
        "The setting `search` says where": (f"{_SEARCH}test_the_index_may_be_in_postgresql",),
        "are judged by the same queries": ("store/test_search_relevance.py",),
        "| tantivy, in the folder `search`": (f"{_SEARCH}test_the_folder_is_shared_and_outlives_a_server",),
        "`postgresql://...` | tables": (f"{_SEARCH}test_the_index_may_be_in_postgresql",),
        "and of several `queries` the one with the most hits": ("store/test_search_typesense.py",),
        "The adapter needs nothing to be installed": ("store/test_search_typesense.py",),
        "It is tested against Typesense 0.24": ("store/test_search_typesense.py",),
        "Measured with `benchmarks/search.py`": ("test_benchmarks.py",),
        "PostgreSQL takes 50 ms with 100,000 jobs": ("test_benchmarks.py",),
        "it takes four times as long to be built": ("test_benchmarks.py",),
        "the counts of its facets are estimates": (
            "store/test_search.py::test_counts_of_very_many_are_estimates",
        ),
        "`total` is exact": ("store/test_search.py::test_counts_of_very_many_are_estimates",),
        "One process writes the index": ("store/test_search.py::test_another_process_reads_what_one_writes",),
        "when it ends, another takes over": ("store/test_search.py::test_another_process_reads_what_one_writes",),
        "An index that is lost or of another store": (
            "store/test_search.py::test_an_index_of_another_log_is_made_again",
            "store/test_search.py::test_a_damaged_index_is_made_again",
        ),
        "If the engine does not answer": (
            f"{_SEARCH}test_an_engine_that_stops_answering_does_not_stop_the_feed",
            f"{_SEARCH}test_typesense_that_is_slow_or_away_costs_only_search",
        ),
        "nothing else is touched": (f"{_SEARCH}test_an_engine_that_stops_answering_does_not_stop_the_feed",),
        "tell its state and how far it is behind": ("api/test_door.py::test_health_and_metrics",),
        # geocoding
        "`location` is a text of at most 200 characters": (
            "api/test_geocode.py::test_a_text_that_is_missing_or_too_long",
            "api/test_search_docs.py::test_places_are_texts_as_people_write_them",
        ),
        "A name that several places share": (
            "api/test_search_docs.py::test_places_are_texts_as_people_write_them",
        ),
        "A text that names no place is a `200`": (
            "api/test_geocode.py::test_no_place_is_an_answer_that_costs_nothing",
        ),
        "Regions and countries have no coordinates": ("api/test_geocode.py::test_places",),
        "Nothing is asked elsewhere: the gazetteer": ("api/test_geocode.py::test_places",),
        # feeds and pages
        "is the XML that job boards import": (_XML,),
        "What XML cannot hold": (f"{_FEEDS}test_what_xml_cannot_hold_is_left_out_of_it",),
        **{" | ".join(row): (_XML,) for row in says.rows("Feeds for job boards and readers")},
        "is [JSON Feed 1.1]": (f"{_FEEDS}test_json_feed_as_readers_read_it",),
        "Filters are [those of the feed]": (f"{_FEEDS}test_filters_are_those_of_the_feed",),
        "`batch_size` is 1 to 500": (f"{_FEEDS}test_the_size_of_a_page",),
        "The next page is at `next_url`": (f"{_FEEDS}test_pages_to_the_end_are_the_active_jobs",),
        "there is none on the last": (f"{_FEEDS}test_pages_to_the_end_are_the_active_jobs",),
        "The order, the cursor and what is promised": (f"{_FEEDS}test_the_size_of_a_page",),
        "Importers that can send no header": (f"{_FEEDS}test_a_key_is_needed_and_may_be_in_the_address",),
        "the addresses of next pages then hold it too": (
            f"{_FEEDS}test_a_key_is_needed_and_may_be_in_the_address",
        ),
        "It is not logged by jobwire": (f"{_FEEDS}test_a_key_is_needed_and_may_be_in_the_address",),
        "Pages cost what pages of the feed cost": (f"{_FEEDS}test_pages_cost_what_those_of_the_feed_cost",),
        "is a page of one active job for people, with": (
            "api/test_job_pages.py::test_programs_read_a_job_posting",
        ),
        "It loads nothing from other hosts": (
            "api/test_job_pages.py::test_a_page_leads_only_to_the_web_and_loads_nothing_from_elsewhere",
        ),
        "A job that expired answers `410`": ("api/test_job_pages.py::test_a_job_that_is_not_there",),
    }
)
