"""Every case that others have named, and the test of ours that fails when it is let through.

The names are those of the OpenID conformance suite's Basic RP profile and of its back-channel logout modules, the rows
of what Authlib's client accepts by itself, and published incidents. A test is named `file::test`, with the row of its
table in brackets where it has one; what does not concern us says why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
CLAIMS, LOGOUT, PROVIDER = "sso/test_claims.py", "sso/test_logout.py", "sso/test_provider.py"
TOKENS, TRANSPORT, VIEWS = "web/issuers/test_tokens.py", "web/issuers/test_transport.py", "sso/test_views.py"
MATRIX, PAGES, INVITATIONS = "sso/test_deprovisioning_matrix.py", "pages/test_views.py", "lifecycle/test_invitations.py"
GATE, BAD, WEB = "sso/test_gate.py", "sso/test_bad_input.py", "web/test_pages.py"
ARRIVING = "lifecycle/test_arriving.py"
CUT = f"{MATRIX}::test_every_way_in_is_refused_at_the_very_next_request"

BASIC_RP = {
    "oidcc-client-test": f"{PROVIDER}::test_okta_names_a_person_by_sub",
    "oidcc-client-test-invalid-iss": f"{PROVIDER}::test_a_wrong_id_token[Deviation.WRONG_ISSUER]",
    "oidcc-client-test-missing-sub": f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_SUBJECT]",
    "oidcc-client-test-invalid-aud": f"{PROVIDER}::test_a_wrong_id_token[Deviation.FOREIGN_AUDIENCE]",
    "oidcc-client-test-missing-aud": f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_AUDIENCE]",
    "oidcc-client-test-missing-iat": f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_ISSUE_TIME]",
    "oidcc-client-test-kid-absent-single-jwks": (
        f"{PROVIDER}::test_a_token_without_kid_is_taken_when_one_key_comes_into_question"
    ),
    "oidcc-client-test-kid-absent-multiple-jwks": (
        f"{PROVIDER}::test_a_token_without_kid_is_taken_when_one_key_comes_into_question"
    ),
    "oidcc-client-test-idtoken-sig-rs256": f"{PROVIDER}::test_each_allowed_algorithm_is_taken[RS256]",
    "oidcc-client-test-idtoken-sig-none": f"{PROVIDER}::test_none_is_refused_though_the_metadata_offers_it",
    "oidcc-client-test-invalid-sig-rs256": f"{PROVIDER}::test_a_wrong_id_token[Deviation.FORGED_SIGNATURE]",
    "oidcc-client-test-invalid-sig-es256": f"{TOKENS}::test_zeros_are_no_elliptic_signature",
    "oidcc-client-test-invalid-sig-hs256": f"{PROVIDER}::test_a_wrong_id_token[Deviation.PUBLIC_KEY_AS_SECRET]",
    "oidcc-client-test-invalid-athash": f"{PROVIDER}::test_a_wrong_id_token[Deviation.WRONG_TOKEN_HASH]",
    "oidcc-client-test-userinfo-invalid-sub": f"{PROVIDER}::test_wrong_userinfo[Deviation.USERINFO_OTHER_SUBJECT]",
    "oidcc-client-test-nonce-invalid": f"{PROVIDER}::test_a_wrong_id_token[Deviation.WRONG_NONCE]",
    "oidcc-client-test-scope-userinfo-claims": (
        f"{PROVIDER}::test_the_userinfo_endpoint_is_asked_only_where_the_token_says_too_little"
    ),
    "oidcc-client-test-client-secret-basic": f"{PROVIDER}::test_in_the_header_or_in_the_form[client_secret_basic]",
    "oidcc-client-test-discovery-issuer-mismatch": (
        f"{PROVIDER}::test_wrong_metadata[Deviation.DISCOVERY_OTHER_ISSUER]"
    ),
    "oidcc-client-test-signing-key-rotation": (
        f"{PROVIDER}::test_a_key_that_was_withdrawn_stops_working_after_ten_minutes"
    ),
    "oidcc-client-test-signing-key-rotation-just-before-signing": (
        f"{PROVIDER}::test_a_key_rotated_just_before_signing_works"
    ),
}

BACK_CHANNEL = {
    "oidcc-client-test-rp-backchannel-rpinitlogout": f"{LOGOUT}::test_a_session_that_the_provider_names_is_over",
    "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none": (
        f"{LOGOUT}::test_a_wrongly_signed_token_ends_nothing[Deviation.NO_ALGORITHM]"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg": (
        f"{LOGOUT}::test_a_wrongly_signed_token_ends_nothing[Deviation.UNLISTED_ALGORITHM]"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud": (
        f"{LOGOUT}::test_a_wrong_token_ends_nothing['aud': 'globex']"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss": (
        f"{LOGOUT}::test_a_wrong_token_ends_nothing['iss': 'https://other.example']"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event": (
        f"{LOGOUT}::test_a_wrong_token_ends_nothing[event/other]"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-no-event": (
        f"{LOGOUT}::test_a_wrong_token_ends_nothing['events': None]"
    ),
    "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce": (
        f"{LOGOUT}::test_a_wrong_token_ends_nothing['nonce': 'n']"
    ),
}

AUTHLIB = {
    "audience of another client with azp ours": f"{PROVIDER}::test_a_wrong_id_token[Deviation.FOREIGN_AUDIENCE]",
    "answer without an ID token": f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_ID_TOKEN]",
    "iss parameter of another issuer": f"{PROVIDER}::test_a_response_of_another_issuer_is_refused",
    "promised iss parameter absent": f"{PROVIDER}::test_a_response_without_the_promised_issuer_is_refused",
    "discovery of another issuer": f"{PROVIDER}::test_wrong_metadata[Deviation.DISCOVERY_OTHER_ISSUER]",
    "alg none, metadata silent or listing it": f"{PROVIDER}::test_none_is_refused_though_the_metadata_offers_it",
    "HS256 with the public key": f"{PROVIDER}::test_a_wrong_id_token[Deviation.PUBLIC_KEY_AS_SECRET]",
    "typ logout+jwt": f"{PROVIDER}::test_a_wrong_id_token[Deviation.FOREIGN_TYPE]",
    "exp 100 s ago": f"{PROVIDER}::test_a_wrong_id_token[Deviation.EXPIRED]",
    "leeway of 30 s": f"{CLAIMS}::test_clocks_may_differ_by_thirty_seconds",
    "iat ten years old": f"{PROVIDER}::test_a_wrong_id_token[Deviation.OLD_ISSUE_TIME]",
    "auth_time against max_age": f"{PROVIDER}::test_an_old_authentication_is_refused_where_a_maximum_age_was_asked",
    "empty sub": f"{PROVIDER}::test_a_wrong_id_token[Deviation.EMPTY_SUBJECT]",
    "wrong at_hash": f"{PROVIDER}::test_a_wrong_id_token[Deviation.WRONG_TOKEN_HASH]",
    "metadata never refreshed": f"{PROVIDER}::test_metadata_is_fetched_once_a_day",
    "key set fetched for every unknown kid": f"{PROVIDER}::test_unknown_keys_make_us_look_once_a_minute",
    "no time-out": f"{TRANSPORT}::test_every_request_has_time_limits",
    "userinfo of somebody else": f"{PROVIDER}::test_wrong_userinfo[Deviation.USERINFO_OTHER_SUBJECT]",
    "login state in the cookie": f"{VIEWS}::test_the_callback_of_another_browser_is_refused",
}

INCIDENTS = {
    18: f"{CUT}[inactive_by_put]",
    19: f"{CUT}[directory_off]",
    20: "story/test_cut_everywhere.py::test_what_was_cut_stays_cut_in_every_process_and_after_a_restart",
    21: f"{CUT}[inactive_by_value]",
    22: f"{CUT}[deleted]",
    23: f"{CUT}[tenant_off]",
    24: f"{VIEWS}::test_a_directory_that_is_off_signs_nobody_in",
    25: f"{CUT}[last_group_lost]",
    26: f"{CUT}[inactive_by_path]",
    27: f"{CUT}[scim_token_revoked]",
    28: f"{GATE}::test_a_leaver_who_signs_in_again_is_refused",
    29: f"{CUT}[deleted]",
    30: f"{CUT}[group_deleted]",
    31: f"{CUT}[signed_out_by_provider]",
    32: "no stream of ours stays open: the gate is asked at every request, and each answer is whole",
    33: "pages/test_remedies.py::test_a_leaver_is_sent_nothing",
    34: "a vendor's list is compared with ours by `jumpseat vendor`; this is about our own gate",
    35: f"{INVITATIONS}::test_a_matching_user_name_does_not_help_where_the_subject_decides",
    36: f"{PAGES}::test_a_token_that_differs_anywhere_is_unknown",
    37: f"{INVITATIONS}::test_only_ones_own_directory_can_vouch",
    38: f"{PAGES}::test_somebody_else_cannot_accept",
    39: f"{INVITATIONS}::test_the_subject_is_compared_to_the_letter",
    40: f"{PAGES}::test_an_invitation_ends_on_the_second",
    41: f"{PAGES}::test_an_answered_invitation_says_so",
    42: f"{CUT}[last_group_lost]",
    43: f"{PAGES}::test_a_link_that_was_sent_again_replaces_the_first",
    44: f"{INVITATIONS}::test_an_invitation_is_accepted_once",
    45: "invitations are cancelled by operators alone, who have no tenant of their own on the command line",
    46: f"{INVITATIONS}::test_a_link_begins_with_the_configured_address_and_its_token_stands_nowhere_in_clear",
    47: f"{PAGES}::test_no_header_changes_a_link",
    48: f"{INVITATIONS}::test_an_identity_that_is_somebodys_is_nobody_elses",
    49: "nobody edits her own attributes here: only her directory states them",
    50: f"{INVITATIONS}::test_the_subject_that_equals_the_external_id_is_bound",
    51: f"{CLAIMS}::test_only_the_json_value_true_verifies_an_address",
    52: f"{INVITATIONS}::test_only_ones_own_directory_can_vouch",
    53: f"{INVITATIONS}::test_a_second_identity_is_not_bound_beside_the_first",
    54: f"{INVITATIONS}::test_an_identity_that_is_somebodys_is_nobody_elses",
    55: f"{VIEWS}::test_the_callback_of_another_browser_is_refused",
    56: f"{BAD}::test_login_csrf",
    57: f"{PROVIDER}::test_a_wrong_id_token[Deviation.EMBEDDED_KEY]",
    58: f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_ALGORITHM]",
    59: f"{PROVIDER}::test_a_wrong_id_token[Deviation.WRONG_TOKEN_HASH]",
    60: f"{PROVIDER}::test_a_wrong_id_token[Deviation.CRITICAL_HEADER]",
    61: f"{TOKENS}::test_what_is_no_token_is_malformed",
    62: f"{TOKENS}::test_other_algorithms_are_refused",
    63: f"{PROVIDER}::test_unknown_keys_make_us_look_once_a_minute",
    64: f"{TOKENS}::test_a_public_key_is_no_secret",
    65: f"{PROVIDER}::test_a_wrong_id_token[Deviation.NO_EXPIRY]",
    66: f"{PROVIDER}::test_the_code_of_another_sign_in_is_refused",
    67: f"{PROVIDER}::test_the_request_carries_state_nonce_and_a_challenge",
    68: f"{BAD}::test_a_planted_session_is_not_taken_over",
    69: f"{BAD}::test_a_replayed_state",
    70: f"{PROVIDER}::test_what_a_provider_writes_is_not_repeated",
    71: f"{WEB}::test_everything_else_ends_at_ones_own_page",
    72: f"{WEB}::test_every_answer_is_private",
    73: f"{VIEWS}::test_the_twentieth_sign_in_still_works",
    74: f"{GATE}::test_no_header_of_the_clients_opens_the_gate[X-Original-URL]",
    75: "the gate looks at no address but its own: there is no rule that some path could be an exception to",
    76: f"{GATE}::test_no_header_of_the_clients_opens_the_gate[X_Jumpseat_Person]",
    77: f"{GATE}::test_no_header_of_the_clients_opens_the_gate[User-Agent]",
    78: f"{ARRIVING}::test_an_invitee_whose_subject_claim_matches[ada@evil.example@acme.example]",
    79: f"{VIEWS}::test_the_session_before_is_over",
    80: f"{GATE}::test_no_header_of_the_clients_opens_the_gate[X-Jumpseat-Person]",
    81: "web/test_source.py::test_forwarded_addresses_are_believed_from_named_proxies_only",
    82: "nothing of the gate's answer is kept under a key of the request's",
    83: "sso/test_assertions.py::test_nobody_refused_gets_an_assertion",
    84: f"{GATE}::test_no_header_of_the_clients_opens_the_gate[X-Forwarded-User]",
    85: f"{BAD}::test_no_part_of_a_reference_opens_anything",
}
"""Rows A2 to A5 of the incidents that the design was measured against: deprovisioning, invitations, linking, gate."""

BAD_INPUT = {
    "open redirect": f"{WEB}::test_everything_else_ends_at_ones_own_page",
    "host-header poisoning": f"{PAGES}::test_no_header_changes_a_link",
    "mixed-up issuers": f"{BAD}::test_mixed_up_issuers",
    "replayed state": f"{BAD}::test_a_replayed_state",
    "foreign state": f"{BAD}::test_a_foreign_state",
    "10 MB of metadata": f"{BAD}::test_a_sign_in_with_metadata_that_cannot_be_believed[Deviation.DISCOVERY_HUGE]",
    "redirect to a metadata address": f"{TRANSPORT}::test_no_redirect_is_followed",
    "metadata address": f"{TRANSPORT}::test_only_https_or_this_machine_is_called[169.254.169.254]",
    "loopback": f"{BAD}::test_a_provider_at_an_address_of_the_machine_room",
    "cookie injection": f"{BAD}::test_a_cookie_of_a_neighbour_is_not_read",
    "session fixation": f"{BAD}::test_a_planted_session_is_not_taken_over",
    "login CSRF": f"{BAD}::test_login_csrf",
    "logout CSRF": f"{BAD}::test_logout_csrf",
    "abandoned sign-ins": f"{BAD}::test_abandoned_sign_ins_are_forgotten",
}

TABLES: Mapping[str, Mapping[object, str]] = {
    "Basic RP": dict(BASIC_RP.items()),
    "back-channel logout": dict(BACK_CHANNEL.items()),
    "what Authlib leaves out": dict(AUTHLIB.items()),
    "incidents": dict(INCIDENTS.items()),
    "bad input": dict(BAD_INPUT.items()),
}


@cache
def decorators_in(file: str) -> Mapping[str, str]:
    """Return test -> the text of its decorators, with the tables of the module that they name written out."""
    tree = ast.parse((TESTS / file).read_text())
    tables = {
        target.id: ast.unparse(one)
        for one in tree.body
        if isinstance(one, (ast.Assign, ast.AnnAssign))
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
        if isinstance(target, ast.Name)
    }
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
            text = "\n".join(ast.unparse(each) for each in one.decorator_list)
            found[one.name] = text + "".join(tables[name] for name in tables if re.search(rf"\b{name}\b", text))
    return found


@pytest.mark.parametrize("table", TABLES)
def test_every_named_case_has_its_test(table: str) -> None:
    """The test is there, under that name, with that row."""
    for case, told in TABLES[table].items():
        if "::" not in told:
            assert len(told) > 30, f"{case}: say why it does not concern us"
            continue
        file, _, name = told.partition("::")
        test, _, row = name.removesuffix("]").partition("[")
        assert test in decorators_in(file), f"{case}: {told}"
        assert row in decorators_in(file)[test], f"{case}: {told}"


def test_no_incident_is_left_out() -> None:
    """All the rows of A2 to A5, 18 to 85."""
    assert sorted(INCIDENTS) == list(range(18, 86))
