from bench.nodes import Fault
from bench.nodes import figures

from load import Outcome
from witness import Account

FAULTS = [Fault("killed", 3.0, 40), Fault("killed", 5.0, 60), Fault("stopped", 0.1, 9)]


def test_the_figures_of_nodes_that_were_away() -> None:
    found = figures(FAULTS, Account(acknowledged=500), Outcome(seconds=[0.1, 0.4]))
    assert found["killed"] == {
        "times": 2,
        "seconds_to_service_median": 4.0,
        "seconds_to_service_longest": 5.0,
        "acknowledged_meanwhile": 100,
    }
    assert (found["stopped"]["times"], found["longest_ms"]) == (1, 400)
    assert found["good"]


def test_a_loss_a_question_without_an_answer_and_a_stop_of_all_are_not_good() -> None:
    account, asked = Account(), Outcome()
    assert figures(FAULTS, account, asked)["good"]
    assert not figures(FAULTS, Account(problems=["lost"]), asked)["good"]
    assert not figures(FAULTS, account, Outcome(failures=["502"]))["good"]
    assert not figures([*FAULTS, Fault("killed", 3.0, 0)], account, asked)["good"]
