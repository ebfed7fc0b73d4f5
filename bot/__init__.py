"""Knows and decides: settings, understanding, conversation, channels. Opens no session, serves no request, queues nothing."""
