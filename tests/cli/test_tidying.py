import datetime as dt
import time
from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from building import make_services
from building import make_user
from drawing import draw_photo
from mien.cli.tidying import Tidying
from mien.gallery.held_photos import hold_probe
from mien.gallery.services import Services
from mien.storage.models import ProbeRow
from mien.storage.models import now


def files_of(services: Services) -> list[Path]:
    return [path for path in services.files.root.rglob("*") if path.is_file()]


def test_a_held_photo_is_erased_when_its_time_is_over(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    user = make_user(services)
    hold_probe(services, gallery="default", photo=draw_photo(["ada"]), user_id=user.id)
    tidying = Tidying(services, probes_seconds=0.02, all_seconds=60)
    tidying.start()
    time.sleep(0.2)
    assert files_of(services)
    with services.database.write() as session:
        session.execute(update(ProbeRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    ends = time.monotonic() + 10
    while files_of(services) and time.monotonic() < ends:
        time.sleep(0.02)
    tidying.stop()
    assert not files_of(services)
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProbeRow)) == 0
    services.database.close()


def test_it_goes_on_when_the_database_does_not_answer_for_a_while(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    user = make_user(services)
    hold_probe(services, gallery="default", photo=draw_photo(["ada"]), user_id=user.id)
    with services.database.write() as session:
        session.execute(update(ProbeRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    with services.database.connection() as connection:
        connection.execute(text("alter table probe rename to away"))
    tidying = Tidying(services, probes_seconds=0.02, all_seconds=0.02)
    tidying.start()
    time.sleep(0.2)
    assert files_of(services)
    with services.database.connection() as connection:
        connection.execute(text("alter table away rename to probe"))
    ends = time.monotonic() + 10
    while files_of(services) and time.monotonic() < ends:
        time.sleep(0.02)
    tidying.stop()
    assert not files_of(services)
    services.database.close()


def test_stopping_does_not_wait_for_the_next_round(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    tidying = Tidying(services)
    tidying.start()
    begun = time.monotonic()
    tidying.stop()
    assert time.monotonic() - begun < 5
    services.database.close()
