"""`conf_dir`, `conf_file`: where studies and settings lie."""

import pytest

from isthmus.config import conf_dir, conf_file, resources


def test_the_files_of_a_checkout_are_found():
    assert (conf_dir() / "studies" / "gallo2026.yaml").is_file()
    assert conf_file("log4j2.properties").is_file()


def test_an_installed_package_brings_its_own(monkeypatch, tmp_path):
    (tmp_path / "site-packages" / "isthmus" / "conf" / "studies").mkdir(parents=True)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path / "site-packages" / package)
    assert conf_dir() == tmp_path / "site-packages" / "isthmus" / "conf"


def test_a_broken_installation_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "files", lambda package: tmp_path / "a" / "b" / package)
    with pytest.raises(FileNotFoundError, match="install Isthmus again"):
        conf_dir()
