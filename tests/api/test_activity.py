"""What was done is listed over the API."""

from serving_app import Api
from serving_app import assert_problem


def test_what_was_done_is_listed_and_filtered(api: Api) -> None:
    ada, bob = api.add_person("Ada"), api.add_person("Bob")
    found = api("GET", "/activity?group=people&limit=1").get_json()
    [event] = found["events"]
    assert (event["kind"], event["subject_id"]) == ("person_created", bob)
    assert (event["subject_name"], event["gallery"]) == ("Bob", "default")
    assert "Bob" in event["summary"]
    assert event["actor_kind"] == "key"
    following = f"/activity?group=people&limit=1&cursor={found['next_cursor']}"
    last = api("GET", following).get_json()
    assert [each["subject_id"] for each in last["events"]] == [ada]
    assert last["next_cursor"] is None
    of_ada = api("GET", f"/activity?person_id={ada}").get_json()["events"]
    assert [each["subject_name"] for each in of_ada] == ["Ada"]
    assert_problem(api("GET", "/activity?group=nothing"), 422, "invalid_input")
    assert_problem(api("GET", "/activity?cursor=x"), 422, "invalid_input")
    assert_problem(api("GET", "/activity?gallery=nowhere"), 404, "gallery_not_found")
