"""A process whose pack is not in use any more, over the API."""

from building import acting
from mien.gallery.embedding_again.embed_again import embed_again
from mien.runtime import Runtime
from other_pack import OtherEngine
from other_pack import other_manifest
from serving_app import Api
from serving_app import assert_problem


def test_a_threshold_of_the_former_scale_is_refused(api: Api, runtime: Runtime) -> None:
    path = "/galleries/default"
    assert api("PATCH", path, json={"threshold": 0.4}).status_code == 200
    embed_again(acting(runtime.services), manifest=other_manifest(), engine=OtherEngine())
    assert_problem(api("PATCH", path, json={"threshold": 0.11}), 503, "pack_changed")
    changed = api("PATCH", path, json={"gate": "strict"}).get_json()
    assert (changed["threshold"], changed["gate"]) == (None, "strict")
