r"""Data parallelism in one process: the batch is cut, each thread takes a part.

The loss is a mean over the batch, so its gradient is the mean of the parts' gradients,
each weighted by its share of the samples:

.. math:: \nabla L = \sum_k \frac{n_k}{n} \nabla L_k

NumPy releases Python's lock inside its loops, so threads really run side by side. Each
needs only one BLAS thread then: set ``OPENBLAS_NUM_THREADS=1``, or use threadpoolctl.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from scratch.layers.base import positive


class DataParallel:
    """Train one model in several threads.

    Args:
        build: a function without arguments that returns a compiled model. It is called
            once for each worker, and all copies share the parameters of the first.
        workers: the number of threads.

    Attributes:
        model: the first copy. It is always up to date: evaluate, predict and save with it.

    Raises:
        ValueError: if ``workers`` is not a positive whole number, or a layer keeps averages
            of its batches (BatchNormalization), which the copies would not share.
    """

    def __init__(self, build, workers=2):
        self.copies = [build() for _ in range(positive("workers", workers))]
        self.model = self.copies[0]
        if any(layer.state for layer in self.model.layers):
            raise ValueError("DataParallel cannot share the moving averages of a layer")
        for copy in self.copies:
            copy.require_compiled()
            copy.gather_parameters()
        for copy in self.copies[1:]:
            for layer, first in zip(copy.layers, self.model.layers, strict=True):
                layer.params = first.params
        self.threads = ThreadPoolExecutor(workers)

    def train_on_batch(self, x, y):
        """Take one step: every copy its part of the batch, then one update. Return the loss."""
        parts = np.array_split(np.arange(len(x)), len(self.copies))
        jobs = [
            self.threads.submit(copy.loss_and_gradients, x[part], y[part])
            for copy, part in zip(self.copies, parts, strict=True)
            if len(part)
        ]
        losses = [job.result()[0] for job in jobs]
        shares = [len(part) / len(x) for part in parts if len(part)]
        gradient = sum(share * copy.g for share, copy in zip(shares, self.copies, strict=False))
        self.model.optimizer.update(self.model.w, gradient)
        return float(np.dot(shares, losses))
