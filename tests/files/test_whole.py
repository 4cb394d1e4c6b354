"""A file is whole or not there, also when its writer is killed in the middle."""

import signal
import subprocess
import sys
import textwrap

import pytest

from isthmus.files import whole_file, write_bytes, write_text

SETTING = """
    import os, signal
    from pathlib import Path
    import pandas as pd
    out = Path({out!r})
    frame = pd.DataFrame({{"source": ["a", "b"], "target": ["b", "c"], "weight": [1.0, 2.0]}})
    nodes = pd.DataFrame({{"id": ["a", "b", "c"], "name": ["A", "B", "C"], "papers": [1.0, 2.0, 3.0],
                          "papers_international": [1.0, 1.0, 1.0], "longitude": [0.0, 1.0, 2.0],
                          "latitude": [0.0, 1.0, 2.0], "links": [1, 2, 1], "strength": [1.0, 3.0, 2.0],
                          "continent": ["X", "X", "Y"]}})
    renamed = []
    own = os.replace
    def replace(source, target):
        if len(renamed) == {after}:
            os.kill(os.getpid(), signal.SIGKILL)
        renamed.append(target)
        own(source, target)
    os.replace = replace
"""
WRITERS = {
    "text": "from isthmus.files import write_text\nwrite_text(out / 'a.txt', 'x' * 1000)",
    "bytes": "from isthmus.files import write_bytes\nwrite_bytes(out / 'a.bin', b'x' * 1000)",
    "graphs": "from isthmus.report.graphs import Graph\nfrom isthmus.report.exports import FORMATS, write_graph\n"
    "write_graph(Graph('net', 'Net', False, nodes, frame), out, FORMATS)",
    "figures": "import altair as alt\nfrom isthmus.report.figures import write_figures\n"
    "from isthmus.report.section import Figure\n"
    "chart = alt.Chart(frame).mark_bar().encode(x='source', y='weight')\n"
    "write_figures([Figure('one', 'One', 'A bar.', lambda: chart)], out, simulated=False)",
    "simulated": "from isthmus.simulate.world.target import Target\nTarget(str(out)).write('part.gz', b'x' * 1000)",
    "network": "from isthmus.cli.test_network import _write\n_write({'pair_tests': frame, 'null_model_fits': frame}, out)",
}


def written(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.startswith(".")}


def run(out, code, after):
    out.mkdir(exist_ok=True)
    script = textwrap.dedent(SETTING.format(out=str(out), after=after)) + code
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.parametrize("writer", WRITERS)
def test_a_killed_writer_leaves_only_whole_files_and_its_next_run_ends_equal(tmp_path, writer):
    assert run(tmp_path / "undisturbed", WRITERS[writer], after=-1) == 0
    whole = written(tmp_path / "undisturbed")
    assert run(tmp_path / "killed", WRITERS[writer], after=len(whole) - 1) == -signal.SIGKILL
    left = written(tmp_path / "killed")
    assert len(left) == len(whole) - 1
    assert left == {name: whole[name] for name in left}
    assert run(tmp_path / "killed", WRITERS[writer], after=-1) == 0
    assert written(tmp_path / "killed") == whole
    assert not [file for file in (tmp_path / "killed").iterdir() if file.name.startswith(".part.")]


def half_of(file):
    with whole_file(file) as partial:
        partial.write_text("half")
        assert partial.suffix == ".txt"
        raise RuntimeError


def test_an_error_leaves_the_earlier_file_and_nothing_else(tmp_path):
    file = tmp_path / "deep" / "a.txt"
    write_text(file, "before")
    with pytest.raises(RuntimeError):
        half_of(file)
    assert file.read_text() == "before"
    assert list(file.parent.iterdir()) == [file]


def test_the_last_writer_wins(tmp_path):
    write_bytes(tmp_path / "a", b"one")
    write_bytes(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
