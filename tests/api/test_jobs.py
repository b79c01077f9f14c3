"""Imports over the API: files in parts, then work, then a report."""

import io
import zipfile

from drawing import draw_photo
from mien.http.context import runtime
from mien.jobs.run_job import run_job
from serving_app import Api
from serving_app import assert_problem

BYTES = {"Content-Type": "application/octet-stream"}


def album() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("Ada/1.png", draw_photo(["ada"]))
        archive.writestr("Ada/none.png", draw_photo([]))
    return held.getvalue()


def begin(api: Api) -> str:
    made = api("POST", "/galleries/default/imports", json={"title": "album.zip"})
    assert made.status_code == 201, made.text
    assert made.headers["Location"].endswith(made.get_json()["id"])
    return str(made.get_json()["id"])


def work(api: Api, job_id: str) -> None:
    with api.client.application.app_context():
        run_job(runtime().services, job_id, worker="test")


def test_an_archive_is_sent_in_parts_and_imported(api: Api) -> None:
    job, data = begin(api), album()
    place = f"/jobs/{job}/files?path=album.zip"
    assert_problem(api("POST", f"/jobs/{job}/start"), 422, "invalid_input")
    sent = api("PUT", place, data=data[:100], headers=BYTES)
    assert sent.get_json() == {"received": 100}
    behind = assert_problem(
        api("PUT", f"{place}&offset=150", data=data[150:], headers=BYTES), 409, "job_not_possible"
    )
    assert behind["received"] == 100
    sent = api("PUT", f"{place}&offset=100", data=data[100:], headers=BYTES)
    assert sent.get_json() == {"received": len(data)}
    started = api("POST", f"/jobs/{job}/start")
    assert (started.status_code, started.get_json()["state"]) == (202, "waiting")
    assert started.get_json()["has_worker"] is False

    work(api, job)
    shown = api("GET", f"/jobs/{job}").get_json()
    assert (shown["state"], shown["done"], shown["total"]) == ("done", 2, 2)
    assert shown["counts"] == {"added": 1, "refused": 1}
    assert [each["id"] for each in api("GET", "/jobs?gallery=default").get_json()["jobs"]] == [job]
    page = api("GET", f"/jobs/{job}/items?limit=1").get_json()
    rest = api("GET", f"/jobs/{job}/items?after={page['next_after']}").get_json()
    assert rest["next_after"] is None
    found = {each["path"]: each for each in (*page["items"], *rest["items"])}
    assert found["Ada/none.png"]["code"] == "no_face_found"
    assert found["Ada/none.png"]["detail"]
    assert found["Ada/1.png"]["person_id"]
    assert found["Ada/1.png"]["face_id"]
    report = api("GET", f"/jobs/{job}/report.csv")
    assert report.mimetype == "text/csv"
    assert len(report.text.splitlines()) == 3


def test_a_job_is_paused_resumed_and_cancelled(api: Api) -> None:
    job = begin(api)
    api("PUT", f"/jobs/{job}/files?path=a.zip", data=album(), headers=BYTES)
    assert_problem(api("POST", f"/jobs/{job}/pause"), 409, "job_not_possible")
    api("POST", f"/jobs/{job}/start")
    assert api("POST", f"/jobs/{job}/pause").get_json()["state"] == "paused"
    assert api("POST", f"/jobs/{job}/resume").get_json()["state"] == "waiting"
    assert api("POST", f"/jobs/{job}/cancel").get_json()["state"] == "cancelled"
    work(api, job)
    assert api("GET", "/galleries/default/people").get_json()["people"] == []
    assert_problem(api("POST", f"/jobs/{job}/resume"), 409, "job_not_possible")


def test_what_is_wrong_is_told(api: Api) -> None:
    job = begin(api)
    place = f"/jobs/{job}/files"
    assert_problem(api("PUT", f"{place}?path=", data=b"x", headers=BYTES), 422, "invalid_input")
    assert_problem(
        api("PUT", f"{place}?path=a%07b", data=b"x", headers=BYTES), 422, "invalid_input"
    )
    assert_problem(api("PUT", f"{place}?path=a.zip", data=b"", headers=BYTES), 422, "invalid_input")
    assert_problem(api("PUT", f"{place}?path=a.zip", json={}), 415, "unsupported_media_type")
    too_much = api("PUT", f"{place}?path=a.zip", data=bytes(16 * 1024 * 1024 + 1), headers=BYTES)
    assert_problem(too_much, 413, "payload_too_large")
    nowhere = "/jobs/00000000-0000-4000-8000-000000000000"
    assert_problem(api("GET", nowhere), 404, "job_not_found")
    assert_problem(
        api("PUT", f"{nowhere}/files?path=a", data=b"x", headers=BYTES), 404, "job_not_found"
    )
    assert_problem(api("POST", "/galleries/nowhere/imports", json={}), 404, "gallery_not_found")
