#!/usr/bin/env bash
# The main job: from an OpenAlex snapshot to the report, with spark-submit.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/submit.sh [options] [-- spark-submit options]

Without options: simulates a small snapshot with known truth and runs the demonstration study on it.

  --study NAME|FILE.yaml   a study of conf/studies, or your own file        [demonstration]
  --snapshot URI           folder or object storage of an OpenAlex snapshot [a simulated one]
  --warehouse URI          where tables and results go                      [warehouse/demonstration or warehouse/openalex]
  --results URI            where published results go                       [WAREHOUSE/results]
  --master M               Spark master                                     [local[*]]
  --remote sc://HOST:PORT  a Spark Connect server in place of a master (or SPARK_REMOTE)
  --worker-python PROGRAM  Python of a cluster's workers                    [python3]
  --no-ship                the workers have Isthmus installed: send them no environment
  --stages a,b             only these stages
  --tasks a,b              only these groups of stages (isthmus stages --tasks)
  --set FIELD=VALUE        override a field of the study (repeatable)
  --partial                accept a snapshot that is not all that its manifest says
  --incremental            read only the parts that changed since the tables were made
  --replace                let another snapshot take the place of the one in the warehouse
  --storage FILE           how buckets are reached: endpoint, region, keys (isthmus run --help)
  --force                  run stages that have nothing to do, too
  --dry-run                say what would run and why
  -h, --help               this text

Examples:
  scripts/submit.sh
  scripts/submit.sh --snapshot /data/openalex-snapshot --study gallo2026
  scripts/submit.sh --snapshot /data/my-json-lines --study everything -- --driver-memory 12g
  scripts/submit.sh --master spark://host:7077 --snapshot s3://openalex --study gallo2026 --warehouse s3a://bucket/isthmus
  HADOOP_CONF_DIR=/etc/hadoop/conf scripts/submit.sh --master yarn --study gallo2026 ... -- --num-executors 8

With a master that is not local, the library and the packages that it needs travel with the job, so a worker needs
nothing but Spark (on YARN: Java) and Python of the driver's minor version. The driver runs here (client mode).
TEXT
}

source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

study="" snapshot="" warehouse="" master="" remote="${SPARK_REMOTE:-}" worker_python=python3 ship="${ISTHMUS_SHIP:-yes}"
arguments=()
require_yarn() {
  [ -f "${HADOOP_CONF_DIR:-}/yarn-site.xml" ] || [ -f "${YARN_CONF_DIR:-}/yarn-site.xml" ] ||
    die "--master yarn: HADOOP_CONF_DIR is ${HADOOP_CONF_DIR:-not set}; expected the folder that holds the cluster's yarn-site.xml, often /etc/hadoop/conf"
}
value_of() { [ $# -ge 2 ] || die "$1 needs a value (see scripts/submit.sh --help)"; printf '%s' "$2"; }
while [ $# -gt 0 ]; do
  case "$1" in
    --study) study="$(value_of "$@")"; shift 2 ;;
    --snapshot) snapshot="$(value_of "$@")"; shift 2 ;;
    --warehouse) warehouse="$(value_of "$@")"; shift 2 ;;
    --master) master="$(value_of "$@")"; shift 2 ;;
    --remote) remote="$(value_of "$@")"; shift 2 ;;
    --worker-python) worker_python="$(value_of "$@")"; shift 2 ;;
    --no-ship) ship=no; shift ;;
    --results | --stages | --tasks | --set | --layout | --storage) arguments+=("$1" "$(value_of "$@")"); shift 2 ;;
    --partial | --incremental | --replace | --force | --dry-run | --quiet) arguments+=("$1"); shift ;;
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    *) die "unknown option $1 (see scripts/submit.sh --help)" ;;
  esac
done

if [ -n "$remote" ]; then # the server has its own Java, jars and master
  [ -z "$master" ] || die "--master $master and the Spark Connect server $remote (--remote or SPARK_REMOTE) do not go together: leave one out"
  [ $# = 0 ] || die "options of spark-submit ($*) mean nothing to the Spark Connect server $remote"
  make_environment connect
else
  case "$master" in yarn*) require_yarn ;; esac
  set_up ""
  master="${master:-local[*]}"
fi
export PYSPARK_DRIVER_PYTHON="$VENV/bin/python" ISTHMUS_SHIP="$ship"
case "$master" in
  # as on a cluster, a task is tried four times: the system may kill a Python worker
  local) master="local[1,4]" ;;
  local\[*,*) ;;
  local\[*\]) master="${master%]},4]" ;;
esac
case "$master" in
  local*) export PYSPARK_PYTHON="$VENV/bin/python" ;;
  # the driver's Spark starts the workers' program, too, to plan a read: here it must be this environment's
  *) export PYSPARK_PYTHON="$worker_python" PATH="$VENV/bin:$PATH" ;;
esac

if [ -z "$snapshot" ] && [ -z "$warehouse" ]; then
  warehouse="$ROOT/warehouse/demonstration"
  snapshot="$warehouse/snapshot"
  study="${study:-demonstration}"
  export ISTHMUS_RUN=short # minutes, not hours: the session's options follow
  if [ ! -f "$snapshot/COMPLETE" ]; then
    say "No snapshot is named: simulating a small one with known truth ..."
    rm -rf "$snapshot"
    "$VENV/bin/isthmus" simulate --out "$snapshot"
    touch "$snapshot/COMPLETE"
  fi
fi
[ -n "$study" ] || die "name a study with --study (isthmus studies lists them; conf/studies holds them)"
arguments+=(--study "$study" --warehouse "${warehouse:-$ROOT/warehouse/openalex}")
[ -n "$master" ] && arguments+=(--master "$master")
[ -n "$snapshot" ] && arguments+=(--snapshot "$snapshot")

# the lock of a warehouse on S3 needs boto3
case "$warehouse" in s3a://* | s3://*) make_environment s3 ;; esac
if [ -n "$remote" ]; then exec "$VENV/bin/isthmus" run --remote "$remote" "${arguments[@]}"; fi
jar_sets=()
case "$snapshot $warehouse " in *s3a://* | *" s3://"*) jar_sets=(s3); "$VENV/bin/python" -c 'from isthmus.engine.jars import main; main()' s3 ;; esac
listed="$("$VENV/bin/python" -c 'from isthmus.engine.session import main; main()' "$master" "${jar_sets[@]}")" || exit 1
mapfile -t options <<<"$listed"
SPARK_HOME="$("$VENV/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')"
export SPARK_HOME ISTHMUS_SUBMITTED=1
exec "$SPARK_HOME/bin/spark-submit" --master "$master" "${options[@]}" "$@" "$ROOT/jobs/run.py" "${arguments[@]}"
