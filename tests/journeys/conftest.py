"""Real people at real screens: the product's own server, Debian's Chromium, and the cast.

One server per run, on data of its own, loaded by `cotmoc demo`. Every page somebody looks at is
examined by axe; at the end of each journey the browser must have had nothing to complain of.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
COTMOC = Path(sys.executable).parent / "cotmoc"
CHROMIUM = ("chromium", "chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
START_SECONDS = 90
SHOTS = """
import dataclasses, json, sys
sys.path.insert(0, "scripts")
import django
django.setup()
import shots
print(json.dumps([dataclasses.asdict(shot) for shot in shots.pages()]))
"""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def demo(tmp_path_factory):
    """The demonstration's data: its folder, its environment, what it says it holds."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "COTMOC_DATA_DIR": str(folder),
        "COTMOC_DATABASE_URL": "",
        "COTMOC_LANGUAGE": "vi",
        "DJANGO_SETTINGS_MODULE": "cotmoc.config.settings",
    }
    made = subprocess.run(
        [COTMOC, "demo", "--no-serve", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return SimpleNamespace(
        environment=environment,
        counts=json.loads(made.stdout),
        password=(folder / "demo-password").read_text().strip(),
    )


@pytest.fixture(scope="package")
def server(demo, tmp_path_factory):
    """The address of `cotmoc serve` on that data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [COTMOC, "serve", "--port", str(port)],
            cwd=ROOT,
            env=demo.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        _wait_until_healthy(process, address, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process, address, log):
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/health/", timeout=2) as answer:
                assert json.load(answer) == {"status": "ok"}
                return
        except OSError:  # not listening yet, or too busy to answer in time
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="package")
def browser():
    """Debian's Chromium, for all journeys; closed before other tests run on."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        reason = "Chromium is missing (apt install chromium)"
        if "chromium" in os.environ.get("COTMOC_REQUIRE", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


@pytest.fixture(params=SCREENS)
def screen(request):
    """The screen a journey is made on."""
    return request.param


@dataclass(frozen=True)
class Door:
    """How people come in: the server's address, the password, and who has signed in before."""

    address: str
    password: str
    keys: dict


@pytest.fixture(scope="package")
def door(server, demo):
    return Door(server, demo.password, {})


class Visitor:
    """Somebody at a screen, with a page open; hears whatever the browser complains of."""

    def __init__(self, browser, door, viewport, **options):
        self.browser, self.door, self.address = browser, door, door.address
        self.context = browser.new_context(
            viewport=viewport, accept_downloads=True, locale="en-GB", **options
        )
        self.context.set_default_timeout(30_000)
        self.scripted = options.get("java_script_enabled", True)
        self.complaints, self.answers, self._refusals = [], [], set()
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._note)

    def _hear(self, message):
        at = message.location.get("url", "")
        expected = message.text.startswith("Failed to load resource") and at in self._refusals
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(f"{message.type}: {message.text} ({at})")

    def _watch(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"another host was asked: {request.url}")

    def _note(self, response):
        self.answers.append(response)

    def open(self, path, status=200):
        """Go to a path and look at the page; `status` is what it must answer."""
        if status >= 400:
            self._refusals.add(self.address + path)
        answer = self.page.goto(self.address + path)
        assert answer.status == status, f"{path} answered {answer.status}"
        return self.look()

    def follow(self, link, status=200):
        """Press a link or button that leads to another page, and look at that page."""
        if status >= 400:
            self._refusals.add(self.page.url)
        with self.page.expect_navigation() as came:
            link.click()
        assert came.value is None or came.value.status == status, came.value.url
        return self.look()

    def look(self):
        """Let axe examine the page as it is now."""
        if self.scripted:
            self.complaints += [f"{self.path}: {each}" for each in self.violations()]
        return self.page

    def violations(self):
        from axe_playwright_python.sync_playwright import Axe

        options = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{rule['id']} ({rule['help']}): {node['target']} {node.get('failureSummary', '')}"
            for rule in found
            for node in rule["nodes"][:3]
        ]

    @property
    def path(self):
        return self.page.url.removeprefix(self.address)

    def find(self, selector, **more):
        return self.page.locator(selector, **more)

    def sign_in(self, username, password=None):
        """Through the form on the page, as anybody does."""
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password or self.door.password)
        self.follow(self.find("main button"))

    def come_back_as(self, username):
        """With the session of an earlier sign-in through the form, if there was one."""
        if username not in self.door.keys:
            self.page.goto(self.address + "/sign-in/")
            self.sign_in(username)
            self.door.keys[username] = self.context.cookies()
        else:
            self.context.add_cookies(self.door.keys[username])
        return self

    def leave(self):
        self.context.close()


@pytest.fixture
def visitor_of(browser, door, screen):
    """Makes visitors, and asks at the end whether their browsers had anything to complain of."""
    visitors = []

    def make(username="", viewport=None, **options):
        visitor = Visitor(browser, door, viewport or SCREENS[screen], **options)
        visitors.append(visitor)
        return visitor.come_back_as(username) if username else visitor

    yield make
    for visitor in visitors:
        visitor.leave()
    complaints = [each for visitor in visitors for each in dict.fromkeys(visitor.complaints)]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def em(visitor_of):
    """A citizen without an account."""
    return visitor_of()


@pytest.fixture
def dung(visitor_of):
    """Of the secretariat."""
    return visitor_of("to-giup-viec")


@pytest.fixture
def binh(visitor_of):
    """A member of the steering committee."""
    return visitor_of("ban-chi-dao")


@pytest.fixture
def an(visitor_of):
    """Reports for a department."""
    return visitor_of("so-nganh")


@pytest.fixture
def giang(visitor_of):
    """The auditor."""
    return visitor_of("kiem-toan")


@pytest.fixture(scope="package")
def shots(demo):
    """Every page worth looking at, as `scripts/shots.py` lists them, with its role."""
    listed = subprocess.run(
        [sys.executable, "-c", SHOTS],
        cwd=ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(listed.stdout)
