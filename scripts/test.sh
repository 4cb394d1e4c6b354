#!/usr/bin/env bash
# Style, types, the rooms' order, then the tests. --all adds the slow ones; other arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

set_up test
cd "$ROOT"
export PATH="$VENV/bin:$PATH" OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

say "ruff ..."
ruff check lib tests scripts jobs
ruff format --check --quiet lib tests scripts jobs || die "ruff format would change these files; run: .venv/bin/ruff format lib tests scripts jobs"
say "mypy ..."
mypy
say "import-linter ..."
lint-imports --no-cache

options=()
for argument in "$@"; do
  if [ "$argument" = --all ]; then options+=(-m "slow or not slow"); else options+=("$argument"); fi
done
# three processes, also on two cores: a Spark session waits for a third of its time
case " ${options[*]-} " in *" -n"* | *" --pdb "* | *" -x "*) ;; *) options=(-n 3 "${options[@]}") ;; esac
say "pytest ..."
exec pytest --durations=30 --durations-min=5 "${options[@]}"
