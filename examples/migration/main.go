// Command migration shows a site that moves from the classic to the modern
// model: the layers of Django 1.8's default MIDDLEWARE_CLASSES in Go, on
// well-kept libraries, in four steps that all give the same answers, but for
// what the models differ in.
//
//	go run ./migration -step island -listen localhost:8000
//	go run ./migration -explain
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/mwcheck/mwcheck/mixin"
)

func main() {
	step := flag.String("step", "classic", "classic, island, upgraded or native")
	listen := flag.String("listen", "localhost:8000", "address to serve")
	announce := flag.Bool("explain", false, "say what will differ and stop")
	flag.Parse()
	site := NewSite()
	if *announce {
		for _, advice := range explain(site) {
			fmt.Print(advice)
		}
		return
	}
	for _, s := range steps {
		if s.name != *step {
			continue
		}
		h, err := s.build(site)
		if err != nil {
			log.Fatal(err)
		}
		log.Printf("%s: %s; http://%s/", s.name, s.about, *listen)
		server := &http.Server{Addr: *listen, Handler: h, ReadHeaderTimeout: 10 * time.Second}
		log.Fatal(server.ListenAndServe())
	}
	log.Fatalf("unknown step %q", *step)
}

// explain says what moving the old layers to the modern model will change.
func explain(site *Site) []mixin.Advice {
	return mixin.Explain(mixin.ModelModern, oldLayers(site)...)
}
