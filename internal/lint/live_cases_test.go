package lint

// noUser is what a read of request.user ends in where nobody has set it.
const (
	noUser    = "500 AttributeError: 'WSGIRequest' object has no attribute 'user'"
	noSession = "500 AttributeError: 'WSGIRequest' object has no attribute 'session'"
	coroutine = "out of the handler: AttributeError: 'coroutine' object has no attribute '_resource_closers'"
	// A layer that was called in sync mode answers with a response where Django awaits.
	serverError = "out of the handler: TypeError: object HttpResponseServerError can't be used in 'await' expression"
	nothing     = "out of the handler: AttributeError: 'NoneType' object has no attribute '_resource_closers'"
)

var liveCases = []liveCase{
	{rule: "MW120", asks: []string{"GET /"}, want: []string{noUser}},
	{rule: "MW120", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW120", text: tooLate, asks: []string{"GET /"}, want: []string{"500 AttributeError: 'WSGIRequest' object has no attribute 'mine'"}},
	{rule: "MW121", asks: []string{"GET /visits/", "GET /visits/"}, want: []string{"200 visits=None", "200 visits=None"}},
	{rule: "MW121", good: true, asks: []string{"GET /visits/", "GET /visits/"}, want: []string{"200 visits=None", "200 visits=1"}},
	{rule: "MW122", asks: []string{"GET /", "GET /?closed=1"}, want: []string{"200 hello", noSession}},
	{rule: "MW122", good: true, asks: []string{"GET /", "GET /?closed=1"}, want: []string{"200 hello", "200 closed"}},
	{rule: "MW123", text: removedAttributes, asks: []string{"GET /"}, want: []string{"500 AttributeError: 'WSGIRequest' object has no attribute 'REQUEST'"}},
	{rule: "MW123", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW124", asks: []string{"POST /", "GET /messages/"}, want: []string{"200 hello", "200 messages="}},
	{rule: "MW124", good: true, asks: []string{"POST /", "GET /messages/"}, want: []string{"200 hello", "200 messages=saved"}},

	{rule: "MW201", asks: []string{"GET /"}, want: []string{"does not start: TypeError: Timing() takes no arguments"}},
	{rule: "MW201", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW202", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW203", asks: []string{"GET /"}, want: []string{"500 AttributeError: 'Timing' object has no attribute 'get_response'"}},
	{rule: "MW203", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW204", asks: []string{"GET / show=X-Timing"}, want: []string{"200 hello, X-Timing: None"}},
	{rule: "MW204", good: true, asks: []string{"GET / show=X-Timing"}, want: []string{"200 hello, X-Timing: 1"}},
	{rule: "MW205", asks: []string{"GET /", "GET /nowhere/"}, want: []string{"200 hello", nothing}},
	{rule: "MW205", good: true, asks: []string{"GET /", "GET /nowhere/"}, want: []string{"200 hello", "404 Not Found"}},
	{rule: "MW206", asks: []string{"GET / views"}, want: []string{"200 hello, 2 views"}},
	{rule: "MW206", good: true, asks: []string{"GET / views"}, want: []string{"200 hello, 1 views"}},
	{rule: "MW207", asks: []string{"GET /"}, want: []string{"500 TypeError: process_view() takes 3 positional arguments but 5 were given"}},
	{rule: "MW207", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW208", asks: []string{"GET /"}, want: []string{"does not start: ImproperlyConfigured: Middleware factory shop.middleware.timing returned None."}},
	{rule: "MW208", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
	{rule: "MW209", asks: []string{"GET /nested/ show=X-Time"}, want: []string{"200 hello, X-Time: 2"}},
	{rule: "MW209", good: true, asks: []string{"GET /nested/ show=X-Time"}, want: []string{"200 hello, X-Time: 3"}},
	{rule: "MW210", asks: []string{"GET /zone/ cookie=zone:Asia/Tokyo", "GET /zone/"}, want: []string{"200 Asia/Tokyo", "200 Asia/Tokyo"}},
	{rule: "MW210", good: true, asks: []string{"GET /zone/ cookie=zone:Asia/Tokyo", "GET /zone/"}, want: []string{"200 Asia/Tokyo", "200 UTC"}},
	{rule: "MW211", asks: []string{"GET /"}, want: []string{"does not start: TypeError: 'NoneType' object is not callable"}},
	{rule: "MW211", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},

	{rule: "MW201", text: "def Timing():\n    pass\n", asks: []string{"GET /"}, want: []string{
		"does not start: TypeError: Timing() takes 0 positional arguments but 1 was given",
	}},
	{rule: "MW201", text: "class Timing:\n    def __init__(self, get_response):\n        pass\n\n    def process_request(self, request):\n        pass\n",
		asks: []string{"GET /"}, want: []string{"500 TypeError: 'Timing' object is not callable"}},
	{rule: "MW203", text: mixin + "    def __init__(self, get_response):\n        super().__init__()\n", asks: []string{"GET /"}, want: []string{
		"500 TypeError: 'NoneType' object is not callable",
	}},
	{rule: "MW205", text: mixin + "    def process_response(self, request, response):\n        response['X'] = '1'\n\n\ntiming = Timing\n",
		asks: []string{"GET /"}, want: []string{nothing}},
	{rule: "MW205", text: mixin + "    def process_template_response(self, request, response):\n        pass\n\n\ntiming = Timing\n",
		asks: []string{"GET /page/"}, want: []string{
			"500 ValueError: Timing.process_template_response didn't return an HttpResponse object. It returned None instead.",
		}},
	{rule: "MW208", text: "def timing(get_response):\n    if False:\n        return get_response\n", asks: []string{"GET /"}, want: []string{
		"does not start: ImproperlyConfigured: Middleware factory shop.middleware.timing returned None.",
	}},
	{rule: "MW211", text: "timing = 'shop'\n", asks: []string{"GET /"}, want: []string{"does not start: TypeError: 'str' object is not callable"}},
	{rule: "MW211", text: "class Timing:\n    def __init__(self, get_response):\n        pass\n\n\ndef timing(get_response):\n    return Timing\n",
		asks: []string{"GET /"}, want: []string{"out of the handler: AttributeError: 'Timing' object has no attribute '_resource_closers'"}},

	{rule: "MW401", asks: []string{"GET /", "GET /async/ asgi"}, want: []string{coroutine, "500 TypeError: sync_to_async can only be applied to sync functions."}},
	{rule: "MW401", good: true, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{"200 hello", "200 hello"}},
	{rule: "MW402", asks: []string{"GET /"}, want: []string{coroutine}},
	{rule: "MW402", good: true, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{"200 hello", "200 hello"}},
	{rule: "MW402", text: overridesAsync, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{coroutine, "200 hello"}},
	{rule: "MW402", text: overrides, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"200 hello", "500 TypeError: 'coroutine' object does not support item assignment",
	}},
	{rule: "MW403", asks: []string{"GET /"}, want: []string{serverError}},
	{rule: "MW403", good: true, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{"200 hello", "200 hello"}},
	{rule: "MW402", text: neither, asks: []string{"GET /"}, want: []string{
		"does not start: RuntimeError: Middleware shop.middleware.TimingMiddleware must have at least one of sync_capable/async_capable set to True.",
	}},
	{rule: "MW402", text: onlyAsync, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		coroutine, "200 hello",
	}},
	{rule: "MW402", text: onlySync, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"200 hello", serverError,
	}},
	{rule: "MW402", text: noAsyncCode, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"200 hello", serverError,
	}},
	{rule: "MW403", text: unmarkedHybrid, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"200 hello", serverError,
	}},
	{rule: "MW403", good: true, text: markedHybrid, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{"200 hello", "200 hello"}},
	{rule: "MW403", text: throughHybrid, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"200 hello", serverError,
	}},
	{rule: "MW404", asks: []string{"GET /", "GET /async/ asgi"}, want: []string{
		"500 TypeError: 'coroutine' object does not support item assignment", "500 TypeError: 'coroutine' object does not support item assignment",
	}},
	{rule: "MW404", good: true, asks: []string{"GET / show=X-Shop", "GET /async/ asgi show=X-Shop"}, want: []string{"200 hello, X-Shop: 1", "200 hello, X-Shop: 1"}},
	{rule: "MW404", text: unawaitedReturn, asks: []string{"GET /", "GET /async/ asgi"}, want: []string{coroutine, coroutine}},

	{rule: "MW501", asks: []string{"GET /", "GET /stream/"}, want: []string{
		"200 hello", "500 AttributeError: This StreamingHttpResponse instance has no `content` attribute. Use `streaming_content` instead.",
	}},
	{rule: "MW501", good: true, asks: []string{"GET / show=X-Size", "GET /stream/"}, want: []string{"200 hello, X-Size: 5", "200 one two"}},
	{rule: "MW502", asks: []string{"GET /stream/"}, want: []string{"200 "}},
	{rule: "MW502", good: true, asks: []string{"GET /stream/"}, want: []string{"200 one two"}},
	{rule: "MW503", asks: []string{"GET / show=Content-Length length"}, want: []string{"200 hello<!-- shop -->, Content-Length: 5, length 18"}},
	{rule: "MW503", good: true, asks: []string{"GET / show=Content-Length length"}, want: []string{"200 hello<!-- shop -->, Content-Length: 18, length 18"}},
	{rule: "MW504", asks: []string{"GET /visits/ show=Vary"}, want: []string{"200 visits=None, Vary: User-Agent"}},
	{rule: "MW504", good: true, asks: []string{"GET /visits/ show=Vary"}, want: []string{"200 visits=None, Vary: Cookie, User-Agent"}},
	{rule: "MW505", asks: []string{"POST /post/ body=a=1"}, want: []string{"200 a=None"}},
	{rule: "MW505", good: true, asks: []string{"POST /post/ body=a=1 show=X-Audit"}, want: []string{"200 a=1, X-Audit: 1"}},
	{rule: "MW506", asks: []string{"GET /", "GET /stream/"}, want: []string{"200 hello", "500 TypeError: 'async_generator' object is not iterable"}},
	{rule: "MW506", good: true, asks: []string{"GET /"}, want: []string{"200 hello"}},
}

