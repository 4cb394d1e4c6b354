#!/usr/bin/env bash
# What a container of the image runs. Spark's scheduler for Kubernetes says `executor` or, in cluster mode, `driver`; `submit`
# is scripts/submit.sh; everything else is a command of the image: `isthmus studies`, `bash`.
set -euo pipefail

SCRIPTS="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
die() { printf 'isthmus: %s\n' "$*" >&2; exit 1; }

need() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || die "$name is not set; Spark's scheduler for Kubernetes sets it for the containers that it starts. To run Isthmus: submit --help"
  done
}

executor() {
  need SPARK_HOME SPARK_DRIVER_URL SPARK_EXECUTOR_ID SPARK_EXECUTOR_CORES SPARK_EXECUTOR_MEMORY SPARK_APPLICATION_ID \
    SPARK_EXECUTOR_POD_IP SPARK_EXECUTOR_POD_NAME SPARK_RESOURCE_PROFILE_ID
  local classes="${SPARK_CONF_DIR:+$SPARK_CONF_DIR:}${SPARK_CLASSPATH:+$SPARK_CLASSPATH:}$SPARK_HOME/jars/*"
  local java_options=() number=0 name=SPARK_JAVA_OPT_0
  while [ -n "${!name+set}" ]; do # one variable for each: an option may hold spaces
    java_options+=("${!name}")
    number=$((number + 1)) name="SPARK_JAVA_OPT_$((number))"
  done
  exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${java_options[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" -cp "$classes" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
    --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
}

# driver --properties-file FILE ...: with the options of a session of Isthmus, but for those that the file sets
driver() {
  need SPARK_HOME SPARK_DRIVER_BIND_ADDRESS
  [ "${1:-}" = --properties-file ] && [ -f "${2:-}" ] || die "driver needs --properties-file FILE first, not: $*"
  local name
  for name in PYSPARK_PYTHON PYSPARK_DRIVER_PYTHON; do
    [ -z "${!name:-}" ] || command -v "${!name}" >/dev/null ||
      die "$name is ${!name}, which the image does not have: spark-submit hands on what is set where it is called. Unset it there"
  done
  local options=("--conf" "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS") jar_sets=() listed option
  case " $* " in *s3a://* | *" s3://"*) jar_sets=(s3) ;; esac
  listed="$(python3 -c 'from isthmus.engine.session import main; main()' k8s "${jar_sets[@]}")" || exit 1
  while IFS= read -r option; do
    [ "$option" = --conf ] || grep -q "^${option%%=*}[=: ]" "$2" || options+=("--conf" "$option")
  done <<<"$listed"
  export ISTHMUS_SUBMITTED=1
  exec "$SPARK_HOME/bin/spark-submit" --deploy-mode client "${options[@]}" "$@"
}

case "${1:-}" in
  executor) executor ;;
  driver) shift; driver "$@" ;;
  submit) shift; exec "$SCRIPTS/submit.sh" "$@" ;;
  "") die "name a command: submit --help, isthmus --help" ;;
  *) exec "$@" ;;
esac
