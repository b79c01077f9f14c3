"""Every event of the audit trail can be told."""

from typing import get_args

import pytest

from mien.access.permissions import EventKind
from mien.gallery.activity import GROUP_OF
from mien.gallery.activity import EventActor
from mien.gallery.activity import EventGroup
from mien.gallery.activity import SubjectKind
from mien.words.events import ACTORS
from mien.words.events import EVENTS
from mien.words.events import GROUPS
from mien.words.events import NAMELESS
from mien.words.events import tell_event
from mien.words.events import tell_facts


def test_every_kind_has_words_and_a_group() -> None:
    kinds = set(get_args(EventKind))
    assert set(EVENTS) == kinds
    assert set(GROUP_OF) == kinds
    assert set(GROUPS) == set(get_args(EventGroup))
    assert set(NAMELESS) == set(get_args(SubjectKind))
    assert set(ACTORS) == set(get_args(EventActor))


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_a_name_stands_in_the_words_as_it_is(kind: str) -> None:
    told = tell_event(kind, "person", "{0} % Ada")
    assert ("{0} % Ada" in told) == ("{whom}" in EVENTS[kind])


def test_who_is_gone_is_no_empty_place() -> None:
    assert tell_event("face_added", "person", "").endswith(NAMELESS["person"])


def test_what_counts_is_told_and_nothing_that_is_not_known() -> None:
    told = tell_facts({"faces": 1, "photos": 0, "files": 1200, "changed": ["keep_photos"], "x": 3})
    assert told == "1 face, 1,200 files, keep photos"
    assert tell_facts({}) == ""
