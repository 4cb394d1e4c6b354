# Isthmus with its Spark, Delta's jars, Python and Java: driver and executors of Spark on Kubernetes (docs/how-to/kubernetes.md).
#   docker build -t isthmus:0.1.0 .                               add --build-arg JARS="delta s3" for tables on S3
# Pin the base further with its digest: --build-arg BASE=debian:12.11-slim@sha256:...
ARG BASE=debian:12.11-slim

FROM ${BASE} AS base
# Debian 12 has Python 3.11 and Java 17 with the module jdk.incubator.vector, which Spark starts with
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openjdk-17-jre-headless python3 tini \
    && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
WORKDIR /build
COPY requirements.lock ./
RUN python3 -m venv /opt/isthmus/env \
    && /opt/isthmus/env/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY lib lib
COPY conf conf
RUN /opt/isthmus/env/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps . \
    && /opt/isthmus/env/bin/pip check
ARG JARS="delta"
RUN /opt/isthmus/env/bin/python -c 'from isthmus.engine.jars import main; main()' ${JARS} \
    && ln -s "$(/opt/isthmus/env/bin/python -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')" /opt/isthmus/spark
# scripts/submit.sh finds the environment made, with all extras that the lock has
RUN for extra in none connect s3; do cksum <pyproject.toml >/opt/isthmus/env/.isthmus-$extra; done

FROM base
LABEL org.opencontainers.image.title="isthmus" org.opencontainers.image.version="0.1.0" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --gid 0 --home-dir /opt/isthmus/work --create-home isthmus \
    && mkdir /opt/isthmus/warehouse && chown isthmus /opt/isthmus/warehouse && chmod g=u /opt/isthmus/work /opt/isthmus/warehouse \
    && mkdir -p /opt/spark/conf
COPY --from=build /opt/isthmus/env /opt/isthmus/env
COPY --from=build /opt/isthmus/spark /opt/isthmus/spark
COPY pyproject.toml LICENSE /opt/isthmus/
COPY scripts/entrypoint.sh scripts/environment.sh scripts/submit.sh /opt/isthmus/scripts/
COPY jobs /opt/isthmus/jobs
ENV PATH=/opt/isthmus/env/bin:/usr/local/bin:/usr/bin:/bin \
    SPARK_HOME=/opt/isthmus/spark \
    ISTHMUS_VENV=/opt/isthmus/env \
    ISTHMUS_SHIP=no \
    OPENBLAS_NUM_THREADS=1 \
    OMP_NUM_THREADS=1
WORKDIR /opt/isthmus/work
USER 10001
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/opt/isthmus/scripts/entrypoint.sh"]
CMD ["isthmus", "--help"]
