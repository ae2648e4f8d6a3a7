"""One request to a layer, the view behind it, and what the probes saw."""


class Drive:
    """One request and what the view answers to it."""

    def __init__(self, name="", method="GET", status=200, body="hello", headers=(), cookies=(), chunks=None, template=False,
                 error=None, stream_error=None, query="", content=b"", content_type="", marker="", read="", in_view=None):
        self.__dict__.update(locals())
        del self.__dict__["self"]


class ViewError(ValueError):
    pass


class Exit(SystemExit):
    pass


class Snap:
    """A response at one moment."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = [(str(k), str(v)) for k, v in response.items()]
        self.cookies = sorted(response.cookies)
        self.streaming = bool(getattr(response, "streaming", False))
        self.rendered = getattr(response, "is_rendered", True)
        self.body = None if self.streaming or not self.rendered else bytes(response.content)

    def get(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class Wire:
    """One request from the server to the layer."""

    def __init__(self, drive):
        self.drive = drive
        self.seen = None           # of the layer's first run
        self.status = self.left = None


class Seen:
    """What the probes saw of one run of the layer."""

    def __init__(self, drive):
        self.drive = drive
        self.body_taken = False    # further out already
        self.hook_answered = False  # its process_exception did
        self.view_hook = False     # its process_view did
        self.viewed = False        # the suite's view ran
        self.calls = 0             # of what is further in
        self.inner = self.inner_response = None
        self.out = self.out_response = self.error = self.hook_error = None
        self.at_work = False
        self.pulls = []            # of each chunk: pulled while the layer was at work
        self.order = ""
        self.ended = False
        self.closed = 0
        self.closed_at_work = []   # the responses that were
        self.rendered = []         # the hook in which, or "", and the response
        self.hook = ""
        self.template_kept = None
        self.read = self.read_error = None
        self.left = None           # the error that left the layer or the body

    def view(self, request):
        from django.http import HttpResponse, StreamingHttpResponse
        drive = self.drive
        self.viewed = True
        if drive.read:
            try:
                self.read = request.body if drive.read == "body" else request.POST.get("a", "").encode()
            except Exception as exc:
                self.read_error = exc
        if drive.in_view:
            drive.in_view()
        if drive.error is not None:
            raise drive.error
        if drive.chunks is not None:
            response = StreamingHttpResponse(Chunks(self), status=drive.status)
        elif drive.template:
            response = template_class()(self)
        else:
            response = HttpResponse(drive.body, status=drive.status)
        for name, value in drive.headers:
            response[name] = value
        for name in drive.cookies:
            response.set_cookie(name, "1")
        close = response.close

        def counted():
            self.closed += 1
            if self.at_work:
                self.closed_at_work.append(response)
            close()
        response.close = counted
        return response


class Chunks:
    def __init__(self, seen):
        self.seen, self.left = seen, list(seen.drive.chunks)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            if self.seen.drive.stream_error is not None:
                raise self.seen.drive.stream_error
            self.seen.ended = True
            raise StopIteration
        self.seen.pulls.append(self.seen.at_work)
        self.seen.order += "i"
        return self.left.pop(0)

    def close(self):
        self.seen.closed += 1


def template_class():
    from django.template.response import TemplateResponse

    class Template(TemplateResponse):
        def __init__(self, seen):
            super().__init__(None, "mwcheck", {})
            self._mwcheck = seen

        @property
        def rendered_content(self):
            self._mwcheck.rendered.append((self._mwcheck.hook, id(self)))
            return self._mwcheck.drive.body
    return Template
