#!/usr/bin/env bash
# Benchmarks against the peers that a user would pick instead: scripts/bench.sh NAME [arguments of that benchmark].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

names="$(cd "$ROOT/scripts/bench" && ls ./*.py | sed 's|^\./||; s|\.py$||' | tr '\n' ' ')"
[ $# -ge 1 ] && [ -f "$ROOT/scripts/bench/$1.py" ] || die "name a benchmark: $names"
name="$1"
shift
set_up test,bench
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
exec "$VENV/bin/python" "$ROOT/scripts/bench/$name.py" "$@"
