"""The scripts' own words; what they set up is checked by running them."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def script(name, *words, **environment):
    return subprocess.run(
        ["bash", str(ROOT / "scripts" / name), *words],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


def test_submit_explains_itself():
    done = script("submit.sh", "--help")
    assert done.returncode == 0
    assert "--snapshot URI" in done.stdout
    assert "-- spark-submit options" in done.stdout


def test_submit_refuses_unknown_options_and_missing_values():
    done = script("submit.sh", "--studdy", "x")
    assert done.returncode == 1
    assert "unknown option --studdy" in done.stderr
    done = script("submit.sh", "--study")
    assert "--study needs a value" in done.stderr


def test_submit_refuses_a_master_or_options_of_spark_submit_beside_a_server():
    both = script("submit.sh", "--master", "yarn", SPARK_REMOTE="sc://host:15002")
    assert both.returncode == 1
    assert "--master yarn and the Spark Connect server sc://host:15002" in both.stderr
    more = script("submit.sh", "--remote", "sc://host:15002", "--", "--driver-memory", "2g")
    assert more.returncode == 1
    assert "options of spark-submit (--driver-memory 2g) mean nothing" in more.stderr


def test_submit_asks_for_the_settings_of_yarn(tmp_path):
    done = script("submit.sh", "--master", "yarn", HADOOP_CONF_DIR=str(tmp_path), YARN_CONF_DIR="")
    assert done.returncode == 1
    assert f"HADOOP_CONF_DIR is {tmp_path}; expected the folder that holds the cluster's yarn-site.xml" in done.stderr
    done = script("submit.sh", "--master", "yarn", HADOOP_CONF_DIR="", YARN_CONF_DIR="")
    assert "HADOOP_CONF_DIR is not set" in done.stderr


def test_a_machine_without_java_is_told_how_to_get_it(tmp_path):
    done = script("submit.sh", JAVA_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "sudo apt-get install openjdk-17-jre-headless" in done.stderr


def test_a_machine_with_another_java_is_told_which_one_is_needed(tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    done = script("submit.sh", JAVA_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "Java 11 was found" in done.stderr
