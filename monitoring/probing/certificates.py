"""What a TLS handshake tells about certificates, by blackbox_exporter's names."""

import _ssl
import ssl

from cryptography import x509


def figures(tls: ssl.SSLObject | None) -> dict[str, float]:
    """The earliest expiry in the presented chain, in seconds since the epoch."""
    chain = presented(tls) if tls else []
    ends = [x509.load_der_x509_certificate(each).not_valid_after_utc.timestamp() for each in chain]
    return {"probe_ssl_earliest_cert_expiry": min(ends)} if ends else {}


def presented(tls: ssl.SSLObject) -> list[bytes]:
    """The chain as the other side sent it, in DER, its own certificate first."""
    if hasattr(tls, "get_unverified_chain"):
        return tls.get_unverified_chain()
    # Python before 3.13 has the chain, and no public way to it.
    inner = tls._sslobj  # type: ignore[attr-defined]
    return [each.public_bytes(_ssl.ENCODING_DER) for each in inner.get_unverified_chain() or ()]
