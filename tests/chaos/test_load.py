"""Load by profile: what is measured, what is refused, what the report says; and one small run against a server that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.settings.load import load_settings
from bot.settings_reference import SET, masked_settings
from chaos.load import __main__ as command
from chaos.load import measure
from chaos.load.profile import FULL, QUICK, Limits, Phase, Profile
from chaos.load.report import Report, of
from chaos.load.target import RefusedError, Target, load_target, refuse_real_providers
from tests.conftest import Shop

SMALL = Profile("sustained", (Phase("sustained", 3, 0.1),), Limits(errors=0.05, p95_s=60.0))


def test_the_profiles_are_those_that_were_asked_for() -> None:
    sizes = {name: [(phase.users, phase.seconds) for phase in profile.phases] for name, profile in FULL.items()}
    assert sizes["sustained"] == [(10, 3600)]
    assert sizes["burst"] == [(50, 300)]
    assert [users for users, _ in sizes["spike"]] == [5, 100, 5]
    assert sizes["soak"] == [(5, 24 * 3600)]
    assert (FULL["chaos"].users, FULL["chaos"].faults) == (20, 0.30)
    assert (FULL["sustained"].limits.errors, FULL["sustained"].limits.p95_s) == (0.05, 10.0)
    assert (FULL["burst"].limits.errors, FULL["burst"].limits.p95_s) == (0.10, 15.0)


def test_a_quick_one_has_the_users_of_the_full_one_and_all_five_take_less_than_ten_minutes() -> None:
    assert {name: profile.users for name, profile in QUICK.items()} == {name: each.users for name, each in FULL.items()}
    assert sum(profile.seconds for profile in QUICK.values()) < 400


def test_time_to_recover_is_counted_from_the_end_of_the_spike() -> None:
    slow = [(float(second), 9.0) for second in range(100, 115)]
    fast = [(float(second), 0.6) for second in range(115, 140)]
    assert measure.recovered_after_s(0.5, 100.0, slow + fast) == pytest.approx(15.0)
    assert measure.recovered_after_s(0.5, 100.0, slow) is None
    assert measure.recovered_after_s(None, 100.0, fast) is None


def test_growth_is_the_slope_of_the_kind_that_grows_fastest() -> None:
    samples = [(60.0 * minute, {"web": 80.0, "worker": 100.0 + minute / 10}) for minute in range(30)]
    assert measure.growth_per_hour(samples) == pytest.approx(6.0)
    assert measure.growth_per_hour(samples[:2]) is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_BASE_URL": "https://api.twilio.com"}, "TWILIO_API_BASE_URL"),
        ({"TELEGRAM_BOT_TOKEN": SET, "TELEGRAM_API_BASE_URL": "https://api.telegram.org"}, "TELEGRAM_API_BASE_URL"),
        ({"OPENAI_API_KEY": SET, "OPENAI_BASE_URL": "https://api.openai.com/v1"}, "OPENAI_BASE_URL"),
        ({"XERO_CLIENT_ID": "id", "XERO_API_BASE_URL": "https://api.xero.com"}, "XERO_API_BASE_URL"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_BASE_URL": "https://127.0.0.1.example.com"}, "TWILIO_API_BASE_URL"),
        ({"ENVIRONMENT": "production"}, "production"),
    ],
)  # fmt: skip
def test_a_target_with_a_real_provider_is_refused_and_the_provider_named(changed: dict[str, str], named: str) -> None:
    settings = masked_settings(load_settings(_env_file=None, environment="test"))
    refuse_real_providers(settings)  # a clean clone talks to the simulator
    with pytest.raises(RefusedError, match=named):
        refuse_real_providers(dict(settings) | changed)


def test_what_does_not_say_what_its_providers_are_is_refused() -> None:
    with pytest.raises(RefusedError, match="does not say"):
        load_target(Target("http://127.0.0.1:1", "token"), SMALL, quick=True, seed=1)


def test_a_server_that_runs_is_loaded_through_its_chat_api(shop: Shop, app_url: str, settings: Settings) -> None:
    target = Target(app_url, settings.api_token.get_secret_value())
    report = load_target(target, SMALL, quick=True, seed=1)
    assert report.violations == []
    assert report.passed
    assert report.counted.sent == report.counted.accepted == 3
    assert report.counted.orders == shop.one("SELECT count(*) FROM orders WHERE NOT is_synthetic")


def test_the_report_is_what_its_schema_says_and_the_worst_profile_decides(
    shop: Shop, app_url: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = load_target(Target(app_url, settings.api_token.get_secret_value()), SMALL, quick=True, seed=1)
    bad = good.model_copy(update={"passed": False})
    assert of([good, good], "here", "abc").exit_code == 0
    report = of([good, bad], "here", "abc")
    assert report.exit_code == 1
    assert Report.model_validate_json(report.model_dump_json()) == report
    capsys.readouterr()
    assert command.main(["--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["required"]) == set(report.model_dump())


def test_a_target_that_is_refused_ends_with_another_code_than_one_that_fails(tmp_path: Path) -> None:
    arguments = ["--profile", "burst", "--quick", "--target", "http://127.0.0.1:1", "--out", str(tmp_path / "report")]
    assert command.main(arguments) == command.REFUSED
    assert not (tmp_path / "report").exists()
