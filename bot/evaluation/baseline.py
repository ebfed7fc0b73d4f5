"""The gate of `flask eval`: what was reached once is not given up (data/eval/baseline.json)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.evaluation import MAX_LLM_SHARE
from bot.evaluation.figures import Score

RISES = ("exact", "intent", "placed")
FALLS = ("danger", "wrongly_cancelled", "wrongly_ignored")


def recorded(scores: Mapping[str, Score], before: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The figures to keep of each set and each swap: the better of today's and those before; a set that changed starts anew."""
    kept = {name: dict(figures) for name, figures in before.items()}
    for name, score in scores.items():
        now = {key: score.as_json()[key] for key in ("messages", *RISES, *FALLS)}
        old = before.get(name, {})
        kept[name] = _better(now, old) if old.get("messages") == now["messages"] else now
    return kept


def _better(now: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    risen = {key: max((now[key], old.get(key)), key=lambda share: share or 0) for key in RISES}
    return {**now, **risen, **{key: min(now[key], old.get(key, now[key])) for key in FALLS}}


def below(scores: Mapping[str, Score], llm_share: float, baseline: Mapping[str, Any]) -> list[str]:
    """One sentence for each figure that is worse than recorded; a set that has grown or shrunk is not compared."""
    alike = (name for name, score in scores.items() if baseline.get(name, {}).get("messages") == score.messages)
    worse = [sentence for name in alike for sentence in _worse(name, scores[name].as_json(), baseline[name])]
    if llm_share > MAX_LLM_SHARE:
        worse.append(f"a language model would be asked for {100 * llm_share:.1f} % of the messages")
    return worse


def _worse(name: str, now: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    fallen = [key for key in RISES if (now[key] or 0) < (kept.get(key) or 0)]
    risen = [key for key in FALLS if now[key] > kept.get(key, now[key])]
    return [
        *(f"{name}: {key} {now[key]:.4f} is below the baseline {kept[key]:.4f}" for key in fallen),
        *(f"{name}: {key} {now[key]}, the baseline has {kept[key]}" for key in risen),
    ]
