//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stones/lab/web"
	"stones/lab/worlds"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browsed is a page in a browser.
type browsed struct {
	*testing.T
	ctx      context.Context
	troubles []string // what the browser's console says, and requests to elsewhere
}

// browse opens the served page in a browser, or skips the test where there is none.
func browse(t *testing.T) *browsed {
	t.Helper()
	browser := chromium(t)
	said := servedPage(t, "page")
	return visit(t, browser, strings.TrimSpace(said[0]))
}

// servedPage runs stones page until the test ends, and returns what it prints.
func servedPage(t *testing.T, words ...string) []string {
	t.Helper()
	var stdout, stderr watched
	serving, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}.exec(serving, words)
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("stones page ends with %d: %s", code, stderr.String())
		}
	})
	for range 9000 {
		if strings.Contains(stderr.String(), "an interrupt ends it") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return strings.Split(strings.TrimSpace(stdout.String()), "\n")
}

// chromium is where the browser is; without one the test is skipped.
func chromium(t *testing.T) string {
	t.Helper()
	if os.Getenv("STONES_PEERS") == "" {
		t.Skip("needs STONES_PEERS=1 and a browser")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			browser = found
			break
		}
	}
	if browser == "" {
		t.Fatal("STONES_PEERS is set, but there is no chromium")
	}
	return browser
}

// visit opens an address in a browser, and waits until it shows something.
func visit(t *testing.T, browser, address string) *browsed {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	allocated, release := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(release)
	ctx, closed := chromedp.NewContext(allocated)
	t.Cleanup(closed)
	ctx, over := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(over)
	b := &browsed{T: t, ctx: ctx}
	own, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b.do() // opens the browser
	listening := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.troubles = append(b.troubles, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			b.troubles = append(b.troubles, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err != nil || u.Host != own.Host && u.Scheme != "data" && u.Scheme != "blob" {
				b.troubles = append(b.troubles, "asks "+e.Request.URL)
			}
		}
	})
	if listening != nil {
		t.Fatal(listening)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(address))
	b.settle()
	return b
}

func (b *browsed) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// run runs JavaScript, and waits if it is a promise.
func (b *browsed) run(script string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

// value is the value of a JavaScript expression.
func value[T any](b *browsed, script string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.Fatalf("%s: %v", script, err)
	}
	return v
}

// settle waits until the page shows the answer to the last request.
func (b *browsed) settle() {
	b.Helper()
	b.do(chromedp.Poll[chromedp.Void](`window.stones && stones.idle && stones.frame && !document.getElementById("shown").classList.contains("stale")`, chromedp.WithPollingInterval(10*time.Millisecond)))
}

// shown are the page's counts, by flow.
func (b *browsed) shown() map[string][4]int {
	b.Helper()
	text := value[string](b, `JSON.stringify(Object.fromEntries(stones.frame.flows.map(f => [f.name, [f.outcome.delivered, f.outcome.lost, f.outcome.late, f.outcome.held_up]])))`)
	var counts map[string][4]int
	if err := json.Unmarshal([]byte(text), &counts); err != nil {
		b.Fatal(err)
	}
	return counts
}

// thrown are the counts of the command that the page shows.
func (b *browsed) thrown() map[string][4]int {
	b.Helper()
	command := value[string](b, `document.getElementById("command").textContent`)
	words := strings.Fields(command)
	var stdout bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &bytes.Buffer{}, run: runAll}
	if code := p.exec(b.Context(), append(words[1:], "-J")); code != 0 {
		b.Fatalf("%s: exit %d", command, code)
	}
	var doc struct {
		Results []struct {
			Flows []struct {
				Name            string
				Delivered, Lost int
				Late            int
				HeldUp          int `json:"held_up"`
			}
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		b.Fatal(err)
	}
	counts := make(map[string][4]int)
	for _, x := range doc.Results[0].Flows {
		counts[x.Name] = [4]int{x.Delivered, x.Lost, x.Late, x.HeldUp}
	}
	return counts
}

