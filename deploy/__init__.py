"""Brings a release onto a host and takes it back: two colours, one serves, the other is the release before or the one to come.

Standard library only: it runs before anything of a release is installed.
"""
