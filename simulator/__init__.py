"""Stands in for Twilio, Telegram, OpenAI and Xero over real HTTP on loopback. Development, tests and chaos runs only.

It answers as the providers do, remembers every call in a ledger, signs and posts webhooks as they do, and can be told to
misbehave. It knows nothing of orders: of the product it imports at most `bot.settings` and `bot.errors`.
"""