// The page shows the result of the command that it names, whatever is set; each move of
// a slider ends in the picture of that value; no other host is asked for anything.
func TestPageInBrowser(t *testing.T) {
	b := browse(t)
	same := func(when string) {
		t.Helper()
		if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
			t.Errorf("%s: the page shows %v, its command gives %v", when, shown, thrown)
		}
	}
	same("at first")

	knobs := value[[]string](b, `[...document.querySelectorAll("#knobs input")].map(i => i.dataset.word)`)
	if len(knobs) < 8 {
		t.Fatalf("knobs %q", knobs)
	}
	for _, word := range knobs {
		for _, place := range []int{0, 2, 1} {
			b.run(fmt.Sprintf(`(() => { const i = document.getElementById("knob-%s"); i.value = %d; i.dispatchEvent(new Event("input")); })()`, word, place))
			b.settle()
			ok := value[bool](b, fmt.Sprintf(`stones.frame.command.includes("--%s " + stones.state.set["%s"]) || document.getElementById("trouble").textContent.length > 0`, word, word))
			if !ok {
				t.Errorf("--%s, place %d: the picture is of another value", word, place)
			}
		}
		b.run(`document.getElementById("reset").click()`)
		b.settle()
	}
	same("after all sliders")

	// Forty moves, ten a second: each is shown before the next one, or a later one is shown.
	b.run(`(async () => {
		const i = document.getElementById("knob-loss")
		window.stale = []
		for (let k = 0; k < 40; k++) {
			i.value = k % 11
			i.dispatchEvent(new Event("input"))
			const asked = stones.state.set.loss
			await new Promise(r => setTimeout(r, 100))
			const shown = stones.frame.command.match(/--loss (\S+)/)?.[1]
			if (stones.idle && shown !== asked) stale.push(asked + " was asked, " + shown + " is shown")
		}
	})()`)
	if stale := value[[]string](b, `stale`); len(stale) > 0 {
		t.Error(stale)
	}
	b.settle()
	same("after forty moves")

	// Sixty moves a second: the last one wins.
	b.run(`(async () => { const i = document.getElementById("knob-loss"); for (let k = 0; k < 60; k++) { i.value = k % 11; i.dispatchEvent(new Event("input")); await new Promise(r => setTimeout(r, 16)); } })()`)
	time.Sleep(1200 * time.Millisecond)
	b.settle()
	same("after a drag")

	// At any time the stones of a lane are somewhere, once; in the end where the table
	// has them.
	wrong := value[[]string](b, `(() => {
		document.getElementById("reset").click()
		const wrong = []
		for (const l of stones.film.lanes) {
			for (let k = 0; k <= 20; k++) {
				const c = stones.film.counts(l, stones.film.end * k / 20)
				if (c.caught + c.hand + c.road + c.waiting + c.lost !== c.due) wrong.push(l.name + " " + k + ": " + JSON.stringify(c))
			}
			const c = stones.film.counts(l, stones.film.end), x = stones.frame.flows.find(f => f.name === l.name).outcome
			if (c.caught !== x.delivered || c.lost !== x.lost) wrong.push(l.name + " ends with " + JSON.stringify(c))
		}
		return wrong
	})()`)
	if len(wrong) > 0 {
		t.Error(wrong)
	}

	// A click on a flying stone loses it, over every road.
	b.settle()
	dropped := value[[]int](b, `(() => {
		document.getElementById("play").textContent === "Pause" && document.getElementById("play").click()
		const film = stones.film, udp = film.lanes.find(l => l.name === "udp")
		film.t = udp.packets.sent[10] + 8
		film.draw()
		const f = film.flying.find(f => f.lane === udp && f.packet === 10), box = document.getElementById("canvas").getBoundingClientRect()
		document.getElementById("canvas").dispatchEvent(new MouseEvent("click", {clientX: box.left + f.x, clientY: box.top + f.y}))
		return stones.state.drop
	})()`)
	b.settle()
	if len(dropped) != 1 {
		t.Errorf("a click loses %v", dropped)
	}
	same("after a click")

	// An invalid value gives an error, and the page goes on.
	b.run(`stones.state.set.loss = "200%"; stones.throwAll()`)
	b.do(chromedp.Poll[chromedp.Void](`document.getElementById("trouble").textContent.length > 0`))
	trouble := value[string](b, `document.getElementById("trouble").textContent`)
	if want := `--loss "200%": not a share; allowed 0% to 100%`; trouble != want {
		t.Errorf("%q; want %q", trouble, want)
	}
	b.run(`document.getElementById("reset").click()`)
	b.settle()
	same("after an error")
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}

