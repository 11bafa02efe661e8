//go:build !js

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"stones/lab/lesson"
	"stones/lab/web"
	"stones/lab/worlds"

	"github.com/chromedp/chromedp"
)

// randomSet is a setting of some knobs, each of which fits the others.
func randomSet(dice *rand.Rand) []web.Setting {
	set := []web.Setting{{Word: "seed", Text: fmt.Sprint(dice.IntN(1000) + 1)}, {Word: "reorder", Text: "0%"}}
	for _, k := range []struct {
		word   string
		values []string
	}{
		{"loss", []string{"0%", "1%", "5%", "20%"}},
		{"delay", []string{"10ms", "20ms", "100ms"}},
		{"count", []string{"10", "100", "300"}},
		{"rate", []string{"20", "200", "1000"}},
		{"size", []string{"33", "1000", "4000"}},
		{"jitter", []string{"0ms", "5ms"}},
		{"duplicate", []string{"0%", "5%"}},
		{"corrupt", []string{"0%", "2%"}},
		{"bandwidth", []string{"1Mbit", "10Mbit"}},
		{"queue", []string{"5", "100", "100:fq_codel"}},
		{"together", []string{"true", "false"}},
		{"ipv6", []string{"true", "false"}},
	} {
		set = append(set, web.Setting{Word: k.word, Text: k.values[dice.IntN(len(k.values))]})
	}
	return set
}

// The engine in a browser gives the bytes that the program gives, for every lesson and
// for 20 random experiments. In the film of each, every stone of a lane that is due is
// in one place at each of 20 instants, and at the end in that of the table.
func TestPageFrames(t *testing.T) {
	browser := chromium(t)
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	var requests []web.Request
	for _, l := range lessons {
		requests = append(requests, web.Request{Lesson: &web.Lesson{Name: l.Name, Throw: true, Predicted: "7"}})
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		requests = append(requests, web.Request{Set: randomSet(dice)})
	}
	b := visitWritten(t, browser)
	b.run(filmed)
	native := web.Engine{Version: version, Path: worlds.Bounded(web.MaxTurns)}
	for _, r := range requests {
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		want := native.Frame(t.Context(), body)
		if bytes.Contains(want[:min(len(want), 200)], []byte(`"error":{`)) {
			t.Errorf("%s: %.300q", body, want)
		}
		b.run(fmt.Sprintf(`stones.ask(%q).then(got => { filmed(got); return crypto.subtle.digest("SHA-256", got) }).then(sum => { window.sum = [...new Uint8Array(sum)].map(b => b.toString(16).padStart(2, "0")).join("") })`, body))
		if got := value[string](b, `window.sum`); got != fmt.Sprintf("%x", sha256.Sum256(want)) {
			t.Errorf("%s: the browser gives other bytes than the program", body)
		}
		if wrong := value[[]string](b, `wrong`); len(wrong) > 0 || value[int](b, `looked`) < 20 {
			t.Errorf("%s: the film has %q", body, wrong)
		}
	}
}

// visitWritten writes the page as a folder, and opens that in the browser.
func visitWritten(t *testing.T, browser string) *browsed {
	t.Helper()
	return visitFolder(t, browser, func(files http.Handler) http.Handler { return files })
}

// visitFolder is visitWritten with a handler between the files and the browser.
func visitFolder(t *testing.T, browser string, between func(files http.Handler) http.Handler) *browsed {
	t.Helper()
	t.Chdir("../..")
	out := filepath.Join(t.TempDir(), "page")
	var stderr bytes.Buffer
	if code := (program{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &stderr}).exec(t.Context(), []string{"page", "--out", out}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	files := httptest.NewServer(between(http.FileServer(http.Dir(out))))
	t.Cleanup(files.Close)
	return visit(t, browser, files.URL+"/")
}

// If the engine breaks, the page says so, and the next move of a knob starts a new one.
func TestPageEngineBreaks(t *testing.T) {
	const breaks = `
ready.then(() => {
	const sound = stonesFrame
	stonesFrame = data => {
		if (!data.includes('"77ms"')) return sound(data)
		stonesFrame = () => { throw new Error('Go program has already exited') }
	}
})`
	b := visitFolder(t, chromium(t), func(files http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "worker.js") {
				files.ServeHTTP(w, r)
				return
			}
			read := httptest.NewRecorder()
			files.ServeHTTP(read, r)
			w.Header().Set("Content-Type", read.Header().Get("Content-Type"))
			fmt.Fprint(w, read.Body, breaks)
		})
	})
	b.run(`stones.state.set.delay = "77ms"; stones.throwAll()`)
	b.do(chromedp.Poll[chromedp.Void](`document.getElementById("trouble").textContent.length > 0`))
	if got := value[string](b, `document.getElementById("trouble").textContent`); !strings.Contains(got, "engine") {
		t.Errorf("the page says %q", got)
	}
	b.run(`document.getElementById("reset").click()`)
	b.settle()
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("afterwards the page shows %v, its command gives %v", shown, thrown)
	}
}

