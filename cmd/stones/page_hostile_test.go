//go:build !js

package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"stones/lab/lesson"
)

// Hostile links and lesson files fail with the command line's errors, on one line, and
// the page goes on.
func TestPageHostileInBrowser(t *testing.T) {
	b := browse(t)
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()
	window.parts = () => [...document.querySelectorAll("script, iframe, img, object, embed, base, link, style")].length + Object.keys({}).length + (window.hacked ? 1000 : 0)
	window.least = parts()`)
	dice := rand.New(rand.NewPCG(7, 8))
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	texts := []string{"<img src=x onerror=hacked=1>", "javascript:hacked=1", "-1", "1e999", "NaN", "101%", "\u202e", "\x1b[2J", "../../etc/passwd", "99999999999999999999", "$(reboot)", "5", "0%", strings.Repeat("9", 3000), "\x00", "1-999999999", "3,3,3", "tcp name=<b>", "1s:loss=101%", "'", `"`, "%"}
	words := []string{"loss", "count", "rate", "path", "to", "drop", "seed", "with", "flow", "at", "every", "lesson", "file", "__proto__", "constructor", "toString", "tcp-drop-packets", "own-drop-packets-back", "only", "delay", "experiment", "-", ""}
	refused := 0
	said := func(of string) {
		t.Helper()
		line := value[string](b, `document.getElementById("trouble").textContent`)
		if strings.ContainsAny(line, "\n\x00\x1b\u202e") || len(line) > 20_000 || strings.Contains(line, "TypeError") || strings.Contains(line, "undefined") {
			t.Errorf("%.200q: it says %.200q", of, line)
		}
		if line != "" {
			refused++
		}
		if !value[bool](b, `parts() === least`) {
			t.Fatalf("%.200q leaves something in the page", of)
		}
	}
	for range 150 {
		hash := url.Values{}
		for range 1 + dice.IntN(3) {
			hash.Add(pick(words...), pick(texts...))
		}
		link := "#count=5&" + hash.Encode()
		if dice.IntN(10) == 0 {
			link = "#" + pick("%", "%zz", "&&&===", "lesson", strings.Repeat("a=b&", 500), "drop="+strings.Repeat("1,", 5000), "flow=tcp&flow=udp&flow=tcp", "\u202e")
		}
		b.run(fmt.Sprintf(`(async () => { document.getElementById("trouble").textContent = ""; location.hash = %q; await new Promise(done => setTimeout(done, 5)) })()`, link))
		b.until(`stones.idle`)
		said(link)
	}
	if refused < 75 {
		t.Errorf("%d of 150 links are refused", refused)
	}
	refused = 0
	for range 50 {
		data := lesson.Start()
		for range 1 + dice.IntN(4) {
			data[dice.IntN(len(data))] = byte(dice.IntN(256))
		}
		lines := strings.SplitAfter(string(data), "\n")
		lines[dice.IntN(len(lines))] += pick(words...) + " " + pick(texts...) + "\n"
		b.run(fmt.Sprintf(`(async () => {
			document.getElementById("trouble").textContent = ""
			const d = new DataTransfer()
			d.items.add(new File([%q], %q))
			document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true}))
			await new Promise(done => setTimeout(done, 20))
		})()`, strings.Join(lines, ""), pick("my.txtar", "my.txtar", "my.txtar", "my.html", "<b>.txtar")))
		b.until(`stones.idle && (document.body.dataset.view === "asked" || document.getElementById("trouble").textContent !== "")`)
		said(strings.Join(lines, ""))
	}
	if refused < 25 {
		t.Errorf("%d of 50 lesson files are refused", refused)
	}
	for _, kept := range []string{"{", `{"answers":[{}]}`, `[1]`, strings.Repeat("x", 200_000)} {
		b.run(fmt.Sprintf(`localStorage.setItem("stones-record", %q); document.getElementById("tolab").click()`, kept))
		b.until(`stones.idle`)
		b.run(`document.getElementById("tolessons").click()`)
		b.until(`stones.idle && document.querySelectorAll("#hours button").length > 20`)
		said(kept)
	}
	b.run(`document.getElementById("tolab").click(); document.getElementById("reset").click()`)
	b.until(`document.body.dataset.view === "lab"`)
	b.settle()
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("behind it all the page shows %v, its command gives %v", shown, thrown)
	}
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %.2000q", b.troubles)
	}
}
