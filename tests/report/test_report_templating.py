"""Templates are compiled once for all processes, and never against the user's will."""

import os

import pytest
from jinja2 import Environment

from ustyurt_models.report import templating
from ustyurt_models.report.templating import environment_of


@pytest.fixture
def compiled(monkeypatch, tmp_path):
    """Count compilations, with an empty cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    count = []
    plain = Environment.compile

    def counted(self, *arguments, **options):
        count.append(arguments[1])
        return plain(self, *arguments, **options)

    monkeypatch.setattr(Environment, "compile", counted)
    return count


def names():
    used = ("count", "number", "share", "p", "few")
    return dict.fromkeys(used, str)


def test_a_template_is_compiled_once_and_again_when_it_changes(compiled, monkeypatch):
    for _ in range(2):
        environment_of(names()).get_template("quality.html.j2")
    assert compiled == ["quality.html.j2"]
    text = templating.template_text("quality.html.j2")
    monkeypatch.setattr(templating, "template_text", lambda name: text + "\n")
    environment_of(names()).get_template("quality.html.j2")
    assert len(compiled) == 2


def test_pages_are_written_where_nothing_can_be_kept(compiled, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    environment = environment_of(names())
    assert environment.bytecode_cache is None
    environment.get_template("quality.html.j2")
    assert not (tmp_path / "cache").exists()


def test_what_comes_from_outside_is_escaped():
    text = environment_of({}).from_string("{{ name }}").render(name="<b>")
    assert text == "&lt;b&gt;"
