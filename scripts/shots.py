"""Opens every page of the demo in Chromium, per role that sees it, at desktop and phone width, and
saves the pictures with an index page to var/shots/.

    make shots                     every page
    make shots ARGS="dashboard"    pages whose name contains the word
"""

import html
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
WIDTHS = {"desktop": (1366, 900), "phone": (390, 844)}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Shot:
    """One page as one role sees it; an empty role is the public."""

    name: str
    path: str
    role: str = "to-giup-viec"


def pages() -> list[Shot]:
    """Every page worth looking at; a new page joins here."""
    from cotmoc.apps.measurement.models import Source
    from cotmoc.apps.programmes.models import Plan, Target
    from cotmoc.apps.scorecards.models import Round

    behind = Target.objects.filter(indicator_code="dossiers_on_time").first()
    days = Target.objects.filter(indicator_code="processing_days").first()
    missing = Target.objects.filter(indicator_code="health_records").first()
    closed = Target.objects.filter(level="district").first()
    plan = Plan.objects.first()
    source = Source.objects.filter(part="progress").first()
    held = Round.objects.filter(illustration=True, assessments__organisation__code="H44.07").first()
    own = held.assessments.filter(organisation__short_name="Sở Nội vụ").first() if held else None
    if not (behind and days and missing and closed and plan and source and own):
        sys.exit("The demo is not loaded. Run: make demo SERVE=0")
    figure = "/figures/dossiers_on_time/H44"
    compared = "&".join(f"plan={each.pk}" for each in Plan.objects.all()[:3])
    return [
        Shot("dashboard", "/"),
        Shot("dashboard-payment", "/?indicator=dossiers_paid_online", "ban-chi-dao"),
        Shot("dashboard-reporter", "/", "xa-phuong"),
        Shot("dashboard-english", "/?lang=en"),
        Shot("targets", "/targets/"),
        Shot("targets-behind", "/targets/?state=behind"),
        Shot("targets-empty", "/targets/?q=khong+co+gi"),
        Shot("target", f"/targets/{behind.pk}/"),
        Shot("target-days", f"/targets/{days.pk}/"),
        Shot("target-no-data", f"/targets/{missing.pk}/"),
        Shot("target-closed", f"/targets/{closed.pk}/"),
        Shot("figure", f"{figure}/2026-08/"),
        Shot("figure-published", "/figures/data_reused/H44/2026-08/"),
        Shot("figure-not-arising", f"{figure}.01/2026-08/"),
        Shot("figure-no-data", "/figures/health_records/H44/2026-08/"),
        Shot("figures", "/figures/"),
        Shot("figures-ranked", "/figures/?indicator=dossiers_on_time&kind=commune&sort=value"),
        Shot("source", f"/sources/{source.pk}/?line=11"),
        Shot("sources", "/sources/"),
        Shot("indicators", "/indicators/"),
        Shot("indicator", "/indicators/dossiers_on_time/"),
        Shot(
            "indicator-calendars",
            "/indicators/dossiers_on_time/?calendar=both&kind=quarter&on=2026-01-01",
        ),
        Shot("indicator-estimated", "/indicators/dossiers_on_time/?body=H44.205&on=2026-01-01"),
        Shot("indicator-derived", "/indicators/dossiers_on_time_ytd/"),
        Shot("heat", "/heat/"),
        Shot("differences", "/differences/"),
        Shot("data", "/data/"),
        Shot("data-reporter", "/data/", "xa-phuong"),
        Shot("organisations", "/organisations/"),
        Shot("organisation", "/organisations/H44.100/", "xa-phuong"),
        Shot("organisation-department", "/organisations/H44.23/", "so-nganh"),
        Shot("organisation-province", "/organisations/H44/"),
        Shot("units", "/units/"),
        Shot("units-2025", "/units/?on=2025-06-30&level=province"),
        Shot("unit", "/units/commune:07942:2025-07-01/"),
        Shot("unit-ended", "/units/province:25:/"),
        Shot("indices", "/scorecards/"),
        Shot("index-method", "/scorecards/qd766/methods/2022/"),
        Shot("index-method-pillars", "/scorecards/dti/methods/qd922/"),
        Shot("index-method-template", "/scorecards/internal/methods/template/"),
        Shot("ranking", "/scorecards/qd766/ranking/?kind=commune", "xa-phuong"),
        Shot("ranking-by-share", "/scorecards/qd766/ranking/?kind=commune&sort=-share"),
        Shot("ranking-departments", "/scorecards/qd766/ranking/?kind=department", "so-nganh"),
        Shot("ranking-nobody", "/scorecards/qd766/ranking/?q=khong+co+gi"),
        Shot("card", "/scorecards/qd766/cards/H44.100/", "xa-phuong"),
        Shot("card-province", "/scorecards/qd766/cards/H44/"),
        Shot("card-assessed", "/scorecards/internal/cards/H44.07/"),
        Shot("card-territory", "/scorecards/dti/cards/48/?period=2022"),
        Shot("points-lost", "/scorecards/qd766/cards/H44.07/lost/"),
        Shot("points-lost-own", "/scorecards/qd766/cards/H44.100/lost/", "xa-phuong"),
        Shot("what-if", "/scorecards/qd766/cards/H44.07/what-if/"),
        Shot("forecast", "/scorecards/qd766/cards/H44.07/forecast/"),
        Shot("card-years", "/scorecards/dti/cards/48/years/"),
        Shot("index-years", "/scorecards/dti/years/"),
        Shot("merged-provinces", "/scorecards/dti/merged/"),
        Shot("robustness", "/scorecards/qd766/robustness/?kind=commune"),
        Shot("proposals", "/scorecards/proposals/"),
        Shot("scenarios", "/scorecards/scenarios/"),
        Shot("publications", "/scorecards/published/"),
        Shot("publication-new", "/scorecards/published/new/"),
        Shot("rounds", "/rounds/"),
        Shot("round-new", "/rounds/new/"),
        Shot("round", f"/rounds/{held.pk}/"),
        Shot("assessment-own", f"/rounds/{held.pk}/{own.organisation.code}/", "so-nganh"),
        Shot("assessment-verified", f"/rounds/{held.pk}/H44.07/"),
        Shot("public-rankings", "/public/scorecards/", ""),
        Shot("public-ranking", "/public/scorecards/qd766/?kind=department", ""),
        Shot("documents", "/documents/"),
        Shot("documents-search", "/documents/?q=truc+tuyen"),
        Shot("document", f"/documents/{plan.document_id}/"),
        Shot("document-amends-nothing", f"/documents/{plan.document_id}/amends/"),
        Shot("plans", "/plans/"),
        Shot("plan-tasks", f"/plans/{plan.pk}/tasks/"),
        Shot("plan", f"/plans/{plan.pk}/"),
        Shot("next-year", f"/plans/{plan.pk}/next-year/"),
        Shot("compare", f"/plans/compare/?{compared}"),
        Shot("compare-empty", "/plans/compare/"),
        Shot("upload", "/documents/upload/"),
        Shot("search", "/search/?q=viet+tri"),
        Shot("search-empty", "/search/?q=zzz"),
        Shot("journal", "/journal/", "kiem-toan"),
        Shot("account", "/account/"),
        Shot("public", "/public/", ""),
        Shot("public-target", f"/public/targets/{behind.pk}/", ""),
        Shot("sign-in", "/sign-in/", ""),
        Shot("forbidden", "/journal/", "xa-phuong"),
        Shot("not-found", "/nothing-here/"),
        Shot("gallery", "/gallery/", "quan-tri"),
    ]


