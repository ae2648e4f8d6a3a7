package conformance

import (
	"bytes"
	"iter"
	"net/http"
	"strconv"

	"github.com/mwcheck/mwcheck/web"
)

// streaming is a saboteur of streams; wrap copies from inner to yield.
func streaming(check, words string, wrap func(inner iter.Seq2[[]byte, error], yield func([]byte, error) bool)) LayerSaboteur {
	return after(check, words, func(_ *web.Request, res *web.Response) (*web.Response, error) {
		res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) { wrap(inner, yield) }
		})
		return res, nil
	})
}

func streamSaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		after("stream-unconsumed", "it makes a body of a stream", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if !res.Streaming() {
				return res, nil
			}
			var body bytes.Buffer
			for chunk, err := range res.Chunks() {
				if err != nil {
					return nil, err
				}
				body.Write(chunk)
			}
			res.SetBody(body.Bytes())
			return res, nil
		}),
		streaming("stream-chunks", "it sends two chunks at a time", func(inner iter.Seq2[[]byte, error], yield func([]byte, error) bool) {
			var kept []byte
			for chunk, err := range inner {
				if err != nil || kept != nil {
					if kept = append(kept, chunk...); !yield(kept, err) {
						return
					}
					kept = nil
					continue
				}
				kept = append([]byte{}, chunk...)
			}
			if kept != nil {
				yield(kept, nil)
			}
		}),
		streaming("stream-whole", "it stops after two chunks", func(inner iter.Seq2[[]byte, error], yield func([]byte, error) bool) {
			n := 0
			for chunk, err := range inner {
				if n++; !yield(chunk, err) || n == 2 {
					return
				}
			}
		}),
		streaming("stream-errors", "it ends a stream that failed as if it were whole", func(inner iter.Seq2[[]byte, error], yield func([]byte, error) bool) {
			for chunk, err := range inner {
				if err != nil || !yield(chunk, nil) {
					return
				}
			}
		}),
		streaming("stream-stops", "it goes on asking when nobody takes chunks any more", func(inner iter.Seq2[[]byte, error], yield func([]byte, error) bool) {
			taken := true
			for chunk, err := range inner {
				taken = taken && yield(chunk, err)
			}
		}),
		after("old-stream-closed", "it replaces a stream and leaves the old response open", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if res.Streaming() {
				return web.Text(http.StatusOK, "no streams here"), nil
			}
			return res, nil
		}),
		after("open-until-sent", "it closes the response that it returns", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			res.Close()
			return res, nil
		}),
	}
}

func bodySaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		after("content-length", "it adds to the body and leaves the Content-Length as it was", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if body, err := res.Body(); err == nil && len(body) > 0 {
				res.SetBody(append(bytes.Clone(body), "<!-- served -->"...))
			}
			return res, nil
		}),
		after("no-body", "it adds a body to an answer that has none", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if res.StatusCode() == http.StatusNoContent {
				res.SetBody([]byte("<!-- served -->"))
			}
			return res, nil
		}),
		after("head-length", "it makes the Content-Length of HEAD from the missing body", func(r *web.Request, res *web.Response) (*web.Response, error) {
			if body, err := res.Body(); err == nil && r.Method == http.MethodHead {
				res.Header().Set("Content-Length", strconv.Itoa(len(body)))
			}
			return res, nil
		}),
	}
}

func headerSaboteurs() []LayerSaboteur {
	header := func(check, words string, f func(r *web.Request, h http.Header)) LayerSaboteur {
		return after(check, words, func(r *web.Request, res *web.Response) (*web.Response, error) {
			f(r, res.Header())
			return res, nil
		})
	}
	return []LayerSaboteur{
		header("header-names", "it sets a header field whose name has a space", func(_ *web.Request, h http.Header) { h["Served By"] = []string{"saboteur"} }),
		header("header-values", "it puts a parameter of the query into a header as it is", func(r *web.Request, h http.Header) { h.Set("X-Next", r.URL.Query().Get("next")) }),
		header("vary-kept", "it sets Vary", func(_ *web.Request, h http.Header) { h.Set("Vary", "Cookie") }),
		header("cookies-kept", "it sets Set-Cookie", func(_ *web.Request, h http.Header) { h.Set("Set-Cookie", "seen=1") }),
		after("status-range", "it makes up a status", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if res.StatusCode() == http.StatusNotFound {
				res.Status = 799
			}
			return res, nil
		}),
		header("etag-quoted", "its ETag has no quotes", func(_ *web.Request, h http.Header) { h.Set("ETag", "abc") }),
		after("header-before-body", "it sets a header when the stream is under way", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
				return func(yield func([]byte, error) bool) {
					inner(yield)
					res.Header().Set("X-Served", "1")
				}
			})
			return res, nil
		}),
	}
}
