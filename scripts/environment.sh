# Sourced by submit.sh and test.sh: makes the project's own Python environment, checks Java, resolves Delta's jars.
# Every step is skipped when it has been done; nothing outside the project's folder is changed.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="${ISTHMUS_VENV:-$ROOT/.venv}"

say() { printf '%s\n' "$*" >&2; }
die() { say "isthmus: $*"; exit 1; }

find_python() {
  local candidate
  for candidate in "${ISTHMUS_PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 14)))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

check_java() {
  local java=java version
  [ -n "${JAVA_HOME:-}" ] && java="$JAVA_HOME/bin/java"
  command -v "$java" >/dev/null 2>&1 || die "Java is missing; Spark needs Java 17 or 21. On Debian or Ubuntu:
    sudo apt-get install openjdk-17-jre-headless
  On macOS: brew install openjdk@17, then export JAVA_HOME=\"\$(brew --prefix openjdk@17)\""
  version="$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)"
  case "$version" in
    17 | 21) ;;
    *) die "Java ${version:-of unknown version} was found ($java); Spark 4.2 needs Java 17 or 21. On Debian or Ubuntu:
    sudo apt-get install openjdk-17-jre-headless
    export JAVA_HOME=/usr/lib/jvm/java-17-openjdk-\$(dpkg --print-architecture)" ;;
  esac
}

# make_environment EXTRAS: installs the project with Spark and these extras, unless pyproject.toml and the extras are unchanged
make_environment() {
  local extras="$1" stamp wanted python
  stamp="$VENV/.isthmus-${extras:-none}"
  wanted="$(cksum <"$ROOT/pyproject.toml")"
  # an environment with extras serves those who need none
  for stamp in "$stamp" $([ -n "$extras" ] || ls "$VENV"/.isthmus-* 2>/dev/null); do
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  done
  stamp="$VENV/.isthmus-${extras:-none}"
  python="$(find_python)" || die "Python 3.11, 3.12 or 3.13 is needed and was not found. On Debian or Ubuntu:
    sudo apt-get install python3 python3-venv"
  say "Setting up: installing Python packages into ${VENV#"$ROOT"/} (once, one to three minutes) ..."
  if command -v uv >/dev/null 2>&1; then
    [ -x "$VENV/bin/python" ] || uv venv --quiet --python "$python" "$VENV"
    VIRTUAL_ENV="$VENV" uv pip install --quiet --editable "$ROOT[spark${extras:+,$extras}]"
  else
    [ -x "$VENV/bin/python" ] || "$python" -m venv "$VENV" || die "$python cannot make environments. On Debian or Ubuntu:
    sudo apt-get install python3-venv"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$ROOT[spark${extras:+,$extras}]"
  fi || die "the Python packages could not be installed (see above)."
  printf '%s\n' "$wanted" >"$stamp"
}

resolve_jars() {
  local folder="${ISTHMUS_JARS:-$VENV/share/isthmus/jars}"
  [ -f "$folder/delta/complete" ] && return
  say "Setting up: fetching Delta's two jars (once, half a minute) ..."
  "$VENV/bin/python" -c 'from isthmus.engine.jars import main; main()' delta || exit 1
}

set_up() {
  check_java
  make_environment "$1"
  resolve_jars
}
