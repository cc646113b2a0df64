"""Programs that use the library or are compared with it, each run with ``python -m``."""
