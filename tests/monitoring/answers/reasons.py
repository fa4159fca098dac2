"""Why the two may disagree; each reason is said once, with who accepts."""

from tests.monitoring.answers.street import Case

WE, THEY, NEITHER = "we", "blackbox", "neither"
REASONS: list[tuple[str, set[str], str]] = [
    (
        WE + THEY + NEITHER,
        {"more than five interim answers"},
        "Go 1.19 gives up after five interim answers; RFC 9110 sets no number, and Go 1.24 none any more",
    ),
    (
        WE,
        {"many zeros before the size"},
        "RFC 9112 sets no number of zeros before the size of a chunk; Go takes sixteen digits",
    ),
    (
        THEY,
        {
            "spaces in the extension",
            "an open quote in the extension",
            "odd signs in the extension",
            "a line feed alone behind a size",
            "a line feed alone behind the end",
            "fallen bytes among chunks",
        },
        "llhttp reads chunk lines as RFC 9112 writes them; Go reads any line",
    ),
    (
        WE + THEY,
        {"blackbox was not told that it is packed"},
        "blackbox_exporter unpacks only what its module names; we go by Content-Encoding",
    ),
    (
        WE + THEY,
        {"deflate with zlib's frame"},
        "RFC 9110's deflate has zlib's frame; Go's has none; we read both",
    ),
    (
        WE,
        {"filling behind a packed body"},
        "gzip(1) and browsers pass over what stands behind the last member",
    ),
    (
        WE + THEY,
        {"a charset beside UTF-8", "a byte order mark"},
        "blackbox_exporter holds patterns against bytes; we read the page in its charset",
    ),
    (
        WE,
        {"a header that must not match is missing"},
        "blackbox_exporter misses the header; we say that nothing is as it should not be",
    ),
    (
        WE,
        {"scheme without slashes", "a stray percent", "spaces around"},
        "locations are read as browsers read them (WHATWG), Go refuses them",
    ),
]


REASONS += [
    (THEY, {"a body for another host"}, "what a check sends is for its own host; a form with a password stays there"),
    (THEY, {"a head beyond a megabyte"}, "we read one megabyte of head; browsers stop at a quarter of it, Go at ten"),
    (WE, {"folded at once"}, "the first line of headers may not be a folded one; llhttp reads it all the same"),
    (WE, {"half of brotli"}, "the reader of blackbox_exporter 0.23 takes half a brotli stream for a whole one"),
    (THEY, {"half of brotli"}, "the reader of blackbox_exporter 0.23 takes half a brotli stream for a whole one"),
    (WE, {"HEAD with a length in words"}, "a length that announces no body is not read; Go reads it after HEAD alone"),
]


def reason(case: Case, accepts: str) -> str:
    for who, labels, why in REASONS:
        if accepts in who and labels & (case.labels | {case.kind}):
            return why
    return ""
