package site

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/web"
	"stones/lab/worlds"
)

var engine = web.Engine{Version: "1.2.3", Path: worlds.Bounded(web.MaxTurns)}

// Every value that the page's knobs offer can be thrown.
func TestKnobs(t *testing.T) {
	source, err := page.ReadFile("page/knobs.js")
	if err != nil {
		t.Fatal(err)
	}
	var knobs []struct {
		Word, Start string
		Values      []string
		Wire        bool
	}
	texts, err := page.ReadFile("page/words.js")
	if err != nil {
		t.Fatal(err)
	}
	_, said, _ := strings.Cut(string(texts), "knobs: {")
	said, _, _ = strings.Cut(said, "}")
	text := string(source)
	if err := json.Unmarshal([]byte(text[strings.Index(text, "["):]), &knobs); err != nil {
		t.Fatal(err)
	}
	var start []string
	for _, k := range knobs {
		if !slices.Contains(k.Values, k.Start) || !strings.Contains(" "+said, " "+k.Word+": '") {
			t.Errorf("%+v", k)
		}
		if known, _ := knob.Find(k.Word); k.Wire != (known.Needs == lab.AWire) {
			t.Errorf("%s: wire %v; want %v", k.Word, k.Wire, !k.Wire)
		}
		start = append(start, fmt.Sprintf(`{"word":%q,"text":%q}`, k.Word, k.Start))
	}
	for i, k := range knobs {
		for _, v := range k.Values {
			set := slices.Clone(start)
			set[i] = fmt.Sprintf(`{"word":%q,"text":%q}`, k.Word, v)
			if k.Word == "delay" { // which jitter may not exceed
				set = slices.DeleteFunc(set, func(s string) bool { return strings.Contains(s, "jitter") })
			}
			if frame := engine.Frame(t.Context(), []byte(`{"set":[`+strings.Join(set, ",")+`]}`)); bytes.Contains(frame, []byte(`"error":{`)) {
				t.Errorf("%s %s: %.200q", k.Word, v, frame)
			}
		}
	}
}

// The engine that a program carries is used if it was built from the same commit.
func TestKept(t *testing.T) {
	files := fstest.MapFS{"source": {Data: []byte("c0ffee\n")}, "engine.wasm.gz": {Data: []byte("engine")}, "wasm_exec.js": {Data: []byte("go")}, "licences.txt": {Data: []byte("free")}, ".gitkeep": {}}
	if p, ok := kept(files, "c0ffee"); !ok || string(p.Engine) != "engine" || string(p.Exec) != "go" || p.Licences != "free" {
		t.Errorf("%+v %v", p, ok)
	}
	for _, commit := range []string{"", "c0ffee, changed", "c0ffe"} {
		if _, ok := kept(files, commit); ok {
			t.Errorf("the engine of another commit is used for %q", commit)
		}
	}
	for name := range files {
		fewer := maps.Clone(files)
		if delete(fewer, name); name == ".gitkeep" {
			continue
		}
		if _, ok := kept(fewer, "c0ffee"); ok {
			t.Errorf("it is used without %s", name)
		}
	}
}

// Only this computer may run experiments, from its own page and with requests of
// limited size.
func TestHandler(t *testing.T) {
	server := httptest.NewServer(Site{Engine: engine, Licences: "the licences"}.Handler())
	defer server.Close()
	ask := func(method, path, host, origin, kind, body string) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		r.Header.Set("Content-Type", kind)
		got, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, got.Header, string(text)
	}
	const small = `{"id":1,"set":[{"word":"count","text":"5"}]}`
	for _, tt := range []struct {
		method, path, host, origin, kind, body string
		want                                   int
	}{
		{"GET", "/", "", "", "", "", 200},
		{"GET", "/main.js", "localhost", "", "", "", 200},
		{"GET", "/licences.txt", "", "", "", "", 200},
		{"GET", "/engine.json", "[::1]:80", "", "", "", 200},
		{"POST", "/run", "", server.URL, "application/json", small, 200},
		{"POST", "/run", "", "", "application/json", small, 200},
		{"GET", "/", "evil.example", "", "", "", 403},
		{"GET", "/", "127.0.0.1.evil.example", "", "", "", 403},
		{"GET", "/", "192.0.2.7", "", "", "", 403},
		{"POST", "/run", "", "http://evil.example", "application/json", small, 403},
		{"POST", "/run", "", "null", "application/json", small, 403},
		{"POST", "/run", "", "", "text/plain", small, 415},
		{"POST", "/run", "", "", "application/json", strings.Repeat(" ", web.MaxRequest+1), 413},
		{"GET", "/run", "", "", "", "", 404},
		{"GET", "/../frame.go", "", "", "", "", 404},
		{"PUT", "/", "", "", "", "", 405},
		{"GET", "/", "[::1]", "", "", "", 200},
	} {
		code, header, text := ask(tt.method, tt.path, tt.host, tt.origin, tt.kind, tt.body)
		if code != tt.want || header.Get("Content-Security-Policy") != policy || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s of %q from %q: %d; want %d; %.100s", tt.method, tt.path, tt.host, tt.origin, code, tt.want, text)
		}
	}
}

