"""How fast skpnn is, beside its peers: ``python -m benchmarks``."""
