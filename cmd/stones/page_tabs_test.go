//go:build !js

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Each tab beneath the film draws what the frame says, and a tab without data in the
// frame is hidden.
func TestPageTabs(t *testing.T) {
	b := browse(t)
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()`)
	for _, tab := range []string{"stones", "delays", "window", "queue", "share", "ladder"} {
		b.run(`document.getElementById("tab-` + tab + `").click(); stones.film.t = stones.film.end / 2; stones.tabs.at(stones.film.t)`)
		b.shoot("tab-" + tab)
	}
	// What is drawn, as numbers again.
	b.run(`window.drawn = (name, n = 0) => {
		const plot = stones.tabs.plot, svg = document.getElementById("picture"), d = svg.querySelectorAll("path." + name)[n]?.getAttribute("d") ?? ""
		let at = [0, 0]
		const points = []
		for (const [, c, a, e] of d.matchAll(/([MLHV])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
			at = c === "H" ? [+a, at[1]] : c === "V" ? [at[0], +a] : [+a, +e]
			points.push([(at[0] - plot.left) / (plot.right - plot.left) * plot.across, (plot.bottom - at[1]) / (plot.bottom - plot.top) * plot.up])
		}
		return points
	}
	window.near = (got, want, by) => Math.abs(got - want) <= by ? "" : got + " for " + want
	window.outcome = name => stones.frame.flows.find(f => f.name === name).outcome
	window.tops = points => Math.max(...points.map(p => p[1]))`)
	show := func(hash string) {
		t.Helper()
		b.run(fmt.Sprintf(`location.hash = "#%s"`, hash))
		b.until(`stones.idle && new URLSearchParams(location.hash.slice(1)).has("seed") && !document.getElementById("trouble").textContent`)
	}
	show("loss=3%25&reorder=0%25&count=200&rate=1000&size=500&bandwidth=2Mbit&queue=10")
	for _, tt := range []struct{ tab, wrong string }{
		{"stones", `near(drawn("f1").length, outcome("udp").delivered, 0)`},
		{"delays", `near(drawn("f1").at(-1)[1], 100 * outcome("udp").delivered / outcome("udp").thrown, 0.5) + near(drawn("f0").at(-1)[1], 100, 0.5)
			+ near(drawn("f0").find(p => p[1] >= 49.8)[0], outcome("tcp").delay_ms.p50, stones.tabs.plot.across / 200)`},
		{"window", `near(tops(drawn("f0")), Math.max(...outcome("tcp").tcp_info.map(s => s.cwnd_packets)), 0.2)
			+ near(document.querySelector("#picture .gone").getAttribute("d").split("M").length - 1, outcome("tcp").wire.dropped + outcome("tcp").wire.overflowed, 0)`},
		{"queue", `near(tops(drawn("f1")), 10, 0.1)`},
		{"share", `near(drawn("f1").reduce((sum, p, i, all) => sum + (i ? (p[0] - all[i - 1][0]) * all[i - 1][1] : 0), 0), outcome("udp").delivered * 500 * 8 / (stones.film.end > 3000 ? 1000 : 1), 40000)`},
		{"ladder", `(() => {
			const film = stones.film, from = Math.max(0, Math.min(film.t - film.crossing, film.end - 4 * film.crossing)), sent = [...film.lanes[1].packets.sent]
			return near((document.querySelector("#picture .arrow.f1").getAttribute("d").match(/M/g) ?? []).length, sent.filter((at, k) => at < from + 4 * film.crossing && !(film.lanes[1].packets.arrived[k] < from) && at > from - film.crossing / 2).length, 0)
		})()`},
	} {
		b.run(fmt.Sprintf(`document.getElementById("tab-%s").click(); stones.film.t = stones.film.end / 2; stones.tabs.at(stones.film.t)`, tt.tab))
		if wrong := value[string](b, tt.wrong); wrong != "" {
			t.Errorf("%s draws %s", tt.tab, wrong)
		}
		if !value[bool](b, fmt.Sprintf(`document.getElementById("tab-%s").getAttribute("aria-selected") === "true" && document.querySelectorAll("[role=tab][aria-selected=true]").length === 1`, tt.tab)) {
			t.Errorf("%s is not said to be chosen", tt.tab)
		}
	}
	hidden := func(want string) {
		t.Helper()
		if got := value[[]string](b, `[...document.querySelectorAll("[role=tab]")].filter(b => b.hidden).map(b => b.id.slice(4))`); fmt.Sprint(got) != want {
			t.Errorf("hidden are %v; want %s", got, want)
		}
	}
	hidden("[photo]")
	show("loss=0%25&reorder=0%25&count=20&rate=20&with=stop-and-wait")
	b.run(`document.getElementById("tab-ladder").click(); stones.film.t = stones.film.end / 2; stones.tabs.at(stones.film.t)`)
	if labels := value[[]string](b, `(() => { const texts = [...document.querySelectorAll("#picture text")].map(t => t.textContent); return texts.slice(texts.findIndex(t => t.startsWith("stop-and-wait")) + 1) })()`); !slices.Contains(labels, "12") || !slices.ContainsFunc(labels, func(l string) bool { return strings.HasSuffix(l, " B") }) {
		t.Errorf("the ladder of a protocol of one's own says %q; want stone 12, and the bytes of a message without one", labels)
	}
	b.run(`document.getElementById("tab-queue").click()`)
	show("bandwidth=unlimited&queue=unlimited&only=udp&count=20")
	hidden("[window queue photo]")
	if !value[bool](b, `document.getElementById("tab-stones").getAttribute("aria-selected") === "true"`) {
		t.Error("the tab of a queue stays where there is none")
	}

	// The picture that stones carry is there, tile by tile, when they are.
	show("loss=10%25&reorder=0%25")
	b.run(`document.getElementById("carry").click()`)
	b.until(`stones.idle && stones.frame.photo`)
	b.run(`document.getElementById("tab-photo").click()
	window.right = async (flow, t) => {
		stones.film.t = t
		stones.tabs.at(t)
		const image = new Image(), photo = stones.frame.photo, canvas = document.createElement("canvas"), want = Uint8Array.from(atob(photo.pixels), c => c.charCodeAt(0))
		image.src = document.querySelectorAll("#picture image")[flow].getAttribute("href")
		await image.decode()
		canvas.width = photo.width
		canvas.height = photo.height
		const g = canvas.getContext("2d")
		g.drawImage(image, 0, 0)
		const got = g.getImageData(0, 0, photo.width, photo.height).data
		let n = 0
		for (let k = 0; k < photo.width * photo.height; k++) if ([0, 1, 2].every(c => got[4 * k + c] === want[3 * k + c])) n++
		return 100 * n / (photo.width * photo.height)
	}`)
	b.run(`(async () => { window.shares = [await right(0, 0), await right(0, stones.film.end), await right(1, stones.film.end), 100 * outcome("udp").delivered / outcome("udp").thrown] })()`)
	if got := value[[]float64](b, `window.shares`); got[0] > 0 || got[1] != 100 || got[2] < got[3]-1 || got[2] > got[3]+1 {
		t.Errorf("%.1f%% of the picture are there at first, and in the end %.1f%% over TCP and %.1f%% over UDP; want 0, 100 and about %.1f", got[0], got[1], got[2], got[3])
	}
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("the page shows %v, its command gives %v", shown, thrown)
	}
	b.run(`document.getElementById("tab-photo").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}))`)
	if !value[bool](b, `document.activeElement.id === "tab-stones"`) {
		t.Error("the arrow does not lead from the last tab to the first")
	}
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}
