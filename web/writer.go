package web

import (
	"bufio"
	"fmt"
	"maps"
	"net"
	"net/http"
)

// Header is that of http.ResponseWriter.
func (x *exchange) Header() http.Header { return x.header }

// WriteHeader notes the status; an informational one is sent at once.
func (x *exchange) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %v", status))
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		// Without a server there is nobody to inform.
		_ = x.r.Inform(status, x.header)
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.writeHeader(status)
}

func (x *exchange) writeHeader(status int) {
	if x.status == 0 && x.adopted == nil {
		x.status, x.sent = status, maps.Clone(x.header)
	}
}

// Write adds to the body.
func (x *exchange) Write(p []byte) (int, error) {
	x.release()
	x.mu.Lock()
	x.writeHeader(http.StatusOK)
	switch {
	case x.over:
		x.cut = true
		x.mu.Unlock()
		return 0, errNobodyReads
	case !bodyAllowed(x.status):
		x.mu.Unlock()
		return 0, http.ErrBodyNotAllowed
	case !x.stream:
		x.buf = append(x.buf, p...)
		full := len(x.buf) >= bufferLimit
		x.mu.Unlock()
		if full {
			return len(p), x.begin()
		}
		return len(p), nil
	}
	x.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := x.hand(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// hand gives a chunk to the consumer and waits until it is done with it.
func (x *exchange) hand(chunk []byte) error {
	select {
	case x.chunks <- chunk:
		select {
		case <-x.taken:
			return nil
		case <-x.quit:
		}
	case <-x.quit:
	}
	x.mu.Lock()
	x.cut = true
	x.mu.Unlock()
	return errNobodyReads
}

// begin makes the response a stream and hands over what has been written.
func (x *exchange) begin() error {
	x.mu.Lock()
	if x.stream || x.over {
		x.mu.Unlock()
		return nil
	}
	x.writeHeader(http.StatusOK)
	x.stream = true
	buf := x.buf
	x.buf = nil
	x.mu.Unlock()
	close(x.begun)
	if len(buf) == 0 {
		return nil
	}
	return x.hand(buf)
}

// Flush makes the response a stream.
func (x *exchange) Flush() { _ = x.FlushError() }

// FlushError is Flush for http.ResponseController. Where the response from
// further in is the answer as it is, there is nothing to flush.
func (x *exchange) FlushError() error {
	x.mu.Lock()
	adopted := x.adopted != nil
	x.mu.Unlock()
	if adopted {
		return nil
	}
	return x.begin()
}

// Hijack is refused: a stack answers with a response.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return nil, nil, fmt.Errorf("%w: a handler inside a stack of layers cannot hijack the connection; serve it outside the stack", http.ErrNotSupported)
}

// adopt makes the response from further in the answer as it is, if nothing has
// been written yet.
func (x *exchange) adopt(res *Response, child *Request) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.status != 0 || x.adopted != nil || x.over {
		return false
	}
	header := maps.Clone(x.header)
	mergeHeader(header, res.header)
	res.header = header
	x.adopted, x.adopter = res, child
	return true
}

// release writes an adopted response after all, as the middleware adds to it.
func (x *exchange) release() {
	x.mu.Lock()
	res, child := x.adopted, x.adopter
	x.adopted = nil
	if res != nil {
		x.header = make(http.Header)
	}
	x.mu.Unlock()
	if res != nil {
		x.write(x, child, res)
	}
}
