"""What is pinned, and what the image is built from."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_each_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    [own] = [package for package in lock["package"] if package["name"] == "back-spasm-bot"]
    wanted = {*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)}
    named = own["metadata"]["requires-dist"]
    locked = {one["name"] + one.get("specifier", "") for one in named}
    for requirement in wanted:
        plain = re.sub(r"\[.*?\]|;.*", "", requirement).strip()
        assert any(plain.lower() == one.lower() for one in locked), f"{plain}: run `uv lock`"


def test_the_image_installs_extras_that_there_are() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.findall(r"--extra (\w+)", (ROOT / "Dockerfile").read_text())
    assert named
    assert set(named) <= set(extras)
