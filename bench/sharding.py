"""Nodes that hold a share of the faces each: what a search of all of them takes, and without one.

A search goes to one copy of every share, and is answered when the last has answered. Copies answer
one search after the other, in the order in which they came.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

TRIP_SECONDS: Final = 0.0005
"""To a node and back within one network; assumed, not measured."""

_EVERY_SHARE: Final = -1


@dataclass(frozen=True, slots=True)
class Loss:
    """One node that answers no more.

    Attributes:
        at: the part of the searches after which it is lost, from 0 to 1.
        timeout: how long a search waits for it before it asks another copy, in seconds.
        noticed: after so many seconds nobody asks it any more.
    """

    at: float = 0.5
    timeout: float = 0.5
    noticed: float = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the searches, in the order in which they came.

    Attributes:
        arrived: when, in seconds.
        seconds: how long each took; infinite where it could not be answered from all shares.
        lost_at: when the node was lost; infinite if none was.
        noticed_at: from when on nobody asks it.
    """

    arrived: NDArray[np.float64]
    seconds: NDArray[np.float64]
    lost_at: float
    noticed_at: float

    def between(self, begin: float, end: float) -> NDArray[np.float64]:
        """The seconds of the searches that came from `begin` on and before `end`."""
        return self.seconds[(self.arrived >= begin) & (self.arrived < end)]


def simulate(
    scans: Sequence[float],
    *,
    shares: int,
    copies: int,
    rate: float,
    searches: int,
    loss: Loss | None = None,
    seed: int = 0,
) -> Outcome:
    """Let searches come at random and be answered.

    Args:
        scans: how long one share was searched, in seconds; each search of a node takes one of them.
        shares: into how many the faces are divided.
        copies: of each share, each on a node of its own.
        rate: searches a second, on average.
        searches: how many come.
        loss: of one copy of the first share.
        seed: for the numbers by chance.
    """
    random = np.random.default_rng(seed)
    arrived = np.cumsum(random.exponential(1 / rate, searches))
    lost_at = float("inf") if loss is None else float(arrived[int(loss.at * (searches - 1))])
    noticed_at = lost_at + (0.0 if loss is None else loss.noticed)
    taking = random.choice(np.asarray(scans), (searches, shares))
    free_at = np.zeros((shares, copies))
    done = np.zeros(searches)
    # A retry comes between others; a search in the queue is never overtaken.
    events = [(float(at), number, _EVERY_SHARE) for number, at in enumerate(arrived)]
    heapq.heapify(events)
    while events:
        now, number, share = heapq.heappop(events)
        asked = np.arange(shares) if share == _EVERY_SHARE else np.array([share])
        candidates = free_at[asked].copy()
        if now >= noticed_at and asked[0] == 0:
            candidates[0, 0] = np.inf
        chosen = candidates.argmin(axis=1)
        if asked[0] == 0 and chosen[0] == 0 and now >= lost_at:
            if copies == 1 or loss is None:
                done[number] = np.inf
            else:
                free_at[0, 0] = now + loss.timeout
                heapq.heappush(events, (now + loss.timeout, number, 0))
            asked, chosen = asked[1:], chosen[1:]
        ends = np.maximum(free_at[asked, chosen], now) + taking[number, asked]
        free_at[asked, chosen] = ends
        if len(ends):
            done[number] = max(done[number], float(ends.max()))
    return Outcome(arrived, done - arrived + TRIP_SECONDS, lost_at, noticed_at)