def cookie_of(username: str) -> str:
    """A signed-in session for one of the demo's accounts."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from cotmoc.apps.accounts.models import Person

    person = Person.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int) -> "subprocess.Popen[bytes]":
    """The product's own server on a free port; returns when it answers."""
    program = Path(sys.executable).parent / "cotmoc"
    server = subprocess.Popen([program, "serve", "--port", str(port)], cwd=ROOT)
    for _attempt in range(150):
        try:
            urlopen(f"http://127.0.0.1:{port}/health/", timeout=1).close()
            return server
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    server.terminate()
    sys.exit("The server did not start.")


def main() -> None:
    browser_path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser_path is None:
        sys.exit("Chromium is missing. Install it: apt install chromium fonts-noto-core")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")
    import django

    django.setup()
    from django.conf import settings

    wanted = [shot for shot in pages() if all(word in shot.name for word in sys.argv[1:])]
    cookies = {shot.role: cookie_of(shot.role) for shot in wanted if shot.role}
    folder = Path(settings.DATA_DIR) / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    server = serve(port)
    try:
        take(wanted, cookies, folder, f"http://127.0.0.1:{port}", browser_path)
    finally:
        server.terminate()
        server.wait(10)
    write_index(folder, pages())
    print(f"{len(wanted)} pages × {len(WIDTHS)} widths: {folder / 'index.html'}")


def take(
    shots: list[Shot], cookies: dict[str, str], folder: Path, base: str, browser_path: str
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        for width_name, (width, height) in WIDTHS.items():
            for shot in shots:
                context = browser.new_context(viewport={"width": width, "height": height})
                jar = (
                    [{"name": "sessionid", "value": cookies[shot.role], "url": base}]
                    if shot.role
                    else []
                )
                path = shot.path
                if "lang=en" in path:
                    jar.append({"name": "language", "value": "en", "url": base})
                    path = path.split("?")[0]
                context.add_cookies(jar)
                page = context.new_page()
                page.goto(base + path)
                page.screenshot(path=folder / f"{shot.name}-{width_name}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                if wide:
                    print(f"! {shot.name} is wider than the {width_name} screen", file=sys.stderr)
                context.close()
            print(f"  {width_name}: {len(shots)}", file=sys.stderr)
        browser.close()


def write_index(folder: Path, shots: list[Shot]) -> None:
    """One page with every picture beside its phone form."""
    rows = []
    for shot in shots:
        title = html.escape(f"{shot.name} · {shot.path} · {shot.role or 'public'}")
        pictures = "".join(
            f'<a href="{shot.name}-{name}.png"><img loading="lazy" width="{shown}" '
            f'src="{shot.name}-{name}.png" alt="{shot.name} {name}"></a> '
            for name, shown in (("desktop", 420), ("phone", 150))
            if (folder / f"{shot.name}-{name}.png").exists()
        )
        rows.append(f"<section><h2>{title}</h2>{pictures}</section>")
    style = (
        "body{font:14px system-ui;margin:24px;background:#f5f6f4}img{border:1px solid #ccc;"
        "vertical-align:top;background:#fff}section{display:inline-block;margin:0 24px 24px 0;"
        "vertical-align:top}h2{font-size:13px;font-weight:500}"
    )
    page = f'<!doctype html><meta charset="utf-8"><title>Cột Mốc</title><style>{style}</style>'
    (folder / "index.html").write_text(page + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
