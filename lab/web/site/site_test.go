package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stones/lab/web"
	"stones/lab/worlds"
)

var engine = web.Engine{Version: "1.2.3", Path: worlds.Sim(nil)}

// Every value that the page's knobs offer can be thrown.
func TestKnobs(t *testing.T) {
	source, err := page.ReadFile("page/knobs.js")
	if err != nil {
		t.Fatal(err)
	}
	var knobs []struct {
		Word, Start string
		Values      []string
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

// Only this computer is let in, from a page of its own, with requests of a decent size.
func TestHandler(t *testing.T) {
	server := httptest.NewServer(NewHandler(engine, "the licences"))
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
	} {
		code, header, text := ask(tt.method, tt.path, tt.host, tt.origin, tt.kind, tt.body)
		if code != tt.want || header.Get("Content-Security-Policy") != policy || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s of %q from %q: %d; want %d; %.100s", tt.method, tt.path, tt.host, tt.origin, code, tt.want, text)
		}
	}
}

// The page asks nobody else for anything, and has no style or script between its lines.
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

// Every word of the page that is no word of the lab's stands in words.js, and the page's
// elements name those that are there.
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
