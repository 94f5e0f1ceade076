"""Print skorch's events per second: ``python -m benchmarks.skorch_rate EVENTS BATCH_SIZE``."""

import sys

import numpy as np

from benchmarks import subjects
from benchmarks.measure import rate

if __name__ == "__main__":
    n_events, batch_size = map(int, sys.argv[1:])
    X, y = subjects.events(n_events)
    targets = y.astype(np.float32)
    network = subjects.skorch(1, batch_size)
    print(rate(lambda _: network.fit(X, targets), n_events, few=0, many=1))
