"""A small disk of one's own, that can be full or read-only."""
import subprocess

import pytest

from .waiting import wait_until


class Disk:
    """A real disk of a few megabytes at that folder, for whoever runs under it."""

    def __init__(self, nursery, folder, size):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.holder = nursery.start("disk", [
            "unshare", "--map-root-user", "--mount", "sh", "-c",
            f"mount -t tmpfs -o size={size} none {folder} && echo mounted && exec sleep 300"])
        wait_until(lambda: self.holder.logged("mounted") or not self.holder.running(),
                   what="the disk")
        if not self.holder.running():
            pytest.skip("nobody may mount here")

    def inside(self):
        return ("nsenter", "--target", str(self.holder.pid), "--user", "--mount",
                "--preserve-credentials")

    def run(self, *command):
        return subprocess.run([*self.inside(), *command], check=False, capture_output=True)

    def remount(self, options):
        done = self.run("mount", "-o", f"remount,{options}", self.folder)
        assert done.returncode == 0, done.stderr
