//go:build !js

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Others who know the address get the page with the engine in it, and can run nothing;
// this computer gets it as always.
func TestPageForOthers(t *testing.T) {
	browser := chromium(t)
	if len(outward()) == 0 {
		t.Skip("this computer has no address that others reach")
	}
	key := filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(key, []byte("sixteen bytes and more\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	said := servedPage(t, "page", "--listen", "0.0.0.0:0", "--key-file", key)
	if len(said) < 2 || !strings.HasPrefix(said[0], "http://127.0.0.1:") || !strings.HasSuffix(said[1], " for others") {
		t.Fatalf("it prints %q", said)
	}
	own, theirs := said[0], strings.TrimSuffix(said[1], " for others")
	ask := func(method, address string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(`{"set":[{"word":"count","text":"5"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, string(text)
	}
	at, _, _ := strings.Cut(strings.TrimPrefix(theirs, "http://"), "/")
	for _, tt := range []struct {
		method, address string
		want            int
	}{
		{"POST", own + "run", 200},
		{"GET", theirs + "engine.wasm.gz", 200},
		{"POST", theirs + "run", 405},
		{"POST", "http://" + at + "/run", 405},
		{"GET", "http://" + at + "/", 403},
		{"GET", "http://" + at + "/engine.wasm.gz", 403},
	} {
		if code, text := ask(tt.method, tt.address); code != tt.want {
			t.Errorf("%s %s: %d %.100q; want %d", tt.method, tt.address, code, text, tt.want)
		}
	}
	b := visit(t, browser, theirs)
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("others are shown %v, and the command gives %v", shown, thrown)
	}
	if said := value[string](b, `document.getElementById("engine").textContent`); !strings.Contains(said, "this browser") {
		t.Errorf("it says %q", said)
	}
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}
