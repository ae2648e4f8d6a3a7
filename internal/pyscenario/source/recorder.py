"""Tells what happens while a request is served."""

events = []
built = []


def note(text):
    events.append(text)


def built_by(name):
    built.append(name)


def touch(response, name):
    response["X-Trace"] = trail(response.get("X-Trace", ""), name)


def trail(old, name):
    return old + "," + name if old else name


def note_response(name, response):
    """Who made a response is in its attribute made_by."""
    if response is None or response is False:
        note(name + " status=%s" % response)
        return
    text = " status=%d marker=%s" % (response.status_code, getattr(response, "made_by", "django"))
    if not getattr(response, "is_rendered", True):
        text += " rendered=no"
    note(name + text)


def note_exception(name, exception):
    note("%s exc=%s from=%s" % ((name,) + describe(exception)))


KINDS = {
    "ValueError": "value_error", "Http404": "http404", "Resolver404": "http404",
    "PermissionDenied": "permission_denied", "SuspiciousOperation": "suspicious_operation",
    "MultiPartParserError": "multipart_error", "SystemExit": "system_exit",
    "KeyboardInterrupt": "keyboard_interrupt", "BadRequest": "bad_request",
    "TooManyFieldsSent": "too_many_fields", "RequestDataTooBig": "data_too_big",
}


def describe(exception):
    """What an error is and who raised it: its first argument, if that is a name."""
    name = type(exception).__name__
    source = exception.args[0] if exception.args else ""
    if not is_name(source):
        source = "django"
    return KINDS.get(name, name), source


def is_name(text):
    if not isinstance(text, str):
        return False
    parts = text.split(".")
    return text == "view" or text[:7] == "handler" or (
        len(parts) > 1 and (parts[-1][:8] == "process_" or parts[-1][:7] == "handler"
                            or parts[-1] in ("before", "after", "init", "render")))


class Chunks(object):
    """The parts of a streamed page."""

    def __init__(self, name):
        self.name = name
        self.left = [name, "+"]
        self.first = True

    def __iter__(self):
        return self

    def __next__(self):
        if self.first:
            self.first = False
            note(self.name + ".stream.first")
        if not self.left:
            note(self.name + ".stream.end")
            raise StopIteration
        return self.left.pop(0)

    next = __next__

    def close(self):
        note(self.name + ".stream.close")
