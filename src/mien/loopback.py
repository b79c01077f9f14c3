"""Which host is this machine itself."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host, by name in small letters or by address, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
