//go:build !js

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stones/lab/lesson"
	"stones/lab/web"
	"stones/lab/worlds"

	"github.com/chromedp/chromedp"
	"github.com/spf13/pflag"
)

// answered is the header of the answer to a request.
func answered(t *testing.T, request any) web.Header {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	frame := web.Engine{Version: version, Path: worlds.Bounded(web.MaxTurns)}.Frame(t.Context(), body)
	var h web.Header
	if err := json.Unmarshal(frame[4:4+binary.LittleEndian.Uint32(frame)], &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// printedBy runs the program, and returns its output.
func printedBy(t *testing.T, words ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, run: runAll}
	p.exec(t.Context(), words)
	return out.String(), errs.String()
}

// flowCounts are the counts of the flows of a result.
type flowCounts struct {
	Flows []struct {
		Name                  string
		Thrown, Delivered     int
		Lost, Late, Reordered int
		HeldUp                int `json:"held_up"`
	}
}

// A lesson has the same counts, verdict and saved answers in the page as at a terminal,
// and the command that the page names gives them.
func TestPageLessons(t *testing.T) {
	t.Parallel()
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	file, record := filepath.Join(t.TempDir(), "mine.json"), ""
	for i, l := range lessons {
		if testing.Short() && i%6 != 0 {
			continue
		}
		h := answered(t, web.Request{Lesson: &web.Lesson{Name: l.Name, Throw: true, Predicted: "1"}, Record: record})
		if h.Error != nil {
			t.Errorf("%s: %s", l.Name, h.Error.Text)
			continue
		}
		printed, wrong := printedBy(t, "lesson", l.Name, "--predict", "1", "--save", file)
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err, wrong)
		}
		if h.Record != string(want) {
			t.Errorf("%s: the page saves\n%s\nthe program\n%s", l.Name, h.Record, want)
		}
		record = h.Record
		if !strings.Contains(printed, h.Lesson.Verdict+"\n\nWhy\n") {
			t.Errorf("%s: the page says %q, the program %s", l.Name, h.Lesson.Verdict, printed)
		}
		if len(h.Lesson.Turns) != len(l.Turns) {
			t.Errorf("%s: %d commands to turn a knob; want %d", l.Name, len(h.Lesson.Turns), len(l.Turns))
		}
		words := []string{"throw", "-J"}
		own := h.Lesson.Own
		for _, set := range own.Set {
			words = append(words, "--"+set.Word+"="+set.Text)
		}
		for word, texts := range map[string][]string{"flow": own.Flow, "with": own.With, "at": own.At, "every": own.Every} {
			for _, text := range texts {
				words = append(words, "--"+word+"="+text)
			}
		}
		printed, _ = printedBy(t, words...)
		var shown flowCounts
		var thrown struct{ Results []flowCounts }
		if err := json.Unmarshal(h.Result, &shown); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(printed), &thrown); err != nil {
			t.Fatal(l.Name, err)
		}
		if fmt.Sprint(shown) != fmt.Sprint(thrown.Results[0]) {
			t.Errorf("%s: the page shows %v, its command gives %v", l.Name, shown, thrown.Results[0])
		}
	}
}

// An invalid lesson file is rejected in the page as it is at a terminal.
func TestPageRefusesLessonFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, change := range [][2]string{
		{"-- why --", "-- wyh --"},
		{"-- experiment --\n", "-- experiment --\ncorrupt 101%\n"},
		{"-- experiment --\n", "-- experiment --\npath host\n"},
		{"\n  stones throw ", "\n  stones throw --loss 101% "},
		{"\n  stones throw ", "\n  stones throw --los 1% "},
		{"\n  stones throw ", "\n  stones throw $(reboot) "},
		{"-- story --\n", "-- story --\n\u202eevil\n"},
	} {
		text := strings.Replace(string(lesson.Start()), change[0], change[1], 1)
		if err := os.WriteFile("my.txtar", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, want := printedBy(t, "lesson", "my.txtar", "--no-predict")
		h := answered(t, web.Request{Lesson: &web.Lesson{File: &web.File{Name: "my.txtar", Text: text}}})
		if h.Error == nil || "stones: "+h.Error.Text+"\n" != want {
			t.Errorf("%q: the page says %+v, the program %s", change[1], h.Error, want)
		}
	}
}

