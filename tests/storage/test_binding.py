import shutil
from pathlib import Path

import pytest

from building import acting
from building import make_services
from drawing import draw_photo
from looking import files_of
from looking import folder_of
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.services import Services
from mien.storage.binding import Fit
from mien.storage.binding import bind
from mien.storage.binding import bring_up
from mien.storage.binding import examine
from mien.storage.binding import is_bound
from mien.storage.database import Database
from mien.storage.folder_store import FolderStore


def add(services: Services, *names: str) -> None:
    for name in names:
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NamedPerson(name),
        )


def marker(services: Services) -> Path:
    return folder_of(services).root / "installation"


def fit(services: Services) -> Fit:
    return examine(services.database, services.files).fit


def test_the_first_file_binds_a_new_installation(services: Services) -> None:
    assert fit(services) == "new"
    assert not is_bound(services.database, services.files)
    add(services, "ada")
    assert fit(services) == "bound"
    assert is_bound(services.database, services.files)
    assert marker(services).stat().st_mode & 0o777 == 0o600


def test_two_that_store_their_first_files_at_once_do_not_take_each_other_for_strangers(
    services: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = FolderStore(home / "files")
    real = FolderStore.holds_any

    def late(store: FolderStore) -> bool:
        # Between a look at the marker and a look at the files, somebody else was quicker.
        if others.installation is None:
            monkeypatch.setattr(FolderStore, "holds_any", real)
            bind(services.database, others)
            others.put(b"x", extension="jpg")
        return real(store)

    monkeypatch.setattr(FolderStore, "holds_any", late)
    bind(services.database, services.files)
    assert fit(services) == "bound"


def test_the_web_server_is_not_let_to_the_marker_either(home: Path) -> None:
    files = FolderStore(home / "files", group_reads=True)
    bring_up(Database(f"sqlite:///{home.parent / 'mien.db'}"), files)
    name = files.put(b"x", extension="jpg")
    assert files.path(name).stat().st_mode & 0o777 == 0o640
    assert (files.root / "installation").stat().st_mode & 0o777 == 0o600


def test_an_installation_from_before_there_were_markers_is_bound_by_itself(
    services: Services,
) -> None:
    add(services, "ada", "bob", "cy")
    marker(services).unlink()
    services.files.delete([min(files_of(services))])
    assert fit(services) == "together"
    bind(services.database, services.files)
    assert fit(services) == "bound"


def test_a_disk_that_is_not_mounted_is_not_taken_for_the_store(services: Services) -> None:
    add(services, "ada", "bob", "cy")
    kept = folder_of(services).root.rename(folder_of(services).root.with_name("mounted"))
    for few in (0, 1):
        with pytest.raises(FilesUnavailable, match=r"files_unavailable\.away"):
            bind(services.database, services.files)
        assert services.files.read_marker() is None
        if not few:
            # As a server that was not told has left it on the disk below.
            source = min(kept.glob("??/*"))
            (folder_of(services).root / source.parent.name).mkdir(parents=True)
            shutil.copy(source, folder_of(services).root / source.parent.name)


def test_files_that_no_row_knows_are_not_taken_over(services: Services) -> None:
    stray = services.files.put(b"x", extension="jpg")
    with pytest.raises(FilesOfAnotherDatabase, match=r"\.unclaimed"):
        bind(services.database, services.files)
    assert files_of(services) == {stray}
    assert services.files.read_marker() is None


def test_the_marker_of_another_is_left_as_it_is(services: Services) -> None:
    add(services, "ada")
    marker(services).write_text("another\n")
    with pytest.raises(FilesOfAnotherDatabase, match=r"\.marker"):
        bind(services.database, services.files)
    assert marker(services).read_text() == "another\n"
    with pytest.raises(FilesUnavailable):
        add(services, "bob")
    assert len(files_of(services)) == 2
    assert not list(folder_of(services).root.glob("writing/*"))


@pytest.mark.parametrize("left", ["marker", "file"])
def test_no_database_is_made_beside_what_is_stored(tmp_path: Path, left: str) -> None:
    files = FolderStore(tmp_path / "files")
    files.root.mkdir()
    if left == "file":
        files.put(b"x", extension="jpg")
    else:
        (files.root / "installation").write_text("another\n")
    database = Database(f"sqlite:///{tmp_path / 'mien.db'}")
    for way in (bring_up, bind):
        with pytest.raises(FilesOfAnotherDatabase, match=r"\.no_database"):
            way(database, files)
    assert not (tmp_path / "mien.db").exists()


def test_two_nodes_share_id_and_store(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    one = make_services(tmp_path / "home")
    add(one, "ada")
    other = make_services(tmp_path / "home")
    add(other, "bob")
    assert (fit(one), fit(other)) == ("bound", "bound")
    assert len(files_of(one)) == 4


def test_a_marker_that_cannot_be_read_says_so(services: Services) -> None:
    folder_of(services).root.mkdir()
    marker(services).mkdir()
    with pytest.raises(FilesUnavailable, match=r"\.not_readable"):
        bind(services.database, services.files)
    marker(services).rmdir()
    marker(services).write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError):
        bind(services.database, services.files)
