"""The compiled training loop and inference; estimators use it, users need not."""
