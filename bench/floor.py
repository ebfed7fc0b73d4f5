"""The least a webhook can do: Flask, Twilio's signature, one INSERT committed; and the least a page can: a template and fifty rows.

What our door and the console are measured against.
"""

from __future__ import annotations

from flask import Flask, Response, abort, render_template_string, request
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from bot.settings import get_settings
from models.database import autocommit, make_engine

INSERT = text("INSERT INTO bench_floor (sid, sender, body) VALUES (:sid, :sender, :body) ON CONFLICT (sid) DO NOTHING")
ROWS = text("SELECT number, status, total, placed_at, delivery_date FROM orders ORDER BY id DESC LIMIT 50")
PAGE = """<!doctype html><title>floor</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>"""
TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (sid text PRIMARY KEY, sender text NOT NULL, body text NOT NULL)"


def create_app() -> Flask:
    app = Flask("floor")
    settings = get_settings()
    engine = make_engine(settings.database_url, application="floor")
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())

    @app.get("/health")
    def health() -> str:
        return "alive"

    @app.post("/webhooks/twilio")
    def inbound() -> Response:
        url = settings.public_url + request.path
        if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        with autocommit(engine) as connection:
            form = request.form
            connection.execute(INSERT, {"sid": form["MessageSid"], "sender": form["From"], "body": form["Body"]})
        return Response("<Response></Response>", mimetype="text/xml")

    @app.get("/page")
    def page() -> str:
        with autocommit(engine) as connection:
            return render_template_string(PAGE, rows=connection.execute(ROWS).all())

    return app
