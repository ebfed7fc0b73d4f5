"""The proof that nothing is lost and nothing done twice: the real house on real servers, and somebody who breaks it.

`python -m chaos` (or `make chaos`). Development only; nothing of the product imports this package.
"""
