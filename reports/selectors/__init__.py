"""What the pages that mix layers show."""

from reports.selectors.feed import Feed, FeedLink, feed_links, feed_made_at, feed_of
from reports.selectors.home import Home, Need, home_page
from reports.selectors.progress import Progress, progress_page
from reports.selectors.records import Change, changes_of_month, wins_of_month
from reports.selectors.taking_part import PartnerTurnout, turnout_of_partners

__all__ = [
    "Change",
    "Feed",
    "FeedLink",
    "Home",
    "Need",
    "PartnerTurnout",
    "Progress",
    "changes_of_month",
    "feed_links",
    "feed_made_at",
    "feed_of",
    "home_page",
    "progress_page",
    "turnout_of_partners",
    "wins_of_month",
]
