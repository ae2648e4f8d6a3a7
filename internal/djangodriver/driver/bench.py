"""What checks have in common."""
from .drive import Drive
from .project import text_of
from .rig import Rig


class Bench:
    """Where a check does its work."""

    def __init__(self, project, index):
        self.project, self.index = project, index
        self.found, self.reached, self.why = {}, False, ""

    def rig(self):
        rig = Rig(self.project, self.index)
        if rig.not_used:
            self.why = "the layer takes itself out (MiddlewareNotUsed)"
        elif rig.outer_failed:
            self.why = rig.outer_failed
        elif not rig.built or rig.failed is not None:
            self.why = "the layer cannot be built"
        else:
            return rig
        return None

    def drive(self, drive):
        """One request in a fresh stack; None if it does not get to the layer."""
        rig = self.rig()
        if rig is None:
            return None
        wire = rig.serve(drive)
        if wire.seen is None:
            what = "answered with status %s" % wire.status if wire.left is None else "failed: " + self.text(wire.left)
            self.why = "a layer further out %s" % what
        return wire.seen

    def usable(self, drive):
        seen = self.drive(drive)
        if seen is not None and seen.out is None:
            self.why = "the layer gave no answer"
            return None
        return seen

    def through(self, drive):
        seen = self.usable(drive)
        if seen is None:
            return None
        if seen.inner is None or not self.arrived(seen):
            self.why = self.why or "the layer answered itself"
            return None
        self.reached = True
        return seen

    def arrived(self, seen):
        """Whether the request came to the suite's view."""
        if seen is None or seen.viewed:
            return seen is not None
        if seen.calls == 0 or seen.view_hook:
            self.why = "the layer answered itself"
        else:
            self.why = "a layer further out answered (process_view)"
        return False

    def problem(self, seen, text):
        self.found.setdefault(text, []).append(seen.drive.name if seen is not None else "")

    def text(self, exc):
        return text_of(exc, self.project.root)

    def problems(self):
        """Each once, with the first situation that shows it."""
        lines = []
        for text, names in self.found.items():
            if names[0]:
                text = names[0] + ": " + text
            if len(names) > 1:
                text += " (in %d other situations, too)" % (len(names) - 1) if len(names) > 2 else " (in another situation, too)"
            lines.append(text)
        return lines


def zoo():
    return [
        Drive("a page"), Drive("an empty page", body=""), Drive("a page of status 404", status=404), Drive("a redirect", status=302, headers=[("Location", "/")]),
        Drive("an answer of status 204", status=204, body=""), Drive("HEAD", method="HEAD"), Drive("OPTIONS", method="OPTIONS"),
        Drive("JSON", headers=[("Content-Type", "application/json")], body="{}"),
        Drive("bytes that are no text", headers=[("Content-Type", "application/octet-stream")], body=b"\xff\xfe\x00"),
        Drive("a form", method="POST", content=b"a=1", content_type="application/x-www-form-urlencoded"),
        Drive("a template", template=True),
    ]


def answers(exc):
    """Errors by which a layer may answer: Django makes pages of them."""
    from django.core.exceptions import PermissionDenied, SuspiciousOperation
    from django.http import Http404
    return isinstance(exc, (Http404, PermissionDenied, SuspiciousOperation))


def missing_attribute(exc):
    """The attribute of the request that an error is about, or None."""
    if isinstance(exc, AttributeError) and "Request' object has no attribute '" in str(exc):
        return str(exc).split("has no attribute '")[1].split("'")[0]
    return None
