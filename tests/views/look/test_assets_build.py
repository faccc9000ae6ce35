"""The build of the style sheet: nothing stale, nothing missing, every address by its content."""

import gzip
import json
from pathlib import Path

import pytest

from views.assets import build


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small copy of the sources with its own output folder; sass is replaced by a fixed sheet."""
    here = tmp_path / "assets"
    for folder in ("scss", "js", "images"):
        (here / folder).mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "build.py", "scss/main.scss", "js/main.js"):
        (here / name).write_text(name)
    (here / "images" / "yard.svg").write_text("<svg/>")
    static = tmp_path / "static"
    monkeypatch.setattr(build, "HERE", here)
    monkeypatch.setattr(build, "STATIC", static)
    monkeypatch.setattr(build, "MANIFEST", static / "manifest.json")
    monkeypatch.setattr(build, "_STAMP", static / ".sources")
    monkeypatch.setattr(build, "install_modules", lambda _environment: None)
    monkeypatch.setattr(build, "compile_css", lambda _environment: b"a{background:url(yard.svg)}")
    return here


def test_every_built_file_is_named_by_its_content_and_has_a_gzip_copy(workshop: Path) -> None:
    manifest = build.build()
    assert set(manifest) == {"main.css", "main.js", "yard.svg"}
    for name in manifest.values():
        content = (build.STATIC / name).read_bytes()
        assert gzip.decompress((build.STATIC / f"{name}.gz").read_bytes()) == content
    assert json.loads(build.MANIFEST.read_text()) == manifest
    before = manifest["main.js"]
    (workshop / "js" / "main.js").write_text("changed")
    assert build.build()["main.js"] != before


def test_pictures_in_the_sheet_go_by_their_built_names(workshop: Path) -> None:
    manifest = build.build()
    sheet = (build.STATIC / manifest["main.css"]).read_text()
    assert sheet == f"a{{background:url({manifest['yard.svg']})}}"


def test_a_picture_that_is_not_there_stops_the_build() -> None:
    with pytest.raises(KeyError, match=r"gone\.svg"):
        build.with_built_images(b'a{background:url("gone.svg")}', {"yard.svg": "yard.1.svg"})


@pytest.mark.usefixtures("workshop")
def test_nothing_is_built_twice_from_the_same_sources() -> None:
    assert not build.is_current()
    build.build()
    assert build.is_current()


@pytest.mark.parametrize(
    "source", ["scss/main.scss", "js/main.js", "images/yard.svg", "package-lock.json", "build.py"]
)
def test_a_changed_source_asks_for_a_new_build(workshop: Path, source: str) -> None:
    build.build()
    path = workshop / source
    path.write_text(path.read_text()[::-1])  # the same length: the content is what counts
    assert not build.is_current()


@pytest.mark.usefixtures("workshop")
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_lost_file_asks_for_a_new_build(suffix: str) -> None:
    name = build.build()["main.css"]
    (build.STATIC / f"{name}{suffix}").unlink()
    assert not build.is_current()


def test_files_of_an_earlier_build_are_removed(workshop: Path) -> None:
    old = build.build()["main.js"]
    (workshop / "js" / "main.js").write_text("changed")
    build.build()
    assert not (build.STATIC / old).exists()
    assert not (build.STATIC / f"{old}.gz").exists()


def test_the_lock_file_pins_everything_and_records_no_download_address() -> None:
    lock = json.loads((build.HERE / "package-lock.json").read_text())
    wanted = json.loads((build.HERE / "package.json").read_text())
    for group in ("dependencies", "devDependencies"):
        for name, version in wanted[group].items():
            assert lock["packages"][f"node_modules/{name}"]["version"] == version
    assert all("resolved" not in entry for entry in lock["packages"].values())
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
