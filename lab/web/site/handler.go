// Package site serves the page: as it is to this computer, or packed with its engine to
// others, as a folder or as one file.
package site

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"time"

	"stones/lab"
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

// policy is the page's Content-Security-Policy: it may load and run only what is its
// own.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// licences is the name of the file of licence texts, to which the page links.
const licences = "licences.txt"

// A Site is what is served, and to whom.
type Site struct {
	Engine   web.Engine // runs the experiments of the page on this computer
	Licences string     // the licence texts of the program that serves the page
	Guests   *Guests    // nil serves this computer alone
}

// Guests are other computers. They get files, the engine among them, and cannot run
// anything here.
type Guests struct {
	Files map[string][]byte // by name
	Word  string            // a secret folder name in front of the files; empty serves everybody
}

// Handler returns the handler that serves the page.
func (s Site) Handler() http.Handler {
	own := s.own()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		origin := r.Header.Get("Origin")
		switch {
		case origin != "" && origin != "http://"+r.Host:
			http.Error(w, "this page is asked for by another one", http.StatusForbidden)
		case loopback(r.Host) && loopback(r.RemoteAddr):
			own.ServeHTTP(w, r)
		case s.Guests == nil:
			http.Error(w, "this page is for the computer that serves it", http.StatusForbidden)
		case !isNumber(r.Host):
			http.Error(w, "this page is asked for by the number of the computer that serves it", http.StatusForbidden)
		default:
			s.Guests.ServeHTTP(w, r)
		}
	})
}

// own serves this computer.
func (s Site) own() http.Handler {
	turns := make(chan struct{}, 1+runtime.GOMAXPROCS(0)) // one of them may be an experiment in real time
	mux := http.NewServeMux()
	mux.HandleFunc("GET /engine.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"http": true, "paths": append([]string{lab.Sim}, s.Engine.Real...)})
	})
	mux.HandleFunc("GET /"+licences, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, s.Licences)
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
		s.Engine.Frames(r.Context(), body, func(frame []byte) {
			_, _ = w.Write(frame)
			_ = http.NewResponseController(w).Flush() // so that each frame is shown at once
		})
	})
	mux.Handle("GET /", http.FileServerFS(Files()))
	return mux
}

// ServeHTTP serves the files.
func (g *Guests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "there are only files here", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if g.Word != "" {
		word, rest, inside := strings.Cut(name, "/")
		if name = rest; !inside || subtle.ConstantTimeCompare([]byte(word), []byte(g.Word)) == 0 {
			http.Error(w, "this page is for those who know its whole address", http.StatusForbidden)
			return
		}
	}
	name = cmp.Or(name, "index.html")
	data, ok := g.Files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, no-cache") // asked for again, not sent again
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(data)))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// Word derives the secret folder name from a key, so that the key itself is not in an
// address.
func Word(key []byte) string {
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, "stones page")
	return fmt.Sprintf("%.16x", mac.Sum(nil))
}

// loopback reports whether a host, with or without a port, is this computer.
func loopback(host string) bool {
	ip, name := number(host)
	return ip.IsLoopback() || name == "localhost"
}

// isNumber reports whether a host, with or without a port, is an IP address. That keeps
// out DNS rebinding: the pages of others have names.
func isNumber(host string) bool {
	ip, _ := number(host)
	return ip.IsValid()
}

// number returns the IP address of a host, if it is one, and its name without a port.
func number(host string) (ip netip.Addr, name string) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, _ = netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")) // invalid if it is a name
	return ip, host
}
