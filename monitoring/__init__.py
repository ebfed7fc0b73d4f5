"""What watches the product: Prometheus' and Alertmanager's files, Grafana's dashboards, and `python -m monitoring`, which tries them.

Nothing here runs in production but the files; the code is for `make alerts` alone.
"""
