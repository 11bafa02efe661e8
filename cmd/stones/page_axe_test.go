//go:build !js

package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe-core finds no barrier: in no view, size or theme, nor in projector mode. It is
// not one of the project's files; the caller of the test says where it is.
func TestPageAxe(t *testing.T) {
	file := os.Getenv("STONES_AXE")
	if file == "" {
		t.Skip("needs STONES_AXE, the file axe.min.js of axe-core")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t)
	b.do(chromedp.Evaluate[chromedp.Void](string(axe)))
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()`)
	look := func(view string) {
		t.Helper()
		for _, size := range [][2]int64{{1280, 720}, {390, 844}} {
			b.do(chromedp.EmulateViewport(size[0], size[1]))
			for _, theme := range []string{"light", "dark"} {
				b.like("prefers-color-scheme", theme)
				b.run(`axe.run().then(found => { window.found = found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 150) + " " + n.failureSummary)); window.passed = found.passes.length })`)
				if found := value[[]string](b, `found`); len(found) > 0 || value[int](b, `passed`) < 10 {
					t.Errorf("%s, %dx%d, %s: %q", view, size[0], size[1], theme, found)
				}
			}
		}
	}
	for _, tab := range value[[]string](b, `[...document.querySelectorAll("[role=tab]")].filter(tab => !tab.hidden).map(tab => tab.id)`) {
		b.run(fmt.Sprintf(`document.getElementById(%q).click()`, tab))
		look(tab)
	}
	b.run(`document.getElementById("keep").click(); document.getElementById("about").open = true; document.getElementById("projector").click()`)
	look("the lab for a projector, with a result kept")
	b.run(`document.getElementById("projector").click(); stones.state.set.loss = "200%"; stones.throwAll()`)
	b.until(`document.getElementById("trouble").textContent.length > 0`)
	look("an error")
	b.run(`document.getElementById("reset").click()`)
	b.settle()
	b.run(`document.getElementById("canvas").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}))`)
	b.until(`stones.idle`)
	look("a packet lost by hand")
	b.run(`document.getElementById("tolessons").click()`)
	b.until(`document.body.dataset.view === "course"`)
	look("the lessons")
	b.run(`[...document.querySelectorAll("#hours button")][1].click()`)
	b.until(`document.body.dataset.view === "asked"`)
	look("a question")
	b.run(`document.getElementById("predicted").value = "25"; document.getElementById("ask").requestSubmit()`)
	b.until(`document.body.dataset.view === "told"`)
	b.settle()
	look("an answer")
}
