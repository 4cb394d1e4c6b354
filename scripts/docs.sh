#!/usr/bin/env bash
# Builds the documentation into build/site (open build/site/index.html); "serve" shows it while you write.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

set_up docs
cd "$ROOT"
export NO_MKDOCS_2_WARNING=1
if [ "${1:-}" = serve ]; then exec "$VENV/bin/mkdocs" serve; fi
exec "$VENV/bin/mkdocs" build --strict "$@"
