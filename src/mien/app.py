"""From a runtime to the application: one step after the other, and nothing clever."""

from flask import Flask
from flask_openapi.openapi import OpenAPI
from jinja2 import StrictUndefined

from mien.api import routes as api
from mien.http import health
from mien.http import metrics
from mien.http.auth import install_auth
from mien.http.context import EXTENSION
from mien.http.converters import install_converters
from mien.http.cookies import install_cookies
from mien.http.csrf import install_csrf
from mien.http.drain_body import install_body_draining
from mien.http.form_parser import install_forms
from mien.http.hosts import install_hosts
from mien.http.json_provider import install_json
from mien.http.limits import install_limits
from mien.http.limits import install_proxies
from mien.http.metrics import install_metrics
from mien.http.moments import install_moments
from mien.http.overload import install_overload
from mien.http.problems import install_problems
from mien.http.request_ids import install_request_ids
from mien.http.security_headers import install_security
from mien.runtime import Runtime
from mien.runtime import secret_key
from mien.web import routes as web


def create_app(runtime: Runtime) -> Flask:
    """The WSGI application over a runtime, which stays its maker's to close."""
    settings = runtime.settings
    app = OpenAPI("mien", static_folder=None, template_folder="web/templates", **api.DOCUMENT)
    app.extensions[EXTENSION] = runtime
    app.secret_key = secret_key(settings)
    app.jinja_env.undefined = StrictUndefined
    # What comes first here is asked first of every request.
    install_proxies(app, settings)
    install_request_ids(app)
    install_metrics(app, runtime)
    install_overload(app)
    install_moments(app)
    install_converters(app)
    install_json(app)
    install_forms(app)
    install_problems(app)
    install_security(app)
    install_cookies(app)
    install_hosts(app, settings)
    install_csrf(app)
    install_limits(app, settings)
    install_auth(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    api.register(app)
    web.register(app)
    install_body_draining(app, most_bytes=settings.max_request_bytes)
    return app
