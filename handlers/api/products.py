"""The catalog's search as JSON, for the bearer of API_TOKEN: one statement, in an order that stays the same."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from handlers.api import schemas
from handlers.bearer import require_token
from handlers.chat_schema import problems_of
from handlers.current import current_runtime
from handlers.json_body import strict_json
from handlers.openapi_mark import described
from jobs.reads.product_search import search
from models.database import autocommit

blueprint = Blueprint("products_api", __name__)


@blueprint.post("/api/v1/products/search")
@described(body=schemas.ProductSearch, answer=schemas.ProductsFound, refusals=(400, 413, 422))
def search_products() -> Response | tuple[Response, int]:
    """Find products by words: the 25 that fit best, or the newest first."""
    require_token(current_runtime().settings.api_token)
    try:
        wanted = schemas.ProductSearch.model_validate(strict_json(request.get_data() or b"{}"))
    except ValidationError as error:
        body = {"code": "invalid", "message": "The request is not valid.", "fields": problems_of(error)}
        return jsonify({"error": body}), 422
    with autocommit(current_runtime().engine) as connection:
        found, total = search(
            connection,
            wanted.query,
            most=wanted.limit,
            skip=wanted.offset,
            newest=wanted.sort is schemas.Sort.NEWEST,
            everything=wanted.include_inactive,
        )
    return jsonify(products=found, total=total)
