//go:build !js

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	shooting "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// like sets a media feature that stands for a user's preference.
func (b *browsed) like(name, wish string) {
	b.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: name, Value: wish}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.Fatal(err)
	}
}

// With reduced motion nothing moves by itself, or on Play; Step still works.
func TestPageStandsStill(t *testing.T) {
	b := browse(t)
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()`)
	b.like("prefers-reduced-motion", "reduce")
	before := value[float64](b, `stones.film.t`)
	b.run(`document.getElementById("play").click()`)
	time.Sleep(300 * time.Millisecond)
	if after := value[float64](b, `stones.film.t`); after != before {
		t.Errorf("the film goes on from %v to %v", before, after)
	}
	b.run(`document.getElementById("step").click()`)
	if after := value[float64](b, `stones.film.t`); after <= before {
		t.Errorf("a step goes from %v to %v", before, after)
	}
	b.like("prefers-reduced-motion", "no-preference")
	b.run(`document.getElementById("play").click()`)
	b.until(`stones.film.t > 0.5`)
}

// The README's picture of the page is up to date: -update takes it again.
func TestPageOfReadme(t *testing.T) {
	b := browse(t)
	b.do(chromedp.EmulateViewport(1280, 720))
	b.like("prefers-color-scheme", "light")
	b.run(`if (document.getElementById("play").textContent === "Pause") document.getElementById("play").click()`)
	b.run(`(() => { const s = document.getElementById("scrub"); s.value = 400; s.dispatchEvent(new Event("input")) })()`)
	time.Sleep(200 * time.Millisecond)
	const most = 60_000
	quality := int64(40)
	got, err := chromedp.Call(b.ctx, shooting.CaptureScreenshot, shooting.CaptureScreenshotParams{Format: shooting.CaptureScreenshotFormatWebp, Quality: &quality})
	if err != nil {
		t.Fatal(err)
	}
	shot := got.Data
	file := filepath.Join("..", "..", "lab", "web", "testdata", "page.webp")
	if *update && len(shot) <= most {
		if err := os.WriteFile(file, shot, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(shot) > most || kept.Size() > most {
		t.Errorf("the picture has %d bytes, and that of the README %d; allowed %d", len(shot), kept.Size(), most)
	}
}
