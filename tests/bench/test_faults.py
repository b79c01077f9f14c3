from bench.faults import figures

from killing import Fault
from witness import Account

GOOD = [Fault("master", 2.0, 0), Fault("master", 4.0, 0), Fault("worker", 0.5, 0)]


def test_the_figures_of_kills() -> None:
    found = figures(GOOD, Account(acknowledged=9), most_seconds=5)
    assert found["kills"] == 3
    assert found["seconds_to_service"] == {
        "master": {"median": 3.0, "longest": 4.0},
        "worker": {"median": 0.5, "longest": 0.5},
    }
    assert found["good"]


def test_a_process_that_stays_a_long_wait_and_a_loss_are_not_good() -> None:
    assert not figures([*GOOD, Fault("all", 1.0, 1)], Account(), most_seconds=5)["good"]
    assert not figures([*GOOD, Fault("all", 6.0, 0)], Account(), most_seconds=5)["good"]
    assert not figures(GOOD, Account(problems=["lost"]), most_seconds=5)["good"]