// The page fits a projector, and a phone in one column.
func TestPageFits(t *testing.T) {
	b := browse(t)
	for _, size := range []struct{ width, height int64 }{{1280, 720}, {390, 844}} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(size.width, size.height))
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
			broad := value[int64](b, `document.documentElement.scrollWidth`)
			high := value[float64](b, `document.querySelector("main").getBoundingClientRect().bottom`)
			if broad > size.width || size.width > 1000 && high > float64(size.height) {
				t.Errorf("%dx%d, %s: %d broad, and ends at %v", size.width, size.height, scheme, broad, high)
			}
			if dir := os.Getenv("STONES_SHOTS"); dir != "" {
				shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(fmt.Sprintf("%s/page-%d-%s.png", dir, size.width, scheme), shot, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// The written page needs no program: as a folder below any path of any server, and as a
// file by double click. Its engine gives the bytes that the program gives.
func TestPageWritten(t *testing.T) {
	browser := chromium(t)
	t.Chdir("../..")
	dir := t.TempDir()
	for _, out := range []string{filepath.Join(dir, "page"), filepath.Join(dir, "stones.html")} {
		var stdout, stderr bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		if code := p.exec(t.Context(), []string{"page", "--out", out}); code != 0 {
			t.Fatalf("exit %d: %s", code, stderr.String())
		}
	}
	files := httptest.NewServer(http.StripPrefix("/a/b/", http.FileServer(http.Dir(filepath.Join(dir, "page")))))
	defer files.Close()
	native := web.Engine{Version: version, Path: worlds.Bounded(web.MaxTurns)}
	for _, address := range []string{files.URL + "/a/b/", "file://" + filepath.Join(dir, "stones.html")} {
		b := visit(t, browser, address)
		if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
			t.Errorf("%s shows %v, its command gives %v", address, shown, thrown)
		}
		if said := value[string](b, `document.getElementById("engine").textContent`); !strings.Contains(said, "this browser") {
			t.Errorf("%s: %s", address, said)
		}
		for _, request := range []string{
			`{"id":1,"set":[{"word":"count","text":"100"},{"word":"loss","text":"5%"}]}`,
			`{"id":2,"set":[{"word":"count","text":"200"},{"word":"jitter","text":"10ms"},{"word":"overtake","text":"true"},{"word":"corrupt","text":"2%"},{"word":"size","text":"3000"}]}`,
			`{"id":3,"set":[{"word":"rate","text":"max"},{"word":"count","text":"500"},{"word":"size","text":"1448"},{"word":"queue","text":"20"},{"word":"together","text":"true"}],"with":["selective-repeat window=16"]}`,
			`{"id":4,"set":[{"word":"bandwidth","text":"1Mbit"},{"word":"queue","text":"100:fq_codel"},{"word":"ipv6","text":"true"},{"word":"pattern","text":"poisson"}]}`,
			`{"id":5,"set":[{"word":"loss","text":"101%"}]}`,
		} {
			b.run(fmt.Sprintf(`stones.ask(%q).then(got => crypto.subtle ? crypto.subtle.digest("SHA-256", got) : null).then(sum => { window.sum = [...new Uint8Array(sum)].map(b => b.toString(16).padStart(2, "0")).join("") })`, request))
			if got, want := value[string](b, `window.sum`), fmt.Sprintf("%x", sha256.Sum256(native.Frame(t.Context(), []byte(request)))); got != want {
				t.Errorf("%s: %s gives other bytes than the program", address, request)
			}
		}
		if len(b.troubles) > 0 {
			t.Errorf("%s: the browser says %q", address, b.troubles)
		}
	}
	packed, err := os.Stat(filepath.Join(dir, "page", "engine.wasm.gz"))
	if err != nil || packed.Size() > 3_200_000 {
		t.Errorf("the engine has %d bytes, %v; allowed 3.2 MB", packed.Size(), err)
	}
	if whole, err := os.Stat(filepath.Join(dir, "stones.html")); err != nil || whole.Size() > 4_500_000 {
		t.Errorf("the page as one file has %d bytes, %v; allowed 4.5 MB", whole.Size(), err)
	}
}
