"""The worked example of docs/operators/failover.md is run as it stands, so that it can't rot. Needs pg_auto_failover (see its --install)."""
import shutil
import subprocess

import pytest

from desk import BUILD, ROOT

pytestmark = [pytest.mark.only("postgres", "concerns a cluster"), pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.skipif(not shutil.which("pg_autoctl"), reason="pg_auto_failover is not installed")
def test_the_example_of_the_operators_guide_loses_nothing_when_servers_die():
    run = subprocess.run([ROOT / "docs/operators/rehearse-failover", "--quiet", "--frontdesk", BUILD / "frontdesk"], capture_output=True, text=True,
                         timeout=380)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "lost 0, twice 0" in run.stdout
