//go:build !js

package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"stones/lab/web"
)

// headers sends a request to the served page's engine, and returns the headers of the
// frames.
func headers(t *testing.T, g web.Engine, request string) (heads []string) {
	t.Helper()
	g.Frames(t.Context(), []byte(request), func(frame []byte) {
		heads = append(heads, string(frame[4:4+binary.LittleEndian.Uint32(frame)]))
	})
	return heads
}

// On a path in real time, frames report the progress before the last one has the
// result. Two experiments at once, long ones and programs are rejected.
func TestPagePaths(t *testing.T) {
	t.Parallel()
	g := (&paged{program: program{stdin: strings.NewReader("")}}).engine(nil)
	const host = `{"word":"path","text":"host"},{"word":"rate","text":"100"},{"word":"count","text":"30"}`
	heads := headers(t, g, `{"id":4,"set":[`+host+`,{"word":"interval","text":"50ms"}]}`)
	last := heads[len(heads)-1]
	if len(heads) < 3 || !strings.Contains(heads[0], `"live":"    0.1 s  TCP  thrown `) || strings.Contains(heads[0], "result") || !strings.Contains(last, `"id":4,"result":{"experiment":{"path":"host"`) || strings.Contains(last, `"live"`) {
		t.Errorf("%d frames: %.300s", len(heads), strings.Join(heads, "\n"))
	}
	for _, tt := range []struct{ request, want string }{
		{`{"set":[{"word":"path","text":"host"},{"word":"loss","text":"5%"}]}`, `nothing is emulated there`},
		{`{"set":[{"word":"path","text":"host"},{"word":"rate","text":"10"},{"word":"count","text":"601"}]}`, `--rate \"10/s\": takes too long; a page throws for at most 1 min`},
		{`{"set":[{"word":"path","text":"host"}],"with":["./evil.py"]}`, `a page runs no programs`},
		{`{"set":[{"word":"path","text":"moon"}]}`, `this page throws on the path sim, host, netns, remote`},
		{`{"set":[{"word":"to","text":"$(reboot)"}]}`, `--to \"$(reboot)\": not a name`},
	} {
		if heads := headers(t, g, tt.request); len(heads) != 1 || !strings.Contains(heads[0], tt.want) {
			t.Errorf("%s: %q; want %s", tt.request, heads, tt.want)
		}
	}
	began := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		first := true
		g.Frames(t.Context(), []byte(`{"set":[{"word":"path","text":"host"},{"word":"rate","text":"100"},{"word":"count","text":"80"},{"word":"interval","text":"10ms"}]}`), func([]byte) {
			if first {
				close(began)
			}
			first = false
		})
	}()
	<-began
	if heads := headers(t, g, `{"set":[`+host+`]}`); len(heads) != 1 || !strings.Contains(heads[0], "two would disturb each other") {
		t.Errorf("beside another one: %.300q", heads)
	}
	<-ended
	if heads := headers(t, g, `{"set":[`+host+`]}`); !strings.Contains(heads[0], `"result"`) {
		t.Errorf("after it: %.300q", heads)
	}
}

// In the page no link and no slider throws at a network, only the button Throw; then it
// shows the progress and the result.
func TestPagePathsInBrowser(t *testing.T) {
	b := browse(t)
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()
	window.told = []
	new MutationObserver(() => told.push(document.getElementById("live").textContent)).observe(document.getElementById("live"), {childList: true})
	const path = document.getElementById("path")
	path.value = "host"
	path.dispatchEvent(new Event("change"))`)
	turn := func(place int) {
		b.run(fmt.Sprintf(`(() => { const i = document.getElementById("knob-count"); i.value = %d; i.dispatchEvent(new Event("input")) })()`, place))
	}
	turn(3)
	time.Sleep(300 * time.Millisecond)
	if !value[bool](b, `stones.idle && stones.frame.result.experiment.path === "sim" && document.getElementById("knob-loss").disabled && !document.getElementById("throw").hidden`) {
		t.Error("on the path host something is thrown unasked, or the knobs of a wire can be turned")
	}
	b.run(`document.getElementById("throw").click()`)
	b.until(`stones.idle && stones.frame.result.experiment.path === "host"`)
	if told := value[[]string](b, `told`); len(told) < 4 || !strings.Contains(strings.Join(told, "\n"), " TCP  thrown ") {
		t.Errorf("on the way it says %q", told)
	}
	if got := value[string](b, `JSON.stringify(stones.film.lanes.map(l => { const c = stones.film.counts(l, stones.film.end); return [c.due, c.caught + c.lost + c.hand + c.road + c.waiting] }))`); got != "[[100,100],[100,100]]" {
		t.Errorf("the film has, due and anywhere, %s", got)
	}
	if command := value[string](b, `document.getElementById("command").textContent`); !strings.Contains(command, "--path host") || strings.Contains(command, "--loss") {
		t.Errorf("the command is %s", command)
	}
	for _, link := range []string{"#count=20&to=127.0.0.1:9", "#count=20&path=netns"} {
		b.run(fmt.Sprintf(`location.hash = %q`, link))
		time.Sleep(300 * time.Millisecond)
		if !value[bool](b, `stones.idle && stones.frame.result.experiment.path === "host" && document.getElementById("live").textContent !== ""`) {
			t.Errorf("the link %s throws", link)
		}
	}
	b.run(`location.hash = "#count=20&to=127.0.0.1:9"`)
	b.until(`!document.getElementById("to").hidden`)
	b.run(`document.getElementById("throw").click()`)
	b.until(`document.getElementById("trouble").textContent.includes("connection refused")`)
	b.run(`document.getElementById("reset").click()`)
	b.until(`stones.idle && stones.frame.result.experiment.path === "sim"`)
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("back on the path sim the page shows %v, its command gives %v", shown, thrown)
	}
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}
