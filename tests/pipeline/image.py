"""The Dockerfile read and, without Docker, built: its steps run as root in folders that begin as a bare Debian."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("debootstrap", "unshare", "chroot")
DEBIAN = {"12": "bookworm"}
ARCHIVE = "http://deb.debian.org/debian"


@dataclass
class Instruction:
    """A line of a Dockerfile: its word, and what stands behind it."""

    word: str
    rest: str


@dataclass
class Stage:
    """What a stage begins with, and its instructions."""

    base: str
    name: str
    steps: list[Instruction] = field(default_factory=list)


@dataclass
class Image:
    """A folder that holds the files, and what a container starts with."""

    folder: Path
    variables: dict[str, str]
    workdir: str = "/"
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def instructions(text):
    """Return the instructions of a Dockerfile, continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def stages(steps):
    """Return the arguments that stand before the first stage, and the stages."""
    arguments, found = {}, []
    for step in steps:
        if step.word == "FROM":
            base, *named = re.sub(r"\$\{(\w+)\}", lambda m: arguments.get(m[1], m[0]), step.rest).split()
            found.append(Stage(base, named[1] if named else ""))
        elif found:
            found[-1].steps.append(step)
        else:
            name, _, value = step.rest.partition("=")
            arguments[name] = value
    return arguments, found


def sent(rules, root=ROOT):
    """Return the files that a .dockerignore lets through: the last rule that fits a file, or a folder it is in, decides."""
    patterns = [line for line in rules.splitlines() if line and not line.startswith("#")]
    # no rule of ours lets a file through whose folder at the top is kept out
    tops = [top for top in root.iterdir() if _is_sent(top.relative_to(root), patterns)]
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*")) if file.is_file()]
    return {str(file.relative_to(root)) for file in files if _is_sent(file.relative_to(root), patterns)}


def _is_sent(file, patterns):
    ways = [str(file), *(str(parent) for parent in file.parents if str(parent) != ".")]
    kept = True
    for pattern in patterns:
        keeps, plain = pattern.startswith("!"), pattern.removeprefix("!")
        anywhere = plain.removeprefix("**/") if plain.startswith("**/") else None
        if any(fnmatch.fnmatchcase(Path(way).name, anywhere) if anywhere else _fits(way, plain) for way in ways):
            kept = keeps
    return kept


def _fits(way, pattern):
    return way.count("/") == pattern.count("/") and fnmatch.fnmatchcase(way, pattern)


def copied(step):
    """Return the stage (or None), the sources and the target of a COPY."""
    words = shlex.split(step.rest)
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
    return stage, words[:-1], words[-1]


def missing_tools():
    """Return why no image can be built here; an empty text where it can."""
    if os.geteuid() != 0:
        return "only root can make a bare Debian"
    return ", ".join(f"{name} is not installed" for name in NEEDED if not shutil.which(name))


def bare_debian(tag, folder):
    """Make the files of `debian:TAG-slim` from Debian's own archive, without manuals as there."""
    suite = DEBIAN[re.match(r"debian:(\d+)", tag)[1]]
    words = ["debootstrap", "--variant=minbase", suite, str(folder), ARCHIVE]
    # in a namespace of its own: what it mounts is gone when it ends
    subprocess.run(["unshare", "--mount", *words], check=True, stdout=subprocess.DEVNULL, timeout=900)
    for needless in ("usr/share/man", "usr/share/doc"):
        shutil.rmtree(folder / needless, ignore_errors=True)
    return folder


def inside(image, words, variables=(), mounts=(), layer=None, shell=""):
    """Return a command that runs words in an image's files, alone with its processes: what it starts ends with it.

    `mounts` are pairs of something of this machine and where it is found inside; with `layer`, a folder, what is written goes there
    and not into the image.
    """
    steps, root = [], str(image.folder)
    if layer is not None:
        root, upper, work = (str(layer / name) for name in ("root", "upper", "work"))
        steps.append(shlex.join(["mkdir", "-p", root, upper, work]))
        options = f"lowerdir={image.folder},upperdir={upper},workdir={work}"
        steps.append(shlex.join(["mount", "-t", "overlay", "overlay", "-o", options, root]))
    steps.append(shlex.join(["mount", "-t", "proc", "proc", f"{root}/proc"]))
    for source, target in (("/dev", "/dev"), ("/etc/resolv.conf",) * 2, ("/etc/hosts",) * 2, *mounts):
        # a link such as Debian's /var/run leads to a place of the image, not of this machine
        steps.append(f"place={shlex.quote(root)}$({shlex.join(['chroot', root, 'realpath', '-m', target])})")
        steps.append(f'{"mkdir -p" if Path(source).is_dir() else "touch"} "$place"')
        steps.append(f'mount --bind {shlex.quote(str(source))} "$place"')
    steps.append(shlex.join(["mount", "-t", "tmpfs", "-o", "mode=1777", "shm", f"{root}/dev/shm"]))
    settings = [f"{key}={value}" for key, value in {"HOME": "/root", **image.variables, **dict(variables)}.items()]
    there = ["env", "-i", *settings, "sh", "-c", 'cd "$0" && exec "$@"', image.workdir, *words]
    steps.append(shlex.join(["exec", "chroot", f"--userspec={image.user}:0", root, *there]))
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", "\n".join(steps)]


def build(text, folder, base, context=ROOT, variables=(), mounts=()):
    """Run all steps of a Dockerfile from the files of its base; return the image of the last stage."""
    files = sent((context / ".dockerignore").read_text(), context)
    made = {}
    for stage in stages(instructions(text))[1]:
        start = made.get(
            stage.base, Image(base, {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
        )
        image = Image(folder / (stage.name or "image"), dict(start.variables), start.workdir, start.user)
        subprocess.run(["cp", "-a", "--reflink=auto", f"{start.folder}/.", str(image.folder)], check=True)
        arguments = {}
        for step in stage.steps:
            _do(step, image, arguments, made, context, files, variables, mounts)
        made[stage.name or "image"] = image
    return image


def _do(step, image, arguments, made, context, files, variables, mounts):
    if step.word == "RUN":
        words = inside(image, ["/bin/sh", "-c", step.rest], {**dict(variables), **arguments}, mounts)
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=1800)
        assert done.returncode == 0, f"RUN {step.rest}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    elif step.word == "COPY":
        _copy(*copied(step), image, made, context, files)
    elif step.word == "ARG":
        name, _, value = step.rest.partition("=")
        arguments[name] = value.strip('"')
    elif step.word == "ENV":
        image.variables |= dict(pair.split("=", 1) for pair in shlex.split(step.rest))
    elif step.word == "WORKDIR":
        image.workdir = step.rest
        (image.folder / step.rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif step.word == "USER":
        image.user = step.rest
    elif step.word in {"ENTRYPOINT", "CMD"}:
        setattr(image, step.word.lower().replace("cmd", "command"), json.loads(step.rest))
    else:
        assert step.word == "LABEL", step


def _copy(stage, sources, target, image, made, context, files):
    into = image.folder / os.path.join(image.workdir, target).lstrip("/")
    for source in sources:
        if stage is not None:
            into.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", str(made[stage].folder / source.lstrip("/")), str(into)], check=True)
            continue
        for name in sorted(name for name in files if name == source or name.startswith(f"{source}/")):
            plain = (context / source).is_file()
            place = into / Path(name).name if plain else into / Path(name).relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(context / name, place)
