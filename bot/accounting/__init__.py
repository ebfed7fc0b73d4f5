"""Invoices as values: what an order becomes in the accounting system, what is to be done next, and the one client that talks to it.

Knows no session, no queue and no row; jobs/invoices/ does.
"""