// Others get files, and only if they know the word; no request of theirs runs anything.
// For this computer nothing changes.
func TestGuests(t *testing.T) {
	word := Word([]byte("a key of sixteen bytes"))
	if len(word) != 32 || word == Word([]byte("a key of sixteen bytez")) || strings.Contains(word, "key") {
		t.Errorf("the word is %q", word)
	}
	files := map[string][]byte{"index.html": []byte("<p>hi"), "engine.wasm.gz": []byte("\x1f\x8bwasm"), "engine.json": []byte(`{"http":false}`)}
	const here, there = "127.0.0.1:5", "192.0.2.9:5"
	for _, tt := range []struct {
		word                             string
		method, path, host, from, origin string
		want                             int
		says                             string
	}{
		{"", "GET", "/", "192.0.2.7:80", there, "", 200, "<p>hi"},
		{"", "HEAD", "/", "192.0.2.7:80", there, "", 200, ""},
		{"", "GET", "/engine.wasm.gz", "[2001:db8::7]:80", there, "http://[2001:db8::7]:80", 200, "wasm"},
		{"", "GET", "/engine.json", "192.0.2.7", there, "", 200, `{"http":false}`},
		{"", "GET", "/engine.json", "127.0.0.1", here, "", 200, `{"http":true`},
		{"", "GET", "/engine.json", "127.0.0.1", there, "", 200, `{"http":false}`}, // a forged Host header
		{"", "GET", "/engine.json", "192.0.2.7", here, "", 200, `{"http":false}`},  // behind a tunnel
		{"", "POST", "/run", "192.0.2.7", there, "", 405, ""},
		{"", "POST", "/run", "127.0.0.1", there, "", 405, ""},
		{"", "POST", "/run", "localhost:80", there, "http://localhost:80", 403, "by the number"},
		{"", "GET", "/run", "192.0.2.7", there, "", 404, ""},
		{"", "GET", "/../../etc/passwd", "192.0.2.7", there, "", 404, ""},
		{"", "GET", "/", "evil.example", there, "", 403, "by the number"},
		{"", "GET", "/", "192.0.2.7.evil.example", there, "", 403, "by the number"},
		{"", "GET", "/", "192.0.2.7", there, "http://evil.example", 403, "by another one"},
		{word, "GET", "/" + word + "/", "192.0.2.7", there, "", 200, "<p>hi"},
		{word, "GET", "/" + word + "/engine.wasm.gz", "192.0.2.7", there, "", 200, "wasm"},
		{word, "GET", "/", "192.0.2.7", there, "", 403, "whole address"},
		{word, "GET", "/" + word, "192.0.2.7", there, "", 403, "whole address"},
		{word, "GET", "/" + word[1:] + "0/", "192.0.2.7", there, "", 403, "whole address"},
		{word, "GET", "/engine.wasm.gz", "192.0.2.7", there, "", 403, "whole address"},
		{word, "GET", "/engine.json", "127.0.0.1", here, "", 200, `{"http":true`},
	} {
		site := Site{Engine: engine, Guests: &Guests{Files: files, Word: tt.word}}
		r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader(`{"id":1}`))
		r.Host, r.RemoteAddr = tt.host, tt.from
		r.Header.Set("Content-Type", "application/json")
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		w := httptest.NewRecorder()
		site.Handler().ServeHTTP(w, r)
		if w.Code != tt.want || !strings.Contains(w.Body.String(), tt.says) || w.Header().Get("Content-Security-Policy") != policy {
			t.Errorf("%s %s of %s from %s (%q): %d %.80q; want %d with %q", tt.method, tt.path, tt.host, tt.from, tt.origin, w.Code, w.Body, tt.want, tt.says)
		}
		if tag := w.Header().Get("ETag"); tag != "" {
			r.Header.Set("If-None-Match", tag)
			w = httptest.NewRecorder()
			if site.Handler().ServeHTTP(w, r); w.Code != http.StatusNotModified {
				t.Errorf("%s is sent again: %d", tt.path, w.Code)
			}
		}
	}
}

