# SPDX-License-Identifier: GPL-2.0-only
"""tools/install-deps on a machine without package lists, with a mirror that is being updated: apt and dpkg
are played by scripts that keep their state in a directory."""
import os
import subprocess

import pytest

from dacre import TOP

LIST = "http://mirror/debian-security/dists/bookworm-security/main/binary-armhf/Packages.xz"
REASON = "File has unexpected size (2 != 1). Mirror sync in progress? [IP: 192.0.2.1 80]"

# As apt has it: a list of a foreign architecture that fails takes all lists of its repository that are new.
PROGRAMS = {
    "id": "echo 0",
    "sleep": "echo sleep $1 >>$state/calls",
    "dpkg-query": "[ -f $state/installed ] && cat $state/installed; true",
    "dpkg": """case $1 in
--print-foreign-architectures) cat $state/foreign ;;
--add-architecture) echo "$2" >>$state/foreign ;;
esac""",
    "apt-cache": """case $2 in
*:*) [ -f $state/foreign-lists ] ;;
linux-source-6.12) [ -f $state/lists ] && [ ! -f $state/old-debian ] ;;
*) [ -f $state/lists ] ;;
esac""",
    "apt-get": f"""echo "apt-get $*" >>$state/calls
case $1 in
update)
    if [ ! -s $state/foreign ]; then touch $state/lists; exit 0; fi
    failures=$(cat $state/failures)
    if [ "$failures" -gt 0 ]; then
        echo $((failures - 1)) >$state/failures
        echo "E: Failed to fetch {LIST}  {REASON}"
        echo "E: Some index files failed to download."
        exit 100
    fi
    touch $state/lists $state/foreign-lists ;;
install) shift; printf '%s ii\\n' "$@" >$state/installed; touch $state/python3; chmod +x $state/python3 ;;
esac""",
}


class Host:
    def __init__(self, directory):
        self.state = directory / "state"
        self.programs = directory / "bin"
        self.state.mkdir()
        self.programs.mkdir()
        for name, text in PROGRAMS.items():
            path = self.programs / name
            path.write_text(f"#!/bin/sh\nstate={self.state}\n{text}\n")
            path.chmod(0o755)
        self.set("foreign", "")
        self.set("failures", "0")

    def set(self, name, text):
        (self.state / name).write_text(text)

    def calls(self, what):
        return [line for line in (self.state / "calls").read_text().splitlines() if line.startswith(what)]

    def make(self, target, python):
        return subprocess.run(["make", "-C", TOP, target, f"PYTHON={python}"], capture_output=True, text=True,
                              check=False, env=os.environ | {"PATH": f"{self.programs}:{os.environ['PATH']}"})

    def install(self):
        return subprocess.run([TOP / "tools/install-deps"], capture_output=True, text=True, check=False,
                              env=os.environ | {"PATH": f"{self.programs}:{os.environ['PATH']}"})


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_lists_are_read_before_and_after_the_architectures_are_added(host):
    run = host.install()
    assert run.returncode == 0, run.stderr
    assert len(host.calls("apt-get update")) == 2 and not host.calls("sleep")
    assert all("Acquire::Retries" in call for call in host.calls("apt-get update"))
    assert (host.state / "foreign").read_text().split() == ["armel", "armhf"]
    assert "linux-source-6.12" in host.calls("apt-get install")[0]


def test_a_mirror_that_is_being_updated_is_waited_for(host):
    host.set("failures", "2")
    run = host.install()
    assert run.returncode == 0, run.stderr
    assert len(host.calls("sleep")) == 2
    assert host.calls("apt-get install")


def test_a_list_that_fails_for_good_is_named(host):
    host.set("failures", "99")
    run = host.install()
    assert run.returncode == 1
    assert f"    {LIST}: {REASON}" in run.stderr and "mirror's trouble" in run.stderr
    assert "busybox-static:armhf" in run.stderr and "linux-source-6.12" not in run.stderr
    assert len(host.calls("sleep")) == 3


def test_a_debian_without_the_packages_is_named_at_once(host):
    host.set("old-debian", "")
    run = host.install()
    assert run.returncode == 1
    assert "apt knows no package linux-source-6.12" in run.stderr and "needs Debian 12" in run.stderr
    assert not host.calls("sleep")


def test_a_bare_debian_has_no_python(host):
    """What make reads first is written in it."""
    run = host.make("help", host.state / "python3")
    assert run.returncode == 0, run.stderr
    assert "install-deps: installing" in run.stderr and "make run" in run.stdout
    assert "install-deps" not in host.make("help", host.state / "python3").stderr
