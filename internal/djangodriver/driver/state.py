"""The check of what a layer keeps of one request for another."""
import copy
import threading

from .drive import Drive
from .rig import is_response


def no_state(b):
    """One request whole while another is in its view, in another thread."""
    from django.db import connections
    first, second = "mwcheckfirst", "mwchecksecond"
    alone = b.drive(Drive(marker=first))
    rig = b.rig()
    if alone is None or rig is None:
        return
    others = []

    def other():
        def run():
            others.append(rig.serve(Drive(marker=second)).seen)
            connections.close_all()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(10)
    seen = rig.serve(Drive("two requests at once", marker=first, in_view=other)).seen
    if seen is None:
        return
    if not b.arrived(seen):
        return
    b.reached = True
    for one, foreign in [(seen, second)] + [(o, first) for o in others if o is not None]:
        if one.out is None:
            continue
        for name, value in one.out.headers:
            if foreign in value:
                b.problem(seen, "header %s of one answer is of the other request" % name)
        if one.out.body is not None and foreign.encode() in one.out.body:
            b.problem(seen, "the body of one answer is of the other request")
    if seen.error is not None and alone.error is None:
        b.problem(seen, "raised %s, which it does not alone" % b.text(seen.error))
    if seen.out is not None and alone.out is not None and seen.out.status != alone.out.status:
        b.problem(seen, "the status is %d, alone it is %d" % (seen.out.status, alone.out.status))
    held = copy.copy(getattr(rig.real, "__dict__", {}))
    from django.http import HttpRequest
    for name, value in sorted(held.items()):
        if name == "get_response" or callable(value):
            continue
        if isinstance(value, HttpRequest) or is_response(value):
            b.problem(seen, "self.%s still holds the %s when it is over" % (name, "request" if isinstance(value, HttpRequest) else "response"))
        elif isinstance(value, (str, bytes, tuple, list, dict, set)) and (first in repr(value) or second in repr(value)):
            b.problem(seen, "self.%s still holds data of the request when it is over" % name)