const tooLate = `from django.utils.deprecation import MiddlewareMixin


class StaffMiddleware(MiddlewareMixin):
    def process_request(self, request):
        request.staff = len(request.mine)

    def process_view(self, request, view, args, kwargs):
        request.mine = args
`

const removedAttributes = `class Partial:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.partial = request.REQUEST.get("partial")
        return self.get_response(request)
`

const mixin = "from django.utils.deprecation import MiddlewareMixin\n\n\nclass Timing(MiddlewareMixin):\n"

// Other ways to break the rules on modes, under the name of the example's layer.
const (
	neither = `class TimingMiddleware:
    sync_capable = False

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
`
	onlyAsync = `class TimingMiddleware:
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response

    async def __call__(self, request):
        return await self.get_response(request)
`
	onlySync = `class TimingMiddleware:
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X"] = "1"
        return response
`
	overridesAsync = `from django.utils.deprecation import MiddlewareMixin


class TimingMiddleware(MiddlewareMixin):
    async def __call__(self, request):
        return await self.get_response(request)
`
	overrides = `from django.utils.deprecation import MiddlewareMixin


class TimingMiddleware(MiddlewareMixin):
    def __call__(self, request):
        response = self.get_response(request)
        response["X"] = "1"
        return response
`
	noAsyncCode = `import asyncio

from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def TimingMiddleware(get_response):
    if asyncio.iscoroutinefunction(get_response):
        def middleware(request):
            response = get_response(request)
            response["X"] = "async"
            return response
    else:
        def middleware(request):
            response = get_response(request)
            response["X"] = "sync"
            return response
    return middleware
`
	hybridHead = `import asyncio


class Timing:
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        self.native = asyncio.iscoroutinefunction(get_response)
`
	hybridTail = `
    def __call__(self, request):
        if self.native:
            return self.__acall__(request)
        return self.get_response(request)

    async def __acall__(self, request):
        return await self.get_response(request)
`
	unmarkedHybrid = hybridHead + hybridTail
	markedHybrid   = hybridHead + `        if self.native:
            self._is_coroutine = asyncio.coroutines._is_coroutine
` + hybridTail
	throughHybrid = `class Timing:
    async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
`
	unawaitedReturn = `import asyncio


class Timing:
    sync_capable = False
    async_capable = True
    _is_coroutine = asyncio.coroutines._is_coroutine

    def __init__(self, get_response):
        self.get_response = get_response

    async def __call__(self, request):
        return self.get_response(request)
`
)
