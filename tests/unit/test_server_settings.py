"""The settings of a server: defaults, ranges, precedence, and errors that say what to write."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from runtime.cores import usable_cores
from runtime.errors import ConfigurationError
from runtime.settings import VARIABLES, ServerSettings, read_settings, settings_table
from runtime.settings_page import settings_page
from runtime.state import State, open_state

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def read(**environ: str) -> ServerSettings:
    return read_settings({"HOME": "/home/someone", **environ})


def refused(**environ: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read(**environ)
    return caught.value


def test_an_empty_environment_gives_a_development_server_on_loopback() -> None:
    settings = read()
    assert (settings.host, settings.port, settings.production) == ("127.0.0.1", 8000, False)
    assert (settings.cache_url, settings.jobs_url, settings.secret_key, settings.slot) == (None, None, None, None)
    assert (settings.l1_bytes, settings.cache_ttl_seconds, settings.cache_timeout_seconds) == (32 << 20, 604_800, 0.05)
    assert settings.api_processes == min(usable_cores(), 64)
    assert (settings.ephemeris_dir / "sepl_18.se1").is_file()


def test_the_page_of_the_documentation_is_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == settings_page(), "run: python -m runtime.settings_page > docs/configuration.md"


def test_every_setting_has_one_row_and_every_row_says_what_it_is() -> None:
    assert sorted(row.field for row in VARIABLES if row.field) == sorted(ServerSettings.__struct_fields__)
    assert len({row.name for row in settings_table()}) == len(settings_table())
    assert all(all(row) for row in settings_table())


def test_an_empty_variable_counts_as_unset() -> None:
    assert read(GRAHAQL_PORT="", REDIS_URL=" ", GRAHAQL_SECRET_KEY="") == read()


@pytest.mark.parametrize(
    ("environ", "cache_url", "jobs_url"),
    [
        ({"REDIS_URL": "redis://h"}, "redis://h?db=1", "redis://h"),
        ({"REDIS_URL": "rediss://u:p@h:1/3"}, "rediss://u:p@h:1/3?db=4", "rediss://u:p@h:1/3"),
        ({"REDIS_URL": "unix:///run/r.sock?db=2"}, "unix:///run/r.sock?db=3", "unix:///run/r.sock?db=2"),
        ({"REDIS_URL": "redis://h", "CACHE_URL": "redis://c"}, "redis://c", "redis://h"),
        ({"REDIS_URL": "redis://h", "JOBS_URL": "redis://j"}, "redis://h?db=1", "redis://j"),
        ({"JOBS_URL": "redis://[::1]:6380/1"}, None, "redis://[::1]:6380/1"),
    ],
)
def test_cache_and_jobs_are_apart(environ: dict[str, str], cache_url: str | None, jobs_url: str | None) -> None:
    settings = read(**environ)
    assert (settings.cache_url, settings.jobs_url) == (cache_url, jobs_url)


@pytest.mark.parametrize(
    ("url", "shown", "remedy"),
    [
        ("http://h", "http://h", "redis://, rediss://, unix://"),
        ("redis+sentinel://u:hunter2@h/0", "redis+sentinel://***@h/0", "redis://, rediss://, unix://"),
        ("localhost:6379", "***", "begins with"),
        ("hunter2", "***", "begins with"),
        ("redis://:hunter2", "redis://:***", "host"),
        ("redis://:hun/ter2@", "redis://***@", "host"),
        ("redis://h:hunter2", "redis://h:***", "port"),
        ("redis://h:70000", "redis://h:70000", "port"),
        ("redis://u:hunter2@h/one", "redis://***@h/one", "logical database"),
        ("redis://h/0?password=hunter2&db=x", "redis://h/0?password=***&db=x", "logical database"),
        ("unix://", "unix://", "socket"),
        ("redis://[::1", "redis://[::1", "IPv6"),
    ],
)
def test_a_wrong_url_is_named_without_its_password(url: str, shown: str, remedy: str) -> None:
    error = refused(REDIS_URL=url)
    assert (error.variable, error.value) == ("REDIS_URL", shown)
    assert remedy in error.remedy
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRAHAQL_PORT", "65536"),
        ("GRAHAQL_PORT", "-1"),
        ("GRAHAQL_PORT", "٨٠"),
        ("GRAHAQL_PORT", "9" * 5000),
        ("GRAHAQL_API_PROCESSES", "65"),
        ("GRAHAQL_API_PROCESSES", "two"),
        ("GRAHAQL_ENV", "prod"),
        ("GRAHAQL_LOG_LEVEL", "verbose"),
        ("GRAHAQL_LOG_FORMAT", "logfmt"),
        ("GRAHAQL_L1_BYTES", "1e7"),
        ("GRAHAQL_CACHE_TTL_SECONDS", "0"),
        ("GRAHAQL_CACHE_TIMEOUT_SECONDS", "nan"),
        ("GRAHAQL_GRACE_SECONDS", "inf"),
        ("GRAHAQL_EPHEMERIS_DIR", "/does/not/exist"),
        ("GRAHAQL_SLOT", "1024"),
        ("GRAHAQL_BULK_STORE", "ftp://host/folder"),
        ("GRAHAQL_BULK_STORE", "file://host/folder"),
        ("GRAHAQL_BULK_STORE", "redis://"),
        ("GRAHAQL_BULK_STORE", "s3://"),
        ("GRAHAQL_BULK_STORE", "s3://births?endpoint=minio"),
        ("GRAHAQL_BULK_STORE", "s3://births?secret=1"),
        ("GRAHAQL_BULK_STORE", "s3://[births"),
        ("GRAHAQL_UPLOAD_ROWS", "0"),
        ("GRAHAQL_WEBHOOK_HOSTS", "*.example.com"),
        ("GRAHAQL_WEBHOOK_HOSTS", "169.254.169.254"),
        ("GRAHAQL_WEBHOOK_HOSTS", "localhost"),
        ("GRAHAQL_WEBHOOK_HOSTS", "https://example.com"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_to_write(variable: str, value: str) -> None:
    error = refused(**{variable: value})
    assert (error.variable, error.value) == (variable, value)
    assert variable in str(error)
    assert error.remedy in str(error)


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("GRAHAQL_PROT", "GRAHAQL_PORT"),
        ("GRAHAQL_SECRET", "GRAHAQL_SECRET_KEY"),
        ("grahaql_port", "GRAHAQL_PORT"),
        ("GRAHAQL_CACHE_TTL", "GRAHAQL_CACHE_TTL_SECONDS"),
    ],
)
def test_a_misspelt_variable_is_an_error_that_suggests_the_nearest(typo: str, meant: str) -> None:
    error = refused(**{typo: "hunter2"})
    assert f"did you mean {meant}?" in error.remedy
    assert "hunter2" not in str(error)


def test_what_Kubernetes_adds_for_a_service_called_grahaql_is_passed_over() -> None:
    links = {
        "GRAHAQL_PORT": "tcp://10.0.0.7:80",
        "GRAHAQL_SERVICE_HOST": "10.0.0.7",
        "GRAHAQL_SERVICE_PORT_HTTP": "80",
        "GRAHAQL_PORT_80_TCP_ADDR": "10.0.0.7",
        "GRAHAQL_REDIS_PORT": "tcp://10.0.0.8:6379",
        "GRAHAQL_REDIS_SERVICE_PORT": "6379",
    }
    assert read(**links) == read()


def test_zero_processes_means_one_per_core_and_words_are_read_in_any_case() -> None:
    settings = read(GRAHAQL_API_PROCESSES="0", GRAHAQL_ENV="Production", GRAHAQL_LOG_LEVEL="WARNING")
    assert settings.api_processes == usable_cores()
    assert (settings.production, settings.log_level) == (True, 30)


@pytest.mark.parametrize(("quota", "most"), [("100000 100000", 1), ("150000 100000", 2), ("1000 100000", 1)])
def test_a_container_limited_to_some_cores_counts_those(tmp_path: Path, quota: str, most: int) -> None:
    (tmp_path / "cpu.max").write_text(quota + "\n")
    assert usable_cores(tmp_path / "cpu.max") == min(most, len(os.sched_getaffinity(0)))


@pytest.mark.parametrize("quota", ["max 100000", "", "0 0"])
def test_without_a_limit_every_core_counts_that_the_process_may_run_on(tmp_path: Path, quota: str) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    assert usable_cores(tmp_path / "cpu.max") == usable_cores(tmp_path / "none") == len(os.sched_getaffinity(0))


def test_settings_can_be_printed_without_a_secret() -> None:
    shown = repr(read(REDIS_URL="redis://u:hunter2@h", GRAHAQL_SECRET_KEY="5ec2e7" * 11))
    assert "jobs_url='redis://***@h'" in shown
    assert "hunter2" not in shown
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HOME": "/home/a"}, "/home/a/.local/state/grahaql"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "/var/s"}, "/var/s/grahaql"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "relative"}, "/home/a/.local/state/grahaql"),
        ({"HOME": ""}, f"{tempfile.gettempdir()}/grahaql-{os.getuid()}"),
        ({"HOME": "/home/a", "GRAHAQL_STATE_DIR": "/srv/x/../y"}, "/srv/y"),
    ],
)
def test_the_state_folder_follows_the_XDG_specification(environ: dict[str, str], folder: str) -> None:
    assert read_settings(environ).state_dir == Path(folder)


def test_an_ephemeris_folder_that_the_library_would_ignore_is_refused(tmp_path: Path) -> None:
    long, split = tmp_path / ("e" * 200), tmp_path / "a:b"
    for folder in (long, split):
        folder.mkdir()
    assert "200 bytes" in refused(GRAHAQL_EPHEMERIS_DIR=str(long)).remedy
    assert "separators" in refused(GRAHAQL_EPHEMERIS_DIR=str(split)).remedy


def test_the_key_is_read_from_hexadecimal_and_both_base64_alphabets() -> None:
    key = bytes(range(216, 256))
    for text in (key.hex(), base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode().rstrip("=")):
        assert read(GRAHAQL_SECRET_KEY=text).secret_key == key


@pytest.mark.parametrize("text", ["00" * 31, "hunter2", "not base64 " * 9, "é" * 50])
def test_a_weak_key_is_refused_and_never_shown(text: str) -> None:
    error = refused(GRAHAQL_SECRET_KEY=text)
    assert error.value == "***"
    assert text not in str(error)


def test_the_state_folder_is_made_for_its_owner_alone_and_keeps_one_key(tmp_path: Path) -> None:
    state = open_state(tmp_path / "a" / "state")
    key = state.secret_key()
    assert len(key) == 32
    assert state.secret_key() == key
    assert [path.name for path in state.folder.iterdir()] == ["secret.key"]
    assert ((state.folder / "secret.key").stat().st_mode & 0o777, state.folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_processes_that_make_the_key_at_once_agree(tmp_path: Path) -> None:
    readers = []
    for _ in range(8):
        read_end, write_end = os.pipe()
        if os.fork() == 0:
            os.write(write_end, State(tmp_path).secret_key())
            os._exit(0)
        os.close(write_end)
        readers.append(read_end)
    keys = {os.read(reader, 64) for reader in readers}
    for reader in readers:
        os.close(reader)
        os.wait()
    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(ConfigurationError, match=r"secret\.key holds no key"):
        State(tmp_path).secret_key()


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="GRAHAQL_STATE_DIR"):
        open_state(tmp_path / "file" / "state")


def test_someone_elses_folder_in_the_temporary_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    for name in ("open", "link"):
        with pytest.raises(ConfigurationError, match="this user alone"):
            open_state(tmp_path / name)
    with capture_logs() as events:
        assert open_state(tmp_path / "fresh").folder == tmp_path / "fresh"
    assert [(event["event"], event["log_level"]) for event in events] == [("state.temporary", "warning")]
