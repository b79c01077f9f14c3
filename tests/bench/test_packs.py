import pytest
from bench import packs

from mien.errors import PackUnavailable


def test_the_first_pack_whose_files_can_be_had_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse_compact(name: str, **_: object) -> str:
        asked.append(name)
        if name == "compact":
            raise PackUnavailable("no_source")
        return name

    monkeypatch.setattr(packs, "install_pack", refuse_compact)
    taken: object = packs.install_first_pack()
    assert taken == "mobile"
    assert asked == ["compact", "mobile"]


def test_without_any_pack_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "BUILTIN", ())
    with pytest.raises(PackUnavailable):
        packs.install_first_pack()
