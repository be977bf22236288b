"""A real Spark cluster on this machine, from the pip package: one master, two workers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 60
END_SECONDS = 10
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: its address for clients, and where the master tells how it is."""

    url: str
    status: str

    def tasks_by_worker(self, context) -> dict[str, int]:
        """How many tasks of the application `context` each worker has finished: the workers say
        which executors they run for it, Spark's own books how many tasks each executor did."""
        done = _tasks_by_executor(context)
        return {
            worker["id"]: sum(
                done.get(str(executor["id"]), 0)
                for executor in _ask(f"{worker['webuiaddress']}/json/")["executors"]
                if executor["appid"] == context.applicationId
            )
            for worker in _alive(self.status)
        }


def missing() -> str | None:
    """Why there can be no cluster here; None if there can."""
    if find_spec("pyspark") is None:
        return "pyspark is missing (make setup-dev)"
    if shutil.which("java") is None:
        return "Java is missing (apt install openjdk-17-jre-headless)"
    return None


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster that exists inside the `with`; logs and work lie in `folder`."""
    port, page = _free_port(), _free_port()
    url, status = f"spark://{HOST}:{port}", f"http://{HOST}:{page}/json/"
    place = ["--host", HOST, "--webui-port"]
    processes = []
    try:
        processes.append(_start(folder, "master", MASTER, *place, str(page), "--port", str(port)))
        _wait(folder, processes, lambda: _ask(status)["url"] == url)
        for number in range(WORKERS):
            work = str(folder / f"work-{number}")
            size = ["-c", "1", "-m", "1g", "-d", work]
            processes.append(_start(folder, f"worker-{number}", WORKER, *place, "0", *size, url))
        _wait(folder, processes, lambda: len(_alive(status)) == WORKERS)
        yield Cluster(url, status)
    finally:
        for process in reversed(processes):
            _end(process)


def _start(folder: Path, name: str, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of the cluster's programs as the head of a process group of its own."""
    home = Path(find_spec("pyspark").origin).parent
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SPARK_")},
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [home / "bin" / "spark-class", program, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(folder: Path, processes: list[subprocess.Popen[bytes]], ready) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        try:
            if ready():
                return
        except OSError:  # not listening yet
            pass
        time.sleep(0.1)
    logs = "\n".join(log.read_text()[-1500:] for log in sorted(folder.glob("*.log")))
    raise RuntimeError(f"the Spark cluster did not start:\n{logs}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started, with force if asking does not help."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(END_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _alive(status: str) -> list[dict]:
    return [worker for worker in _ask(status)["workers"] if worker["state"] == "ALIVE"]


def _ask(address: str) -> dict:
    with urlopen(address, timeout=5) as answer:
        return json.load(answer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _tasks_by_executor(context) -> dict[str, int]:
    executors = context._jsc.sc().statusStore().executorList(False)
    each = [executors.apply(number) for number in range(executors.size())]
    return {executor.id(): executor.completedTasks() for executor in each}
