"""Checks of what a layer does with streams, templates and bodies."""
from .drive import Drive, ViewError


def consumed(seen):
    return bool(seen.pulls) and any(seen.pulls)


def stream_unconsumed(b):
    seen = b.through(Drive("a stream", chunks=[b"a", b"b"]))
    if seen is not None and consumed(seen):
        b.problem(seen, "consumed the stream before it was sent")


def streamed(b, drive):
    seen = b.drive(drive)
    if seen is None:
        return None
    if not seen.pulls or seen.out is None or not seen.out.streaming:
        b.why = "the layer does not let the stream through"
        return None
    return seen


def stream_chunks(b):
    seen = streamed(b, Drive("a stream", chunks=[b"first ", b"second ", b"third"]))
    if seen is None or consumed(seen):
        b.why = b.why or "the layer consumes the stream"
        return
    b.reached = True
    if "ii" in seen.order:
        b.problem(seen, "asked for the next chunk before anything of the last one was sent")


def stream_whole(b):
    seen = b.drive(Drive("a stream", chunks=[b"a", b"b", b"c"]))
    if seen is None or not seen.pulls:
        b.why = b.why or "the layer does not let the stream through"
        return
    b.reached = True
    if not seen.ended:
        b.problem(seen, "only %d of 3 chunks were asked for" % len(seen.pulls))


def stream_errors(b):
    seen = streamed(b, Drive("a stream that fails after its first chunk", chunks=[b"a"], stream_error=ViewError("the source broke")))
    if seen is not None:
        b.reached = True
        if seen.left is None:
            b.problem(seen, "the response ended as if it were whole")


def old_stream_closed(b):
    seen = b.through(Drive("a stream", chunks=[b"a", b"b"]))
    if seen is not None and seen.closed == 0 and seen.out_response is not seen.inner_response:
        b.problem(seen, "the response from further in was given up and never closed")


def open_until_sent(b):
    for drive in [Drive("a page"), Drive("a stream", chunks=[b"a", b"b"])]:
        seen = b.through(drive)
        if seen is not None and any(r is seen.out_response for r in seen.closed_at_work):
            b.problem(seen, "the response was closed before it was sent")


def content_length(b):
    for body in ("hello", "<html><head></head><body>" + "long " * 200 + "</body></html>"):
        seen = b.usable(Drive("a page with a Content-Length", body=body, headers=[("Content-Length", str(len(body)))]))
        if seen is None or seen.out.body is None or seen.out.get("Content-Length") is None:
            continue
        b.reached = True
        if seen.out.get("Content-Length") != str(len(seen.out.body)):
            b.problem(seen, "Content-Length is %s, the body has %d bytes" % (seen.out.get("Content-Length"), len(seen.out.body)))


def no_body(b):
    for status in (204, 304):
        seen = b.usable(Drive("an answer of status %d" % status, status=status, body=""))
        if seen is None or seen.out.status != status:
            continue
        b.reached = True
        if seen.out.body:
            b.problem(seen, "the answer has a body of %d bytes" % len(seen.out.body))
        if status == 204 and seen.out.get("Content-Length") is not None:
            b.problem(seen, "the answer has a Content-Length")


def template(b):
    seen = b.drive(Drive("a template", template=True))
    if seen is None:
        return None
    if seen.template_kept is None:
        b.why = "the layer has no process_template_response"
        return None
    b.reached = True
    return seen


def template_not_early(b):
    seen = template(b)
    if seen is not None and any(hook for hook, _ in seen.rendered):
        b.problem(seen, "a hook rendered the template")


def template_once(b):
    seen = b.drive(Drive("a template", template=True))
    if seen is None or not seen.rendered:
        b.why = b.why or "the template is not rendered"
        return
    b.reached = True
    which = [response for _, response in seen.rendered]
    times = max(which.count(response) for response in which)
    if times > 1:
        b.problem(seen, "the template was rendered %d times" % times)


def template_kept(b):
    seen = template(b)
    if seen is not None and not seen.template_kept:
        b.problem(seen, "process_template_response returned something that cannot be rendered")


def request_body(b):
    form = "application/x-www-form-urlencoded"
    parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    for drive, want in [
        (Drive("a JSON body", method="POST", content=b'{"a": 1}', content_type="application/json", read="body"), b'{"a": 1}'),
        (Drive("a form", method="POST", content=b"a=1", content_type=form, read="body"), b"a=1"),
        (Drive("a form's fields", method="POST", content=b"a=1", content_type=form, read="POST"), b"1"),
        (Drive("a multipart form's fields", method="POST", content=parts, content_type="multipart/form-data; boundary=x", read="POST"), b"1"),
    ]:
        seen = b.drive(drive)
        if seen is not None and seen.body_taken:
            b.why = "a layer further out has read the body already"
            continue
        if not b.arrived(seen):
            continue
        b.reached = True
        if seen.read_error is not None:
            b.problem(seen, "further in it cannot be read any more: " + b.text(seen.read_error))
        elif seen.read != want:
            b.problem(seen, "further in it reads %r" % seen.read)
