"""The operator's settings."""

from typing import Any

import pytest

from bot.settings import Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def _no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


def test_a_token_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:secret")
    settings = read_settings()
    assert settings.telegram_token.get_secret_value() == "1:secret"
    assert not settings.webhook_url


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_TOKEN", "DATABASE_URL", "WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "very-secret")
    assert "very-secret" not in repr(read_settings())
    assert "very-secret" not in read_settings().model_dump_json()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"WEBHOOK_URL": "https://bot.example.org/x"}, "WEBHOOK_URL needs a WEBHOOK_SECRET"),
        ({"WEBHOOK_URL": "bot.example.org", "WEBHOOK_SECRET": "s"}, "WEBHOOK_URL: must be an address such as https://"),
        ({"WEBHOOK_SECRET": "no blanks"}, "WEBHOOK_SECRET: must be 1 to 256 letters"),
        ({"MONITOR_PORT": "70000"}, "MONITOR_PORT: "),
        ({"CHAT_SECONDS": "soon"}, "CHAT_SECONDS: "),
        ({"KEEP_MISSED": "perhaps"}, "KEEP_MISSED: "),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], told: str
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert told in str(error.value)
    assert "no blanks" not in str(error.value)


def test_all_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PORT", "x")
    monkeypatch.setenv("MOST_WAITING", "0")
    with pytest.raises(SettingsError, match=r"MONITOR_PORT: .*; MOST_WAITING: |MOST_WAITING: .*; MONITOR_PORT: "):
        read_settings()


def test_each_setting_is_described() -> None:
    described: Any = (Settings.__doc__ or "") + str(Settings.__mro__[1].__doc__)
    for name in Settings.model_fields:
        assert f"{name}:" in described
