"""Reading studies: YAML over YAML (`extends`), then settings of the command line; the last one wins."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from isthmus.config.documents import parse_yaml, read_text
from isthmus.config.resources import conf_dir
from isthmus.config.study import Study
from isthmus.errors import ConfigError, did_you_mean

#: Fields of earlier versions, and what took their place.
OLD_FIELDS: Mapping[str, str] = {
    "parity": "`as_published`",
    "networks.reading": "`networks.citation_year` (cited, cited_window or citing)",
    "networks.readings": "`networks.citation_years` (cited, cited_window, citing)",
    "sensitivity.readings": "`sensitivity.citation_years`",
    "significance.corroborate": "`other_null_models.models`",
    "significance.other_null_models": "`other_null_models.models`; `other_null_models: null` turns it off",
    "trajectories.top": "`report.matrix_countries`",
    "groups.top": "`groups.countries`",
    "geography.matrix_bloc": "`report.matrix_bloc`",
}


def available_studies() -> dict[str, Path]:
    """Name -> file of the studies that come with Isthmus."""
    return {file.stem: file for file in sorted((conf_dir() / "studies").glob("*.yaml"))}


def load_study(name_or_file: str | Path, settings: Sequence[str] = ()) -> Study:
    """Read and validate a study.

    Parameters
    ----------
    name_or_file : str | Path
        a study of `conf/studies`, or the path of a YAML file.
    settings : Sequence[str], optional
        `section.field=value` texts that override the file, values in YAML.

    Raises
    ------
    ConfigError
        No such study, no valid YAML, or a value that does not fit; names the field and the nearest word.
    """
    values = _read(_locate(name_or_file), ())
    for setting in settings:
        _apply(values, setting)
    _refuse_old_words(values, str(name_or_file))
    try:
        return Study.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error, str(name_or_file))) from None


def _refuse_old_words(values: Mapping[str, Any], source: str) -> None:
    """Answer a field of an earlier version with the one that took its place."""
    for path, now in OLD_FIELDS.items():
        section, dot, name = path.partition(".")
        given = values.get(section)
        if (section in values and not dot) or (isinstance(given, dict) and name in given):
            raise ConfigError(f"study {source!r} cannot be used:\n  {path}: is now {now}")


def _locate(name_or_file: str | Path, beside: Path | None = None) -> Path:
    known = available_studies()
    name = str(name_or_file)
    if name in known:
        return known[name]
    looks_like_file = name.endswith((".yaml", ".yml")) or "/" in name
    path = (beside / name) if beside is not None and not Path(name).is_absolute() else Path(name)
    if path.is_file():
        return path
    if looks_like_file:
        raise ConfigError(f"study file {name!r} does not exist (looked at {path.resolve()})")
    raise ConfigError(
        f"there is no study {name!r} (a file's name must end in .yaml); {did_you_mean(name, list(known))}"
    )


def _read(file: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    file = file.resolve()  # one file has many paths: ../studies/a.yaml, a.yaml
    if file in seen:
        raise ConfigError(f"{file}: `extends` runs in a circle: {' -> '.join(f.name for f in (*seen, file))}")
    values = parse_yaml(read_text(file), str(file))
    if not isinstance(values, dict):
        raise ConfigError(f"{file} holds {type(values).__name__}, expected fields such as `study:` and `title:`")
    base = values.pop("extends", None)
    return values if base is None else merged(_read(_locate(base, file.parent), (*seen, file)), values)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two configurations laid over each other, section by section; `over` wins."""
    result = dict(base)
    for key, value in over.items():
        known = result.get(key)
        result[key] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def _apply(values: dict[str, Any], setting: str) -> None:
    path, equals, text = setting.partition("=")
    if not equals:
        raise ConfigError(f"setting {setting!r} has no `=`; write it as section.field=value")
    *sections, field = path.strip().split(".")
    place = values
    for section in sections:
        place[section] = {} if place.get(section) is None else place[section]  # a section that was off
        place = place[section]
        if not isinstance(place, dict):
            raise ConfigError(f"setting {setting!r}: {section} is a value, not a section")
    place[field] = parse_yaml(text, f"setting {setting!r}")


def _explain(error: ValidationError, source: str) -> str:
    lines = [f"study {source!r} cannot be used:"]
    problems = error.errors()
    inner = {problem["loc"][:depth] for problem in problems for depth in range(len(problem["loc"]))}
    for problem in problems:
        if problem["loc"] in inner and problem["type"] != "value_error":
            continue  # only says that something inside it is wrong
        *path, last = problem["loc"] or ("study",)
        if problem["type"] == "missing" and isinstance(last, int):  # of a list that is too short
            said = f"lacks value number {last + 1} of its list (given: {problem.get('input')!r})"
        else:
            path, said = [*path, last], _sentence(problem, error)
        lines.append(f"  {'.'.join(map(str, path))}: {said}")
    return "\n".join(lines)


#: What pydantic says of a value, in the words of a person who writes a study.
SENTENCES: Mapping[str, str] = {
    "greater_than": "must be more than {gt:,}",
    "greater_than_equal": "must be at least {ge:,}",
    "less_than": "must be less than {lt:,}",
    "less_than_equal": "must be at most {le:,}",
    "finite_number": "must be a finite number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 64 bits",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list: [first, second, ...]",
    "dict_type": "must be a mapping: {{name: value}}",
    "model_type": "must be a section: {{field: value}}",
    "too_short": "needs at least {min_length} value(s)",
    "too_long": "takes at most {max_length} value(s)",
    "string_too_long": "takes at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
}


def _sentence(problem: Any, error: ValidationError) -> str:
    kind, given = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        section = _section_at(problem["loc"][:-1])
        word = str(problem["loc"][-1])
        return f"no such field; {did_you_mean(word, list(section.model_fields))}" if section else "no such field"
    if kind == "literal_error":
        valid = [w.strip(" '") for w in problem["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return f"{given!r} is not accepted; {did_you_mean(given, valid)}"
    if kind == "missing":
        return "is required and missing"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if kind in SENTENCES:
        message = SENTENCES[kind].format(**problem.get("ctx", {}))
    return message if isinstance(given, dict) else f"{message} (given: {given!r})"


def _section_at(path: Sequence[str | int]) -> type[BaseModel] | None:
    section: type[BaseModel] = Study
    for part in path:
        field = section.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return None
        section = annotation
    return section