// A thousand hostile requests, of this computer and of others, are rejected in one
// line, or answered like any other; afterwards everything works as before.
func TestHostileRequests(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 6))
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	site := Site{Engine: engine, Guests: &Guests{Files: map[string][]byte{"index.html": []byte("hi")}, Word: Word([]byte("key"))}}
	handler := site.Handler()
	const good = `{"id":1,"set":[{"word":"count","text":"5"},{"word":"loss","text":"5%"}],"with":["go-back-n"]}`
	seen := map[int]int{}
	for range 1000 {
		body := []byte(good)
		for range dice.IntN(4) {
			body[dice.IntN(len(body))] = byte(dice.IntN(256))
		}
		if dice.IntN(4) == 0 {
			body = []byte(pick("", "null", "[]", "{}", `{"set":null}`, `{"set":[{}]}`, strings.Repeat("[", 100_000), strings.Repeat(" ", web.MaxRequest+5), `{"id":1e999}`, `{"lesson":{}}`, `{"lesson":{"file":{}}}`, `{"course":true,"record":"x"}`, string(body[:dice.IntN(len(body))])))
		}
		method, path := pick("GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"), pick("/run", "/run", "/run", "/run", "/", "//", "/run/", "/../page.go", "/%2e%2e/%2e%2e/etc/passwd", "/main.js", "/engine.json", "/.git/config", "/a\u202eb", "/"+strings.Repeat("a", 5000))
		r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", bytes.NewReader(body))
		r.URL.Path, r.RequestURI = path, path
		r.Host = pick("127.0.0.1", "127.0.0.1:80", "localhost", "[::1]", "evil.example", "", "127.0.0.1.evil.example", "[", "192.0.2.7", "localhost:80:80", "\x00")
		r.RemoteAddr = pick("127.0.0.1:5", "127.0.0.1:5", "127.0.0.1:5", "[::1]:5", "192.0.2.9:5", "")
		if dice.IntN(3) == 0 {
			r.Header.Set("Origin", pick("null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1.evil.example", "file://", "\r\n"))
		}
		r.Header.Set("Content-Type", pick("application/json", "application/json", "application/json", "text/plain", "", "application/json; charset=utf-8"))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		seen[w.Code]++
		said := w.Body.String()
		switch {
		case w.Code == http.StatusOK && method == http.MethodPost:
			head := said[4 : 4+binary.LittleEndian.Uint32(w.Body.Bytes())]
			if strings.Contains(head, `"error":{`) == strings.Contains(head, `"result":{`) && !strings.Contains(head, `"course":[`) && !strings.Contains(head, `"lesson":{`) {
				t.Errorf("%q: %.200s", body, head)
			}
		case w.Code >= 500, w.Code >= 400 && strings.Count(said, "\n") > 1, w.Header().Get("Content-Security-Policy") != policy:
			t.Errorf("%s %.40q of %q from %q: %d %.100q", method, path, r.Host, r.RemoteAddr, w.Code, said)
		}
	}
	for _, code := range []int{200, 403, 404, 405, 413, 415} {
		if seen[code] == 0 {
			t.Errorf("none is answered with %d: %v", code, seen)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/run", strings.NewReader(good))
	r.RemoteAddr = "127.0.0.1:5"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if handler.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"result":{`) {
		t.Errorf("behind them: %d", w.Code)
	}
}

// The page loads nothing from elsewhere, and has no inline style or script.
func TestPageIsItsOwn(t *testing.T) {
	entries, err := page.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := page.ReadFile("page/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`(https?:)?//[a-z0-9.-]+\.[a-z]{2,}|\son[a-z]+="|\sstyle="`).FindAllString(string(text), -1); len(found) > 0 && !slices.Equal(found, []string{"http://www.w3.org"}) {
			t.Errorf("%s: %q", e.Name(), found)
		}
	}
}

// All words of the page that the lab does not write are in words.js, and the page's
// elements name only words that are there.
func TestWordsStandInOnePlace(t *testing.T) {
	index, err := page.ReadFile("page/index.html")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := page.ReadFile("page/words.js")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(index), "<header>")
	body, _, _ = strings.Cut(body, "<noscript>")
	for _, found := range regexp.MustCompile(`>([^<>]*[a-zA-Z]{2}[^<>]*)<`).FindAllStringSubmatch(body, -1) {
		if text := strings.TrimSpace(found[1]); text != "Stones" && text != "0 ms" {
			t.Errorf("index.html says %q by itself", text)
		}
	}
	if strings.Contains(body, "aria-label=") {
		t.Error("index.html gives a name by itself, and not with data-label")
	}
	for kind, list := range map[string]string{"word": "page", "label": "labels"} {
		_, block, _ := strings.Cut(string(texts), "\n  "+list+": {")
		block, _, _ = strings.Cut(block, "\n  }")
		for _, found := range regexp.MustCompile(`data-`+kind+`="(\w+)"`).FindAllStringSubmatch(body, -1) {
			if !strings.Contains(block, "\n    "+found[1]+": '") {
				t.Errorf("words.js has no %s %s", kind, found[1])
			}
		}
	}
	entries, err := page.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile("(?m)^ *[^/ \n].*('[A-Z][a-z]+ [a-z]{2,}|`[^`\n]*\\} [a-z ]{4,})")
	for _, e := range entries {
		source, err := page.ReadFile("page/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains([]string{"words.js", "worker.js"}, e.Name()) && strings.HasSuffix(e.Name(), ".js") {
			for _, line := range said.FindAllString(string(source), -1) {
				t.Errorf("%s says by itself: %s", e.Name(), line)
			}
		}
	}
}
