"""`make` repairs its environment, or says what is wrong."""

import importlib.util
import os
import sys

import pytest
from notebooks import ROOT


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """The script that makes the environment, with its commands recorded instead of run."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    target = tmp_path / "venv"
    module.commands = []
    module.fails_at = None
    module.target = target

    def run(*command):
        module.commands.append(" ".join(str(part) for part in command))
        if "venv" in command:  # what `python -m venv` leaves behind
            folder = target / ("Scripts" if os.name == "nt" else "bin")
            folder.mkdir(parents=True)
            (folder / "python").touch()
            (target / "pyvenv.cfg").touch()
        return int(module.fails_at is not None and module.fails_at in module.commands[-1])

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(sys, "argv", ["environment.py", str(target)])
    return module


def kinds(module):
    """Return what was run, in short."""
    names = {"-m venv": "venv", "-r ": "packages", "--editable": "library", "--version": "pip?"}
    return [next(names[key] for key in names if key in command) for command in module.commands]


def test_first_run_makes_everything_and_second_run_nothing(environment):
    environment.main()
    assert kinds(environment) == ["venv", "packages", "library"]
    environment.commands.clear()
    environment.main()
    assert environment.commands == []


def test_interrupted_installation_is_completed(environment):
    environment.fails_at = "-r "
    with pytest.raises(SystemExit, match="did not finish"):
        environment.main()
    assert not (environment.target / "ready").exists()
    environment.commands.clear()
    environment.fails_at = None
    environment.main()
    assert kinds(environment) == ["pip?", "packages", "library"]


def test_broken_environment_is_made_again(environment):
    """The folder is there, but its Python cannot run pip."""
    environment.main()
    (environment.target / "ready").unlink()
    environment.commands.clear()
    environment.fails_at = "--version"
    environment.main()
    assert kinds(environment) == ["pip?", "venv", "packages", "library"]


@pytest.mark.parametrize("change", ["folder", "python", "requirements"])
def test_change_is_noticed(environment, monkeypatch, change):
    environment.main()
    environment.commands.clear()
    stamp = environment.target / "ready"
    place, digest = stamp.read_text().split("\n")
    old = {
        "folder": f"/elsewhere{place}\n{digest}",
        "python": f"{place}9\n{digest}",
        "requirements": f"{place}\nold",
    }
    stamp.write_text(old[change])
    environment.main()
    assert kinds(environment)[-2:] == ["packages", "library"]
    assert ("venv" in kinds(environment)) == (change != "requirements")


def test_wrong_python(environment, monkeypatch):
    monkeypatch.setattr(environment, "FIRST", (3, 98))
    monkeypatch.setattr(environment, "LAST", (3, 99))
    with pytest.raises(SystemExit, match=r"needs Python 3.98 to 3.99, but this is Python 3"):
        environment.main()
    assert environment.commands == []


def test_a_folder_that_is_something_else_is_left_alone(environment):
    environment.target.mkdir()
    (environment.target / "thesis.tex").write_text("years of work")
    with pytest.raises(SystemExit, match="not a virtual environment"):
        environment.main()
    assert (environment.target / "thesis.tex").read_text() == "years of work"


def test_binder_installs_the_same_versions():
    """The file must be flat, so it is a copy; `make lock` writes both."""
    versions = [ROOT / "requirements.txt", ROOT / "binder" / "requirements.txt"]
    assert versions[0].read_text() == versions[1].read_text()
