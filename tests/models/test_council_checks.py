"""CHECKs and keys over the council: what can't be is refused by the database itself, on both kinds."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from models.database import Database
from tests.models.test_guards import run

NOW = "'2027-03-01 09:00:00+00:00'"
CHECKS = [
    ("council_member", "left_at = added_at, left_reason = ''", "left_for_a_reason"),
    ("council_member", "name_kk = ''", "named_in_both"),
    ("council_session", "opened_at = NULL WHERE closed_at IS NOT NULL", "opened_before_closed"),
    ("council_session", "announced_at = NULL", "announced_before_opened"),
    ("council_session", "closed_at = NULL WHERE published_at IS NOT NULL", "closed_before_published"),
    ("attendance", "left_at = '2020-01-01 00:00:00+00:00'", "in_order"),
    ("review", "admitted_tenge = 0", "admitted_positive"),
    ("review_answer", "answer = 'fails', remark = ''", "remark_unless_met"),
    ("works", "status = 'cancelled', reason = ''", "reason_given"),
    ("project", "state = 'merged'", "merged_into_another"),
    ("project", "merged_into_id = id", "merged_into_another"),
    ("cycle", "council_akimat_percent = 101 WHERE frozen_at IS NULL", "akimat_percent_range"),
    ("cycle", "reviewers_per_project = 0 WHERE frozen_at IS NULL", "council_periods_positive"),
    ("council_member", "kind = 'other'", "member_kind"),
    ("conflict", "kind = 'friend'", "conflict_kind"),
]


@pytest.mark.parametrize(("table", "change", "name"), CHECKS)
def test_what_can_not_be_is_refused_by_the_database(
    decided: Database, table: str, change: str, name: str
) -> None:
    with pytest.raises(DBAPIError, match=name):
        run(decided, f"UPDATE {table} SET {change}")


INSERTS = [
    (
        "agenda_item (public_id, session_id, position, kind, project_id, clause, reason_kk, reason_ru, cost_reason_kk, cost_reason_ru, content{more})",
        "'itemitem01', 1, 99, {values}, '', '', '', '', '', '[]'{more}",
        [
            ("'screening', 1", "", "", "outcome_of_screening"),
            ("'confirmation', 1", "", "", "wins_of_confirmation"),
            ("'order', 1", "", "", "about_a_project"),
            ("'screening', NULL", ", outcome", ", 'admitted'", "about_a_project"),
            ("'screening', 1", ", outcome, cost_tenge", ", 'admitted', 0", "cost_positive"),
            ("'screening', 1", ", outcome, result", ", 'admitted', 'carried'", "closed_with_result"),
            ("'screening', 1", ", outcome, result, closed_at", f", 'admitted', 'carried', {NOW}", "opened_before_closed"),
            ("'screening', 1", ", outcome, wins", ", 'admitted', true", "wins_of_confirmation"),
        ],
    ),
    (
        "screening (project_id, decided_by, decided_at, outcome{more})",
        "1, {values}{more}",
        [
            (f"'council', {NOW}, 'rejected'", "", "", "reason_given"),
            (f"'coordinator', {NOW}, 'returned'", ", appeal_until", f", {NOW}", "only_rejections_appealed"),
        ],
    ),
    (
        "correction (project_id, version, language, returned_at, due_at{more})",
        f"1, 1, 'kk', {NOW}, {NOW}{{more}}",
        [
            ("", ", lapsed_at", f", {NOW}", "reminded_before_lapse"),
            ("", ", lapsed_at, reminded_at, resubmitted_at", f", {NOW}, {NOW}, {NOW}", "one_end"),
        ],
    ),
    (
        "merger (public_id, cycle_id, kept_id, joined_id, note_kk, note_ru, proposed_at{more})",
        f"'mergmerg01', 1, {{values}}, '', '', {NOW}{{more}}",
        [
            ("1, 1", "", "", "two_projects"),
            ("1, 2", ", merged_at, kept_agreed_at", f", {NOW}, {NOW}", "both_agreed"),
        ],
    ),
    (
        "confirmation (project_id, cycle_id, item_id, decided_at, wins, departs, place{more})",
        f"2, 1, 1, {NOW}, {{values}}{{more}}",
        [
            ("false, true, NULL", ", reason_kk, reason_ru", ", 'а', ''", "departure_explained"),
            ("false, false, 1", ", reason_kk, reason_ru", ", '', ''", "only_winners_are_built"),
        ],
    ),
    (
        "protocol_signature (protocol_id, member_id, sha256, signed_at, method, certificate{more})",
        f"1, 2, 'x', {NOW}, {{values}}{{more}}",
        [("'eds', ''", "", "", "eds_with_certificate"), ("'account', 'x'", "", "", "eds_with_certificate")],
    ),
    (
        "council_vote (item_id, member_id, choice, cast_at, dissent{more})",
        f"1, 5, 'for', {NOW}, {{values}}{{more}}",
        [("'x'", "", "", "dissent_in_a_language"), ("''", ", language", ", 'kk'", "dissent_in_a_language")],
    ),
    (
        "reserve_use (out_id, cycle_id, recorded_at, reason_kk, reason_ru, document{more})",
        f"1, 1, {NOW}, {{values}}{{more}}",
        [("'', 'б', '1'", "", "", "reason_given"), ("'а', 'б', ''", "", "", "document_named")],
    ),
    (
        "forwarding (project_id, body_kk, body_ru, contact, number, forwarded_on, recorded_at, ground{more})",
        f"1, 'а', 'б', '', '', '2027-03-01', {NOW}, {{values}}{{more}}",
        [("''", "", "", "ground_given")],
    ),
    (
        "appeal (public_id, project_id, screening_id, language, wants_hearing, filed_at, decide_by, hearing_place_kk, hearing_place_ru, text{more})",
        f"'appeal0001', 2, 2, 'kk', false, {NOW}, {NOW}, '', '', {{values}}{{more}}",
        [("''", "", "", "text_given"), ("'x'", ", outcome", ", 'upheld'", "decided_with_outcome")],
    ),
]  # fmt: skip
CASES = [
    (f"INSERT INTO {table.format(more=columns)} VALUES ({row.format(values=values, more=more)})", name)
    for table, row, cases in INSERTS
    for values, columns, more, name in cases
]


@pytest.mark.parametrize(
    ("statement", "name"), CASES, ids=[f"{name}-{place}" for place, (_, name) in enumerate(CASES)]
)
def test_a_row_that_can_not_be_is_refused_by_the_database(
    decided: Database, statement: str, name: str
) -> None:
    with pytest.raises(DBAPIError, match=name):
        run(decided, statement)


TWICE = [
    (
        "council_member",
        "left_at IS NULL",
        {"public_id": "'twice00001'"},
        r"in_office|council_member.cycle_id",
    ),
    ("conflict", "1 = 1", {}, r"uq_conflict|conflict.member_id"),
    ("review", "1 = 1", {}, r"uq_review|review.project_id"),
    (
        "council_session",
        "1 = 1",
        {"public_id": "'twice00001'"},
        r"uq_council_session_cycle|council_session.cycle_id",
    ),
    ("protocol", "1 = 1", {"public_id": "'twice00001'"}, r"uq_protocol_cycle|protocol.cycle_id"),
    ("screening", "item_id IS NOT NULL", {}, r"uq_screening_item|screening.item_id"),
]


@pytest.mark.parametrize(("table", "which", "changes", "name"), TWICE)
def test_what_is_once_is_once(
    decided: Database, table: str, which: str, changes: dict[str, str], name: str
) -> None:
    with decided.reading() as session:
        columns = [one["name"] for one in sa.inspect(session.connection()).get_columns(table)]
    columns.remove("id")
    values = ", ".join(changes.get(column, column) for column in columns)
    copy = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {which} LIMIT 1"
    with pytest.raises(DBAPIError, match=name):
        run(decided, copy)


def test_one_correction_and_one_merger_of_a_side_are_open_at_a_time(fresh: Database) -> None:
    correction = (
        "INSERT INTO correction (project_id, version, language, returned_at, due_at{more})"
        f" VALUES (1, 1, 'kk', {NOW}, {NOW}{{value}})"
    )
    run(fresh, correction.format(more="", value=""))
    run(fresh, correction.format(more=", resubmitted_at", value=f", {NOW}"))
    with pytest.raises(DBAPIError, match=r"uq_correction_open|correction.project_id"):
        run(fresh, correction.format(more="", value=""))

    def merger(public_id: str, kept: int, joined: int, ended: str = "NULL") -> str:
        return (
            "INSERT INTO merger (public_id, cycle_id, kept_id, joined_id, note_kk, note_ru, proposed_at, declined_at)"
            f" VALUES ('{public_id}', 1, {kept}, {joined}, 'а', 'б', {NOW}, {ended})"
        )

    run(fresh, merger("merg000001", 1, 2))
    run(fresh, merger("merg000002", 1, 2, NOW))
    for public_id, kept, joined in (("merg000003", 1, 3), ("merg000004", 3, 2)):
        with pytest.raises(DBAPIError, match=r"uq_merger_open|merger\.(kept|joined)_id"):
            run(fresh, merger(public_id, kept, joined))