// filmed looks into the film of a frame: at each of 20 instants, how many stones of a lane
// are where by the film, beside what the frame's own columns say of them. A stone that is
// thrown as fast as it goes and lost is due at no time that is known.
const filmed = `window.filmed = got => {
	window.wrong = []
	window.looked = 0
	const frame = stones.decode(got), film = stones.film
	film.show(frame)
	for (const l of film.lanes) {
		const flow = frame.flows.find(f => f.name === l.name), s = flow.stones, x = flow.outcome, many = test => [...s.number.keys()].filter(test).length
		for (let k = 1; k <= 20; k++) {
			looked++
			const t = film.end * k / 20, c = film.counts(l, t)
			const due = many(i => !(s.due[i] > t)), caught = many(i => s.first[i] <= t)
			if (c.due !== due || c.caught !== caught || c.caught + c.hand + c.road + c.waiting + c.lost !== due || Object.values(c).some(n => n < 0)) wrong.push(l.name + " at " + t + ": " + JSON.stringify(c) + " where " + due + " are due and " + caught + " caught")
		}
		const c = film.counts(l, film.end)
		if (c.caught !== x.delivered || c.lost !== x.lost || c.caught + c.lost !== c.due) wrong.push(l.name + " ends with " + JSON.stringify(c) + " for " + x.delivered + " delivered and " + x.lost + " lost")
	}
	if (film.lanes.length === 0) wrong.push("no lane")
}`

// A thousand hostile requests, links and lesson files are rejected in one line, or
// answered like any other.
func TestPageHostile(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	words := []string{"loss", "count", "rate", "path", "to", "out", "experiment", "file", "seed", "__proto__", "", "-loss", "with", "pcap", "delay", "listen"}
	texts := []string{"-1", "1e999", "NaN", "101%", "1%,2%", "<script>alert(1)</script>", "\u202e", "\x1b[2J", "../../etc/passwd", "99999999999999999999", "$(reboot)", "5", "0%", strings.Repeat("9", 5000), "\x00"}
	word := func() string { return words[dice.IntN(len(words))] }
	text := func() string { return texts[dice.IntN(len(texts))] }
	refused := 0
	for i := range 1000 {
		var r web.Request
		switch i % 4 {
		case 0:
			for range 1 + dice.IntN(4) {
				r.Set = append(r.Set, web.Setting{Word: word(), Text: text()})
			}
		case 1:
			r.Set, r.With, r.Flow, r.At, r.Every = []web.Setting{{Word: "count", Text: "5"}}, []string{text()}, []string{"tcp " + word() + "=" + text()}, []string{text()}, []string{text()}
		case 2:
			r.Lesson, r.Record = &web.Lesson{Name: text(), Throw: true, Predicted: text()}, text()
		case 3: // a lesson file with bytes of it changed, or a line that is put in
			data := lesson.Start()
			for range 1 + dice.IntN(5) {
				data[dice.IntN(len(data))] = byte(dice.IntN(256))
			}
			lines := strings.SplitAfter(string(data), "\n")
			at := dice.IntN(len(lines))
			lines[at] += word() + " " + text() + "\n"
			r.Lesson = &web.Lesson{File: &web.File{Name: "my.txtar", Text: strings.Join(lines, "")}}
		}
		h := answered(t, r)
		if h.Error == nil {
			continue
		}
		refused++
		if line := h.Error.Text; line == "" || len(line) > 20_000 || strings.ContainsAny(line, "\n\x00\x1b\u202e") || h.Result != nil || h.Lesson != nil || h.Record != "" {
			t.Errorf("%+v: %.300q", r, line)
		}
	}
	if refused < 700 {
		t.Errorf("%d of 1000 are refused", refused)
	}
}
