"""Checks of the status, headers and cookies that leave a layer."""
from .bench import zoo
from .drive import Drive


def header_values(b):
    from django.http import BadHeaderError
    drive = Drive("a query with CR and LF", query="next=%0d%0aX-Evil:%201&name=a%0d%0ab&lang=%0a&marker=%0d%0a")
    seen = b.drive(drive)
    if seen is None:
        return
    b.reached = True
    if isinstance(seen.error, BadHeaderError):
        b.problem(seen, "put CR or LF into a header: " + b.text(seen.error))
    elif seen.out is not None:
        for name, value in seen.out.headers:
            if any(c in value for c in "\r\n\0"):
                b.problem(seen, "header %s holds CR, LF or NUL" % name)


def vary_kept(b):
    seen = b.through(Drive("a page that varies", headers=[("Vary", "Accept-Language, X-Suite")]))
    if seen is None:
        return
    have = [word.strip().lower() for word in (seen.out.get("Vary") or "").split(",")]
    gone = [word for word in ("Accept-Language", "X-Suite") if word.lower() not in have and "*" not in have]
    if gone:
        b.problem(seen, "%s is gone from Vary, which is now %r" % (" and ".join(gone), seen.out.get("Vary") or ""))


def cookies_kept(b):
    seen = b.through(Drive("a page with two cookies", cookies=("mwcheck_a", "mwcheck_b")))
    if seen is not None:
        for name in ("mwcheck_a", "mwcheck_b"):
            if name not in seen.out.cookies:
                b.problem(seen, "the cookie %s is gone" % name)


def status_range(b):
    for drive in zoo():
        seen = b.usable(drive)
        if seen is not None:
            b.reached = True
            if not 200 <= seen.out.status <= 599:
                b.problem(seen, "the status is %d" % seen.out.status)


def etag_quoted(b):
    seen = b.usable(Drive("a page"))
    if seen is None:
        return
    tag = seen.out.get("ETag")
    if tag is None:
        b.why = "the layer sets no ETag"
        return
    b.reached = True
    plain = tag[2:] if tag.startswith("W/") else tag
    if len(plain) < 2 or plain[0] != '"' or plain[-1] != '"':
        b.problem(seen, "the ETag is %s" % tag)