// until waits until JavaScript evaluates to true.
func (b *browsed) until(script string) {
	b.Helper()
	b.do(chromedp.Poll[chromedp.Void](script, chromedp.WithPollingInterval(10*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
}

// A lesson in the page: nothing of the result is there before the prediction, which is
// a dashed line; then the verdict, a knob to turn, and a record to save. A lesson file
// opens by drop, or is rejected with an error.
func TestPageLessonInBrowser(t *testing.T) {
	b := browse(t)
	native := answered(t, web.Request{Lesson: &web.Lesson{Name: "rain-of-loss", Throw: true, Predicted: "25"}})
	const view = `document.body.dataset.view === "%s"`
	b.run(`document.getElementById("tolessons").click()`)
	b.until(fmt.Sprintf(view, "course"))
	b.run(`[...document.querySelectorAll("#hours button")][1].click()`)
	b.until(fmt.Sprintf(view, "asked"))
	b.run(`(() => { const i = document.getElementById("predicted"); i.value = "25"; i.dispatchEvent(new Event("input")) })()`)
	if !value[bool](b, `document.querySelector("#axis .said") !== null && document.querySelector("#axis .was") === null`) {
		t.Error("the prediction is no dashed line, or the result is there before it")
	}
	if text := value[string](b, `document.body.textContent`); strings.Contains(text, native.Lesson.Outcome.Words) || strings.Contains(text, native.Lesson.Why[:20]) {
		t.Error("the result is in the page before the prediction")
	}
	b.shoot("asked")
	b.run(`document.getElementById("ask").requestSubmit()`)
	b.until(fmt.Sprintf(view, "told"))
	b.settle()
	if got := value[string](b, `document.getElementById("verdict").textContent`); got != native.Lesson.Verdict {
		t.Errorf("verdict %q; want %q", got, native.Lesson.Verdict)
	}
	if !value[bool](b, `document.querySelector("#axis .said") !== null && document.querySelector("#axis .was") !== null`) {
		t.Error("the prediction and the result do not stand side by side")
	}
	if got := value[string](b, `localStorage.getItem("stones-record")`); got != native.Record {
		t.Errorf("kept %s; want %s", got, native.Record)
	}
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) {
		t.Errorf("the page shows %v, its command gives %v", shown, thrown)
	}
	b.shoot("told")
	b.run(`(() => { const i = document.querySelector("#turns input"); i.value = 1; i.dispatchEvent(new Event("input")) })()`)
	b.settle()
	if shown, thrown := b.shown(), b.thrown(); fmt.Sprint(shown) != fmt.Sprint(thrown) || !strings.Contains(value[string](b, `document.getElementById("command").textContent`), "--loss 2%") {
		t.Errorf("after the knob the page shows %v, its command gives %v", shown, thrown)
	}
	k := b.clicks("tcp", "(kind & 1) > 0")
	if command := value[string](b, `document.getElementById("command").textContent`); !strings.Contains(command, "--loss 2%") || !strings.Contains(command, "--tcp-drop-packets-back 1") {
		t.Errorf("after a click on an answer in the lesson the command is %s; want the knob in it, and the packet", command)
	}
	if !value[bool](b, fmt.Sprintf(`Number.isNaN(stones.frame.flows.find(f => f.name === "tcp").packets.arrived[%d])`, k)) {
		t.Error("what is clicked in a lesson is not lost")
	}
	drop := func(text string) {
		b.run(fmt.Sprintf(`(() => { const d = new DataTransfer(); d.items.add(new File([%q], "my.txtar")); document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})) })()`, text))
	}
	drop(string(lesson.Start()))
	b.until(fmt.Sprintf(view, "asked"))
	drop(strings.Replace(string(lesson.Start()), "-- why --", "-- wyh --", 1))
	b.until(`document.getElementById("trouble").textContent === 'my.txtar:30: unknown section "wyh"; did you mean "why"?'`)
	b.run(`document.getElementById("tolessons").click()`)
	b.until(fmt.Sprintf(view, "course"))
	if mark := value[string](b, `document.querySelectorAll("#hours small")[1].textContent`); mark != "off: 25 for 93" {
		t.Errorf("the list of lessons says %q of it", mark)
	}
	b.shoot("course")
	if len(b.troubles) > 0 {
		t.Errorf("the browser says %q", b.troubles)
	}
}

// shoot checks that the page fits a projector and a phone.
func (b *browsed) shoot(name string) {
	b.Helper()
	for _, size := range [][2]int64{{390, 844}, {1280, 720}} {
		b.do(chromedp.EmulateViewport(size[0], size[1]))
		time.Sleep(200 * time.Millisecond)
		broad, high := value[int64](b, `document.documentElement.scrollWidth`), value[float64](b, `document.querySelector("main").getBoundingClientRect().bottom`)
		if broad > size[0] || size[0] > 1000 && name != "course" && high > float64(size[1]) {
			b.Errorf("%s at %dx%d is %d broad, and ends at %v", name, size[0], size[1], broad, high)
		}
		dir := os.Getenv("STONES_SHOTS")
		if dir == "" {
			continue
		}
		shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(fmt.Sprintf("%s/page-%s-%d.png", dir, name, size[0]), shot, 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// A lesson may name the same flags in the page and at a terminal, knobs or not.
func TestPageKnowsFlags(t *testing.T) {
	samples := map[string]string{ // values of the flags that are not knobs; empty if they need none
		"format": "table", "json": "", "flow": "tcp", "with": "stop-and-wait", "file": "pebbles", "tiles": "", "at": "1s:loss=0%", "every": "1s:loss=5%",
		"key-file": "key", "runs": "2", "experiment": "mine.json", "check": "", "all": "", "theory": "", "pcap": "mine.pcap", "keep-caught": "mine",
		"picture": "ladder", "measure": "goodput_bps", "zoom": "0s-1s", "theme": "light", "shard": "1/1", "resume": "mine.jsonl", "out": "mine.svg", "force": "",
	}
	beside := map[string]string{ // what a flag needs beside it
		"tiles": "--file pebbles", "keep-caught": "--file pebbles", "measure": "--picture sweep --loss 0%,5%", "shard": "--format jsonl",
		"theme": "--format svg", "zoom": "--picture ladder",
	}
	_, throw := program{}.newThrow()
	throw.flags.VisitAll(func(f *pflag.Flag) {
		words := []string{"--" + f.Name}
		if k, is := f.Value.(knobFlag); is {
			words = append(words, k.Example)
			if k.Switch {
				words = words[:1]
			}
		} else if sample, known := samples[f.Name]; !known {
			t.Errorf("--%s: say here with what value it is tried", f.Name)
			return
		} else if sample != "" {
			words = append(words, sample)
		}
		words = append(words, strings.Fields(beside[f.Name])...)
		own := program{}.check(words)
		text := strings.Replace(string(lesson.Start()), "\n  stones throw ", "\n  stones throw "+strings.Join(words, " ")+"\n\n  stones throw ", 1)
		h := answered(t, web.Request{Lesson: &web.Lesson{File: &web.File{Name: "my.txtar", Text: text}}})
		if (own == nil) != (h.Error == nil) {
			t.Errorf("%q: the page says %+v, the program %v", words, h.Error, own)
		}
	})
}
