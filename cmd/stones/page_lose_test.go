//go:build !js

package main

import (
	"fmt"
	"strings"
	"testing"
)

// clicks has JavaScript click a packet of a flow in the film, and returns which one it
// was: the first for which a condition holds of its number k, its kind and when it
// arrived.
func (b *browsed) clicks(flow, which string) int {
	b.Helper()
	k := value[int](b, fmt.Sprintf(`(() => {
		if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()
		const film = stones.film, lane = film.lanes.find(l => l.name === %q), p = lane.packets
		const k = [...p.sent.keys()].find(k => { const kind = p.kind[k], first = p.first[k], arrived = p.arrived[k]; return arrived > 0 && (%s) })
		if (k === undefined) return -1
		film.t = (2 * Math.max(p.sent[k], lane.goes[k]) + p.arrived[k]) / 3
		film.draw()
		const f = film.flying.find(f => f.lane === lane && f.packet === k)
		if (!f) return -2
		const box = document.getElementById("canvas").getBoundingClientRect()
		document.getElementById("canvas").dispatchEvent(new MouseEvent("click", {clientX: box.left + f.x, clientY: box.top + f.y}))
		return k
	})()`, flow, which))
	if k < 0 {
		b.Fatalf("%s, %s: there is no such packet (%d)", flow, which, k)
	}
	b.settle()
	return k
}

// Any packet in flight can be clicked and is dropped, and no other: a first copy in
// every flow, the rest only in its own flow, by its place there. The command line says
// so.
func TestPageLosesAnyPacket(t *testing.T) {
	b := browse(t)
	b.run(`location.hash = "#loss=3%25&count=60&reorder=0%25&rate=100&delay=50ms&with=stop-and-wait%20timeout%3D150ms"`)
	b.until(`stones.idle && stones.frame.flows.length === 3`)
	const again, back, syn = "(kind & 2) > 0", "(kind & 1) > 0", "(kind & 4) > 0"
	for _, tt := range []struct{ flow, which, says string }{
		{"tcp", syn + " && !" + back, "--tcp-drop-packets 1 "},
		{"tcp", syn + " && " + back, "--tcp-drop-packets-back 1 "},
		{"tcp", back + " && !" + syn, "--tcp-drop-packets-back 1,"},
		{"stop-and-wait", back, "--own-drop-packets-back 1 "},
		{"stop-and-wait", "first > 0 && p.first.indexOf(first) < k && !(" + back + ")", "--own-drop-packets "},
		{"udp", "first === 20", "--drop 20 "},
		{"tcp", again + " && first > 0", "--tcp-drop-packets 1,"},
		{"tcp", "lane.opens[k] > 25", "--drop 20,"},
	} {
		k := b.clicks(tt.flow, tt.which)
		if command := value[string](b, `document.getElementById("command").textContent`); !strings.Contains(command+" ", tt.says) {
			t.Errorf("%s, %s: the command is %s; want %s in it", tt.flow, tt.which, command, tt.says)
		}
		if !value[bool](b, fmt.Sprintf(`(() => { const p = stones.frame.flows.find(f => f.name === %q).packets; return Number.isNaN(p.arrived[%d]) })()`, tt.flow, k)) {
			t.Errorf("%s, %s: packet %d is not lost", tt.flow, tt.which, k)
		}
	}
	if !value[bool](b, `stones.state.drop.length === 2 && stones.state.drop.every(n => Number.isNaN(stones.frame.flows.find(f => f.name === "udp").stones.first[n - 1]))`) {
		t.Error("a stone whose first copy is lost over every road comes over UDP")
	}

	// What is lost by hand stands in a list, from which each is taken back singly: in the
	// end the command is what it was.
	hand := func() string {
		t.Helper()
		return value[string](b, `[...document.querySelectorAll("#hand button")].map(b => b.textContent).join(", ")`)
	}
	if got := hand(); !strings.HasPrefix(got, "stone 20, stone ") || !strings.Contains(got, "TCP packet 1, ") || !strings.Contains(got, "TCP packet 1 back, ") || !strings.Contains(got, "own packet 1 back") {
		t.Errorf("lost by hand: %s", got)
	}
	for left := strings.Count(hand(), ",") + 1; left > 0; left-- {
		last := value[string](b, `(() => { const all = document.querySelectorAll("#hand button"), last = all[all.length - 1]; last.focus(); last.click(); return last.textContent })()`)
		b.settle()
		if got := hand(); strings.Contains(got+", ", last+", ") || left > 1 && strings.Count(got, ",") != left-2 {
			t.Errorf("after %s is taken back there are %s", last, got)
		}
		if where := value[string](b, `document.activeElement.parentElement.id + document.activeElement.id`); where != "hand" && !strings.HasSuffix(where, "seed") {
			t.Errorf("after %s is taken back the keyboard is at %q", last, where)
		}
	}
	if command := value[string](b, `document.getElementById("command").textContent`); strings.Contains(command, "drop") || !value[bool](b, `document.getElementById("byhand").hidden`) {
		t.Errorf("when all is taken back the command is %s", command)
	}
	b.run(`location.hash = "#count=20&flow=tcp%20name%3Da&flow=tcp%20name%3Db%20drop-packets%3D3"`)
	b.until(`stones.idle && stones.frame.flows.length === 2 && stones.frame.flows[1].name === "b"`)
	b.clicks("b", syn+" && !"+back)
	if command := value[string](b, `document.getElementById("command").textContent`); !strings.Contains(command, "--flow 'tcp name=a' --flow 'tcp name=b drop-packets=1,3'") {
		t.Errorf("the command is %s", command)
	}
	if got := hand(); got != "b packet 1, b packet 3" {
		t.Errorf("lost by hand: %s", got)
	}
	b.run(`document.querySelectorAll("#hand button")[0].click()`)
	b.settle()
	b.run(`document.querySelectorAll("#hand button")[0].click()`)
	b.settle()
	if command := value[string](b, `document.getElementById("command").textContent`); !strings.Contains(command, "--flow 'tcp name=a' --flow 'tcp name=b'") {
		t.Errorf("the command is %s", command)
	}
	b.run(`document.getElementById("canvas").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}))`)
	b.settle()
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}

