"""HTTP and HTTPS as the world speaks them: what blackbox_exporter accepts or refuses, we accept or refuse.

asking    one probe: ask, follow redirects, judge
requests  what is sent, and what of it a redirect may take along
answers   an answer while it comes, framed by llhttp
heads     heads that llhttp refuses and browsers read, in plain form
cookies   those that a redirect sets, for one probe
bodies    a body unpacked and read in its own charset, within a bound
judging   the answer against the rules of the check
"""

from monitoring.probing.http.asking import ask

__all__ = ["ask"]
