from functools import partial

import bench.nodes
from bench.nodes import Fault

from load import Outcome
from witness import Account

FAULTS = [
    Fault("killed", 3.0, 40, opened=1),
    Fault("killed", 5.0, 60, opened=1),
    Fault("stopped", 0.1, 9),
]
figures = partial(bench.nodes.figures, faces=60_000)


def test_the_figures_of_nodes_that_were_away() -> None:
    found = figures(FAULTS, Account(acknowledged=500), Outcome(seconds=[0.1, 0.4]))
    assert found["killed"] == {
        "times": 2,
        "seconds_to_service_median": 4.0,
        "seconds_to_service_longest": 5.0,
        "acknowledged_meanwhile": 100,
    }
    assert (found["stopped"]["times"], found["longest_ms"]) == (1, 400)
    assert (found["faces_before"], found["indexes_opened"], found["indexes_rebuilt"]) == (
        60_000,
        2,
        0,
    )
    assert found["good"]


def test_a_loss_a_question_without_an_answer_and_a_stop_of_all_are_not_good() -> None:
    account, asked = Account(), Outcome()
    assert figures(FAULTS, account, asked)["good"]
    assert not figures(FAULTS, Account(problems=["lost"]), asked)["good"]
    assert not figures(FAULTS, account, Outcome(failures=["502"]))["good"]
    assert not figures([*FAULTS, Fault("killed", 3.0, 0)], account, asked)["good"]
    assert not figures([*FAULTS, Fault("stopped", 0.1, 9, rebuilt=1)], account, asked)["good"]
    assert not figures([*FAULTS, Fault("killed", 3.0, 40)], account, asked)["good"]
