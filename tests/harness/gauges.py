"""What a process holds: memory, descriptors, threads; from the kernel's books."""
import dataclasses
import os
import pathlib
import re


@dataclasses.dataclass
class Gauge:
    rss_kb: int
    private_kb: int  # written by it and by nobody else; 0 where it was not asked for
    descriptors: int
    threads: int


def read_gauge(pid, private=True):
    """private costs the kernel a walk over its pages: not for large ones."""
    folder = pathlib.Path(f"/proc/{pid}")
    status = (folder / "status").read_text()
    rollup = (folder / "smaps_rollup").read_text() if private else ""
    return Gauge(
        rss_kb=int(re.search(r"VmRSS:\s+(\d+)", status).group(1)),
        private_kb=sum(map(int, re.findall(r"Private_\w+:\s+(\d+)", rollup))),
        descriptors=len(os.listdir(folder / "fd")),
        threads=int(re.search(r"Threads:\s+(\d+)", status).group(1)))


def folder_kb(path):
    """Its files may come and go."""
    total = 0
    for each in pathlib.Path(path).rglob("*"):
        try:
            total += each.stat().st_size
        except FileNotFoundError:
            pass
    return total // 1024
