"""One blueprint an area: a view parses, calls one verb, and fills a page."""
