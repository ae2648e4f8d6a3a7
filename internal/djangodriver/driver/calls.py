"""Checks of how a layer is built, what it calls and what it raises."""
import inspect

from .bench import answers, missing_attribute, zoo
from .drive import Drive, Exit, ViewError
from .rig import Rig


def builds(b):
    rig = Rig(b.project, b.index)
    if rig.failed is not None:
        b.problem(None, "it cannot be built: " + b.text(rig.failed))
    elif b.rig() is not None:
        b.reached = True


def builds_without_serving(b):
    rig = Rig(b.project, b.index)
    if rig.early:
        b.problem(None, "the factory called get_response")
    elif b.rig() is not None:
        b.reached = True


def next_once(b):
    for drive in [Drive("a page"), Drive("an error", error=ViewError("the view failed")), Drive("a page of status 404", status=404)]:
        seen = b.drive(drive)
        if seen is not None and seen.calls:
            b.reached = True
            if seen.calls > 1:
                b.problem(seen, "called get_response %d times" % seen.calls)


def nothing(b, called):
    for drive in zoo():
        seen = b.drive(drive)
        if seen is None:
            continue
        if (seen.calls > 0) == called:
            b.reached = True
            if seen.error is None and seen.out is None:
                kind = "a coroutine" if inspect.isawaitable(seen.out_response) else "None" if seen.out_response is None else "a " + type(seen.out_response).__name__
                b.problem(seen, "returned %s, which is no response" % kind)
                if inspect.iscoroutine(seen.out_response):
                    seen.out_response.close()
        elif not b.why:
            b.why = "the layer calls get_response" if not called else "the layer answers itself"


def answers_or_calls(b):
    nothing(b, False)


def nil_answer(b):
    nothing(b, True)


def survives(b, drives):
    for drive in drives:
        seen = b.drive(drive)
        if seen is None:
            continue
        b.reached = True
        for exc in (seen.error, seen.hook_error):
            if exc is not None and not answers(exc) and missing_attribute(exc) is None:
                b.problem(seen, "raised " + b.text(exc))


def survives_plain(b):
    survives(b, zoo())


def survives_stream(b):
    survives(b, [Drive("a stream", chunks=[b"a", b"b"])])


def attribute_missing(b):
    for drive in zoo():
        seen = b.drive(drive)
        if seen is None:
            continue
        b.reached = True
        for exc in (seen.error, seen.hook_error):
            if exc is not None and missing_attribute(exc):
                b.problem(seen, "failed for want of request.%s, which no layer further out wrote: %s" % (missing_attribute(exc), b.text(exc)))


def errors_stay_errors(b):
    seen = b.drive(Drive("a view that raises ValueError", error=ViewError("the view failed")))
    if not b.arrived(seen):
        return
    if seen.inner is not None and seen.inner.status < 400 and not seen.hook_answered:
        b.why = "a layer further out answers the error (process_exception)"
        return
    b.reached = True
    if seen.out is not None and seen.out.status < 400:
        b.problem(seen, "answered with status %d" % seen.out.status)


def abort_passes(b):
    seen = b.drive(Drive("a view that raises SystemExit", error=Exit(3)))
    if not b.arrived(seen):
        return
    b.reached = True
    if not isinstance(seen.left, Exit):
        b.problem(seen, "the exit was caught")
