// Package site gives out the page: its files as they are, to this computer alone, or
// packed with the engine in it, as a folder or as one file.
package site

import (
	"embed"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"runtime"

	"stones/lab/web"
)

// page holds the page's files, as they are.
//
//go:embed page
var page embed.FS

// Files are those of the page.
func Files() fs.FS {
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // the folder is there
	}
	return files
}

// policy is what the page may load and run: what is its own.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// licences is the name of the file of licence texts, to which the page leads.
const licences = "licences.txt"

// NewHandler returns what serves the page to this computer alone, and the licence texts of
// what serves it, and runs what the page asks for.
func NewHandler(g web.Engine, texts string) http.Handler {
	files := http.FileServerFS(Files())
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /engine.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"http":true,"paths":["sim"]}`+"\n")
	})
	mux.HandleFunc("GET /"+licences, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, texts)
	})
	mux.HandleFunc("POST /run", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "a request is application/json", http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, web.MaxRequest))
		if err != nil {
			http.Error(w, "a request has at most 256 kB", http.StatusRequestEntityTooLarge)
			return
		}
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(g.Frame(r.Context(), body))
	})
	mux.Handle("GET /", files)
	return guarded(mux)
}

// guarded lets in only who asks for this computer by its own name or number, from a
// page of its own: a page elsewhere cannot reach it, whatever its name is made to mean.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		origin := r.Header.Get("Origin")
		if !loopback(r.Host) || origin != "" && origin != "http://"+r.Host {
			http.Error(w, "this page is for the computer that serves it", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopback reports whether a host, with a port or without, is this computer.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
