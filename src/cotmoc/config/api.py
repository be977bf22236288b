"""The REST API, put together: who may ask, how often, and the rooms that answer."""

from cotmoc.apps.accounts.queries import person_of_token
from cotmoc.apps.measurement.api import router as measurement
from cotmoc.apps.measurement.forecast_api import router as forecast
from cotmoc.apps.measurement.series_api import router as series
from cotmoc.apps.orgs.api import router as orgs
from cotmoc.apps.programmes.api import router as programmes
from cotmoc.apps.scorecards.api import router as scorecards
from cotmoc.apps.scorecards.assessments.api import router as rounds
from cotmoc.apps.scorecards.composite_api import router as robustness
from cotmoc.apps.scorecards.results.api import router as published
from cotmoc.apps.scorecards.tomorrow.api import router as scenarios
from cotmoc.apps.scorecards.tools_api import router as tools
from cotmoc.rest.api import Api
from cotmoc.rest.auth import Session, Token
from cotmoc.rest.throttle import PerMinute

REQUESTS_PER_MINUTE = 600

api = Api(
    prefix="/api/v1/",
    title="Cột Mốc",
    version="1",
    description=(
        "Reads of a province's digital-transformation programme: plans' targets, indicators, "
        "figures with everything they are made of, scores of indices, units and organisations. "
        "POST computes with what it is sent and stores nothing, but for one write: published "
        "results, by those who may. "
        "Numbers are JSON numbers; a value that is not there is null, never zero; days are ISO "
        "8601."
    ),
    auth=[Token(person_of_token), Session()],
    throttle=PerMinute(REQUESTS_PER_MINUTE),
)
for router in (
    orgs,
    measurement,
    series,
    forecast,
    programmes,
    scorecards,
    published,
    robustness,
    rounds,
    scenarios,
    tools,
):
    api.add_router("", router)
