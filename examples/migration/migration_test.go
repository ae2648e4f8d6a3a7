package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answer is what a client sees of a response.
type answer struct {
	Status  int
	Body    string
	Headers map[string]string
	Cookies []string
}

var shown = []string{
	"Location", "Content-Type", "X-Frame-Options", "X-Content-Type-Options", "X-Xss-Protection", "Vary", "Access-Control-Allow-Origin",
}

var tokenLine = regexp.MustCompile(`token (\S+)`)

// visit walks through the site as one client over a real connection.
func visit(t *testing.T, build func(*Site) (http.Handler, error)) (names []string, answers map[string]answer) {
	t.Helper()
	site := NewSite()
	h, err := build(site)
	require.NoError(t, err)
	srv := httptest.NewServer(h)
	defer srv.Close()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := srv.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	token := ""
	answers = map[string]answer{}
	ask := func(name, method, path string, form url.Values, header ...string) {
		req, err := http.NewRequest(method, srv.URL+path, strings.NewReader(form.Encode()))
		require.NoError(t, err)
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := client.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		if m := tokenLine.FindSubmatch(body); m != nil {
			token = string(m[1])
		}
		a := answer{res.StatusCode, string(tokenLine.ReplaceAll(body, []byte("token"))), map[string]string{}, nil}
		for _, key := range shown {
			if values := res.Header.Values(key); len(values) > 0 {
				slices.Sort(values)
				a.Headers[key] = strings.Join(values, ", ")
			}
		}
		for _, c := range res.Cookies() {
			a.Cookies = append(a.Cookies, c.Name)
		}
		slices.Sort(a.Cookies)
		names = append(names, name)
		answers[name] = a
	}
	ask("home", "GET", "/", nil)
	ask("login without token", "POST", "/login/", url.Values{"user": {"ada"}})
	ask("login", "POST", "/login/", url.Values{"user": {"ada"}, "csrf_token": {token}})
	ask("home with message", "GET", "/", nil)
	ask("home again", "GET", "/", nil)
	ask("login of nobody", "POST", "/login/", url.Values{"user": {"bob"}, "csrf_token": {token}})
	site.users.Set(User{"ada", "second"})
	ask("home after a new password", "GET", "/", nil)
	ask("missing page", "GET", "/missing/", nil)
	ask("error", "GET", "/boom/", nil)
	ask("other origin", "GET", "/", nil, "Origin", "https://partner.example")
	ask("missing slash", "GET", "/login", nil)
	ask("preflight", "OPTIONS", "/", nil, "Origin", "https://partner.example", "Access-Control-Request-Method", "GET")
	return names, answers
}

// innerHeaders are what the layers further in than a short-circuit set in
// their process_response.
var innerHeaders = []string{"X-Frame-Options", "X-Content-Type-Options", "X-Xss-Protection"}

// TestSteps: every step gives the same answers as the classic stack. The one
// difference is that of the models: a response of a layer that answers without
// calling what is further in does not come past the layers further in, so it
// lacks their headers. The redirect of "common" is such a response from the
// upgraded step on, and the preflight of the layer outside of the island from
// the first step on.
func TestSteps(t *testing.T) {
	names, classic := visit(t, classicStack)
	require.Equal(t, "hello anonymous\ntoken", classic["home"].Body)
	require.Equal(t, []string{"csrf_token"}, classic["home"].Cookies)
	require.Equal(t, 400, classic["login without token"].Status)
	require.Equal(t, 302, classic["login"].Status)
	require.Equal(t, []string{"session"}, classic["login"].Cookies)
	require.Equal(t, "hello ada\nwelcome, ada\ntoken", classic["home with message"].Body)
	require.Equal(t, "hello ada\ntoken", classic["home again"].Body)
	require.Equal(t, 403, classic["login of nobody"].Status)
	require.Equal(t, "hello anonymous\ntoken", classic["home after a new password"].Body)
	require.Equal(t, 404, classic["missing page"].Status)
	require.Equal(t, 500, classic["error"].Status)
	require.Equal(t, "https://partner.example", classic["other origin"].Headers["Access-Control-Allow-Origin"])
	require.Equal(t, 301, classic["missing slash"].Status)
	require.Equal(t, 204, classic["preflight"].Status)
	for _, name := range names {
		require.Equal(t, "SAMEORIGIN", classic[name].Headers["X-Frame-Options"], "every response of the classic stack: %s", name)
		require.Equal(t, "nosniff", classic[name].Headers["X-Content-Type-Options"], name)
	}
	differ := map[string][]string{
		"classic":  nil,
		"island":   {"preflight"},
		"upgraded": {"missing slash", "preflight"},
		"native":   {"missing slash", "preflight"},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			_, got := visit(t, step.build)
			for _, name := range names {
				want := classic[name]
				if slices.Contains(differ[step.name], name) {
					headers := map[string]string{}
					for key, value := range want.Headers {
						if !slices.Contains(innerHeaders, key) {
							headers[key] = value
						}
					}
					require.Less(t, len(headers), len(want.Headers))
					want.Headers = headers
				}
				require.Equal(t, want, got[name], name)
			}
		})
	}
}

// Explain announces the difference.
func TestExplained(t *testing.T) {
	var text strings.Builder
	for _, a := range explain(NewSite()) {
		fmt.Fprint(&text, a)
	}
	require.Contains(t, text.String(), "*main.Common: upgrade\n  if process_request answers: process_response of "+
		"*main.CSRF, *main.MessagesLayer, *main.Clickjacking, *main.Security no longer runs; an island of *main.Common, ")
}
