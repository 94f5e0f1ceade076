"""The compiled training loop and inference; estimators use it, users need not."""

from skpnn.engine.backends import is_tensorflow

if is_tensorflow():
    from skpnn.engine.threads import limit_worker_threads

    # Here, not in a fit: a worker that unpickles a Keras model or optimizer starts TensorFlow
    # before.
    limit_worker_threads()
