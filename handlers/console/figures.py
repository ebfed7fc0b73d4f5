"""Figures as charts that the server draws, each with its table and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from handlers.console.door import blueprint, viewers
from handlers.csv_cells import as_csv
from handlers.current import current_runtime
from handlers.form_values import whole
from jobs.reads.figures import FIGURES, Figure, Point, read
from models.database import autocommit

WIDTH, HEIGHT = 600, 150
PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Bar:
    """One value as a rectangle of the drawing, in its own units."""

    point: Point
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    figure: Figure
    points: list[Point]
    bars: list[Bar]
    total: Decimal
    most: Decimal


@blueprint.get("/figures")
@viewers
def figures() -> ResponseReturnValue:
    days = _days()
    runtime = current_runtime()
    with autocommit(runtime.engine) as connection:
        points = read(connection, *FIGURES, days=days, zone=runtime.settings.timezone)
    charts = [_chart(name, figure, points[name]) for name, figure in FIGURES.items()]
    return render_template(
        "console/figures.html", charts=charts, days=days, periods=PERIODS, width=WIDTH, height=HEIGHT
    )


@blueprint.get("/figures/<name>.csv")
@viewers
def figure_file(name: str) -> ResponseReturnValue:
    if name not in FIGURES:
        abort(404)
    runtime = current_runtime()
    with autocommit(runtime.engine) as connection:
        points = read(connection, name, days=_days(), zone=runtime.settings.timezone)[name]
    body = as_csv(("label", "value"), ({"label": point.label, "value": point.value} for point in points))
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _days() -> int:
    return whole("days", 30, most=366) or 30


def _chart(name: str, figure: Figure, points: list[Point]) -> Chart:
    most = max((point.value for point in points), default=Decimal(0))
    step = WIDTH / max(1, len(points))
    bars = [_bar(point, place, step, most) for place, point in enumerate(points)] if figure.by_day else []
    return Chart(name, figure, points, bars, sum((point.value for point in points), Decimal(0)), most)


def _bar(point: Point, place: int, step: float, most: Decimal) -> Bar:
    height = float(point.value / most) * HEIGHT if most else 0.0
    return Bar(
        point, round(place * step + step * 0.12, 1), round(HEIGHT - height, 1), round(step * 0.76, 1), round(height, 1)
    )
