"""No page makes the browser complain: of its policy, of a script, of anything that is not there."""

import pytest
from playwright.sync_api import BrowserContext

from browsing import Complaints
from browsing import Site
from browsing import sign_in_administrator
from touring import drawn_photos
from touring import furnish
from touring import visit

pytestmark = pytest.mark.browser


def test_no_page_makes_the_browser_complain(
    context: BrowserContext, site: Site, complaints: Complaints
) -> None:
    # 422 is the answer to a form that was filled in wrongly, shown on purpose.
    complaints.expected = {404, 422}
    user_id = sign_in_administrator(site, context)
    page = context.new_page()
    for stop in furnish(site, drawn_photos(), user_id=user_id):
        if stop.signed_in:
            visit(page, site, stop)
            assert complaints.found == [], stop.name
