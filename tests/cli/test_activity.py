"""What was done is listed on the command line."""

import json

from commanding import Mien


def test_what_was_done_is_told(mien: Mien) -> None:
    assert mien("galleries", "add", "club").exit_code == 0
    mien("people", "add", "Ada")
    mien("people", "add", "Bob", "--gallery", "club")
    told = mien("activity", "--person", "Ada", "--json")
    [event] = json.loads(told.stdout)["events"]
    assert (event["kind"], event["actor_kind"]) == ("person_created", "operator")
    in_club = json.loads(mien("activity", "--gallery", "club", "--json").stdout)["events"]
    assert [each["kind"] for each in in_club] == ["person_created", "gallery_created"]
    of_kind = json.loads(mien("activity", "--kind", "galleries", "--json").stdout)["events"]
    assert {each["group"] for each in of_kind} == {"galleries"}
    shown = mien("activity", "--limit", "1")
    assert "Bob" in shown.stdout
    assert "Ada" not in shown.stdout


def test_somebody_deleted_is_found_by_id(mien: Mien) -> None:
    mien("people", "add", "Ada")
    [event] = json.loads(mien("activity", "--person", "Ada", "--json").stdout)["events"]
    mien("people", "remove", "Ada", "--yes")
    found = json.loads(mien("activity", "--person", event["subject_id"], "--json").stdout)
    assert [each["kind"] for each in found["events"]] == ["person_erased", "person_created"]
    missing = mien("activity", "--person", "Ada")
    assert missing.exit_code == 1
    assert "(person_not_found)" in missing.stderr
