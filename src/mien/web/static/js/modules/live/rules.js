// How faces are followed, the same as in `vision/tracking.py`, which says what each of these is.

export const RULES = {
  grown: 1.5, leastOverlap: 0.2, differentBelow: 0.2, sameFrom: 0.5,
  keepSeconds: 1, recallSeconds: 3, tentativeSeconds: 0.5, coastSeconds: 0.3, recheckSeconds: 1,
  window: 5, agree: 3, giveUp: 4,
};
