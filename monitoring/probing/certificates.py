"""What a TLS handshake tells about certificates, by blackbox_exporter's names."""

import ssl
from datetime import UTC

from cryptography import x509


def figures(tls: ssl.SSLObject | None) -> dict[str, float]:
    """Expiry of the presented certificate, in seconds since the epoch."""
    presented = tls.getpeercert(binary_form=True) if tls else None
    if not presented:
        return {}
    certificate = x509.load_der_x509_certificate(presented)
    return {"probe_ssl_earliest_cert_expiry": certificate.not_valid_after_utc.astimezone(UTC).timestamp()}
