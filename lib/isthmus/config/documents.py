"""Reading YAML that people or strangers wrote: bounded in size, depth and expansion; no key twice."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from isthmus.errors import ConfigError

MOST_BYTES = 2**20  # the longest study known has 4 kB
MOST_DEPTH = 20  # a study is three deep
MOST_NODES = 100_000  # of the document with each alias written out

BOOLEAN = "tag:yaml.org,2002:bool"
MERGE = "tag:yaml.org,2002:merge"


class DocumentError(ConfigError):
    """No usable YAML.

    Attributes
    ----------
    where : str
        The file, and the line where it is known; nothing of what stands there.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        super().__init__(f"{where}: {problem}")


class _Loader(yaml.CSafeLoader):
    """YAML whose only booleans are true and false, so that NO is Norway; `yes` and `off` still fit a switch."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping; a key that stands in it twice is an error, where YAML lets the last one win."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != MERGE and isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def read_text(file: Path) -> str:
    """Return the text of a configuration file.

    Parameters
    ----------
    file : Path
        Its path.

    Raises
    ------
    ConfigError
        The file cannot be read, holds more than a megabyte, or is not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{file} holds more than {MOST_BYTES:,} bytes; a file of settings is shorter")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text (byte {error.start:,}); save it as UTF-8") from None


def parse_yaml(text: str, where: str) -> Any:
    """Return the plain values of a YAML document.

    Parameters
    ----------
    text : str
        The document.
    where : str
        What error messages call it.

    Raises
    ------
    DocumentError
        No valid YAML, a key twice, nested too deep, or aliases that expand to more than a settings file ever needs.
    """
    try:
        _refuse_depth(text, where)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            if _expanded(node, {}) > MOST_NODES:
                raise DocumentError(where, f"expands to more than {MOST_NODES:,} values; write it without aliases")
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2020-13-45
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 1})" if place is not None else ""
        raise DocumentError(f"{where} is not valid YAML{line}", getattr(error, "problem", None) or str(error)) from None


def _refuse_depth(text: str, where: str) -> None:
    """Refuse deep nesting while reading events, which takes no recursion."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise DocumentError(where, f"nested more than {MOST_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _expanded(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Return how many values a node stands for; each node is counted once, however many aliases name it."""
    if id(node) in known:
        size = known[id(node)]
        return MOST_NODES + 1 if size is None else size  # None: it holds itself
    known[id(node)] = None
    children: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        children = node.value
    elif isinstance(node, yaml.MappingNode):
        children = [each for pair in node.value for each in pair]
    known[id(node)] = 1 + sum(_expanded(child, known) for child in children)
    return known[id(node)] or 0
