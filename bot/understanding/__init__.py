"""Reads a message: words in, an Intent out. Pure and free of any network, except llm.py, which fills gaps when configured."""
