import os
import signal
from pathlib import Path

import pytest

from building import acting
from building import make_services
from drawing import draw_photo
from looking import aside_of
from looking import files_of
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.services import Services
from mien.maintenance.cleanup import remove_expired_probes
from mien.storage.folder_journals import machine
from mien.storage.written_files import written_files
from own_modules import running_program

# Writes a portrait and half a photo, says so, and waits to be killed or told to end well.
PROGRAM = """
import os, sys
from pathlib import Path
from building import make_services
from looking import folder_of
from mien.storage.written_files import written_files

services = make_services(Path(sys.argv[1]))
with written_files(services.database, services.files) as put:
    name = put(b"portrait", "jpg")
    half = folder_of(services).path(name)
    half.with_name(half.name + ".part").write_bytes(b"half")
    print(name, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def one(services: Services) -> str:
    done = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    return done.person.id


def journals(services: Services) -> list[Path]:
    return list((folder_of(services).root / "writing").glob("*"))


@pytest.mark.sqlite
@pytest.mark.processes
@pytest.mark.usefixtures("one")
def test_what_a_killed_process_has_written_is_set_aside_at_once_and_no_other(
    services: Services, home: Path
) -> None:
    known = files_of(services)
    with (
        running_program(PROGRAM, str(home)) as (alive, going_on),
        running_program(PROGRAM, str(home)) as (killed, left),
    ):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        remove_expired_probes(acting(services))
        assert files_of(services) == {*known, going_on, f"{going_on}.part"}
        assert aside_of(services) == {left}
        assert len(journals(services)) == 1
        assert alive.poll() is None


@pytest.mark.processes
def test_what_has_got_its_rows_stays_when_the_process_is_killed_after(
    services: Services, home: Path, one: str
) -> None:
    del one
    known = files_of(services)
    # Killed between the commit and the end of the journal.
    folder = folder_of(services).root / "writing"
    (folder / f"{machine()}.1.x").write_text("\n".join([*known, "cut of"]))
    remove_expired_probes(acting(services))
    assert files_of(services) == known
    assert aside_of(services) == set()
    assert journals(services) == []


@pytest.mark.usefixtures("one")
def test_journals_of_other_machines_are_left_for_an_hour(services: Services) -> None:
    stray = services.files.put(b"x", extension="jpg")
    journal = folder_of(services).root / "writing" / "elsewhere.1.x"
    journal.write_text(f"{stray}\n")
    remove_expired_probes(acting(services))
    assert journals(services) == [journal]
    assert stray in files_of(services)
    os.utime(journal, (1, 1))
    remove_expired_probes(acting(services))
    assert journals(services) == []
    assert aside_of(services) == {stray}


def test_a_change_that_fails_or_succeeds_leaves_no_journal(services: Services, home: Path) -> None:
    del home

    def fail() -> None:
        with written_files(services.database, services.files) as put:
            put(b"x", "jpg")
            assert len(journals(services)) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert files_of(services) == set()
    assert journals(services) == []
    with written_files(services.database, services.files):
        pass
    assert journals(services) == []


def test_another_process_is_not_needed_for_a_journal_to_be_held(
    services: Services, one: str
) -> None:
    del one
    with written_files(services.database, services.files) as put:
        name = put(b"x", "jpg")
        remove_expired_probes(acting(make_services(folder_of(services).root.parent)))
        assert name in files_of(services)
    assert aside_of(services) == set()
