import pytest
from bench import packs

from mien.errors import PackUnavailable
from mien.packs.catalog import BUILTIN


def test_the_first_pack_whose_files_can_be_had_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse_the_first(name: str, **_: object) -> str:
        asked.append(name)
        if name == BUILTIN[0]:
            raise PackUnavailable("no_source")
        return name

    monkeypatch.setattr(packs, "install_pack", refuse_the_first)
    taken: object = packs.install_first_pack()
    assert taken == BUILTIN[1]
    assert asked == list(BUILTIN[:2])


def test_without_any_pack_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "BUILTIN", ())
    with pytest.raises(PackUnavailable):
        packs.install_first_pack()