// The box before the road shows what waits for the link: it is full when a packet is
// dropped there, and never holds more.
func TestPageQueue(t *testing.T) {
	b := browse(t)
	b.run(`location.hash = "#loss=0%25&reorder=0%25&rate=1000&count=300&size=500&bandwidth=1Mbit&queue=10"`)
	b.until(`stones.idle && stones.state.set.queue === "10" && stones.frame.command.includes("--queue 10")`)
	got := value[[]int](b, `(() => {
		const film = stones.film, l = film.lanes.find(l => l.name === "udp"), p = l.packets, over = film.fates.indexOf("overflowed")
		let most = 0, least = 99, n = 0
		for (let k = 0; k < p.sent.length; k++) {
			const waits = film.queued(l, p.sent[k] + 1e-6)
			most = Math.max(most, waits)
			if (p.fate[k] === over) { n++; least = Math.min(least, waits) }
		}
		return [most, least, n > 50 ? 1 : 0]
	})()`)
	if fmt.Sprint(got) != "[10 10 1]" {
		t.Errorf("the box holds at most %d, and at least %d where a packet finds no room; want 10 and 10", got[0], got[1])
	}
	if drawn := value[bool](b, `(() => { const film = stones.film, l = film.lanes.find(l => l.name === "udp"); film.t = l.packets.sent[100]; film.draw(); return film.flying.filter(f => f.lane === l && l.packets.sent[f.packet] <= film.t && film.t < l.goes[f.packet]).length >= 5 })()`); !drawn {
		t.Error("what waits is not drawn in the box")
	}
}
