package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image"
	_ "image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
)

// choices are values of knobs, in addition to their examples.
var choices = map[string][]string{
	"rate":         {"50", "1000/s", "1.6Mbit", "max"},
	"count":        {"1", "2", "17", "120"},
	"time":         {"100ms", "300ms"},
	"size":         {"32", "200", "1448", "1500", "4000"},
	"start":        {"50ms", "0-100ms"},
	"pattern":      {"poisson", "burst:7", "steady"},
	"delay":        {"0", "1ms", "80ms"},
	"jitter":       {"3ms", "10ms:normal"},
	"loss":         {"0%", "3%", "gemodel 2% 30%", "100%"},
	"reorder":      {"0%", "5%:3"},
	"bandwidth":    {"100kbit", "2Mbit", "unlimited", "@lte-car"},
	"policer":      {"1Mbit:3kB"},
	"shaper":       {"1Mbit:3kB"},
	"queue":        {"1", "5", "3kB", "20ms", "50:codel", "50:fq_codel", "50:red", "50:pie", "unlimited"},
	"outage":       {"100ms-300ms", "0s-50ms"},
	"mtu":          {"576", "1280", "9000"},
	"window":       {"4096", "16kB", "1MB"},
	"congestion":   {"cubic", "reno"},
	"recovery":     {"rack", "sack"},
	"read-size":    {"32", "100", "3000"},
	"asleep":       {"100ms"},
	"catcher-dies": {"1", "20"},
	"deadline":     {"0s", "25ms"},
	"give-up":      {"0s", "500ms", "1m"},
	"parallel":     {"2", "5"},
	"path":         {"sim"},
	"interval":     {"10ms", "100ms"},
	"say":          {"Привет", "x"},
}

// more are flags that are no knobs of the table.
var more = [][]string{
	{"--flow", "udp rate=100 count=20 name=one"},
	{"--flow", "tcp rate=max count=50 name=two start=20ms"},
	{"--flow", "udp rate=100 count=20 name=three reverse"},
	{"--flow", "tcp rate=max count=50 name=four reverse extra-delay=7ms"},
	{"--with", "stop-and-wait"},
	{"--with", "go-back-n window=4"},
	{"--with", "selective-repeat"},
	{"--at", "50ms:loss=30%"},
	{"--at", "100ms:delay=5ms"},
	{"--every", "40ms:delay=10ms 30ms"},
	{"--at", "20ms:bandwidth=500kbit"},
	{"--theory"},
	{"--all"},
	{"--counters"},
	{"--runs", "2"},
	{"--road", "wifi"},
}

// A play is one command line, and its parts.
type play struct {
	seed  uint64
	args  []string
	words []string
}

// playOf draws the command line of a seed.
func playOf(seed uint64, path string) play {
	rng := rand.New(rand.NewPCG(seed, 7))
	p := play{seed: seed, args: []string{"throw", "--path", path, "--seed", fmt.Sprint(seed)}}
	few := []string{"--count", fmt.Sprint(1 + rng.IntN(80))}
	if path != lab.Sim {
		p.args = append(p.args, "--give-up", "3s")
	}
	all := knob.All()
	for range 1 + rng.IntN(6) {
		if rng.IntN(4) == 0 {
			f := more[rng.IntN(len(more))]
			p.args, p.words = append(p.args, f...), append(p.words, f[0][2:])
			continue
		}
		k := all[rng.IntN(len(all))]
		if slices.Contains(p.words, k.Word) || slices.Contains([]string{"path", "seed"}, k.Word) || k.Group == knob.Far && rng.IntN(4) > 0 {
			continue
		}
		value := k.Example
		if some := choices[k.Base]; len(some) > 0 && rng.IntN(3) > 0 {
			value = some[rng.IntN(len(some))]
		}
		p.args, p.words = append(p.args, "--"+k.Word+"="+value), append(p.words, k.Word)
		if k.Base == "count" || k.Base == "time" {
			few = nil // the two conflict
		}
	}
	p.args = append(p.args, few...)
	return p
}

// played runs a command line, and returns its exit code and its output.
func played(t *testing.T, args ...string) (code int, said, wrong string) {
	t.Helper()
	var out, err bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &err, run: runAll}
	defer func() {
		if x := recover(); x != nil {
			code, wrong = -1, fmt.Sprint("panic: ", x)
		}
	}()
	code = p.exec(t.Context(), args)
	return code, out.String(), err.String()
}

// notANumber is what no result may show.
var notANumber = regexp.MustCompile(`\bNaN\b|\bInf\b|%!|<nil>`)

// hold returns what is wrong with how a command line ended.
func (p play) hold(t *testing.T, dir string) (ran bool, wrong string) {
	t.Helper()
	code, said, errs := played(t, append(slices.Clone(p.args), "-J")...)
	switch {
	case code == exitInput:
		if said != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "stones: ") {
			return false, fmt.Sprintf("a refusal is one line:\n%s%s", errs, said)
		}
		return false, ""
	case code == exitRefused && strings.Contains(errs, "refused") && slices.ContainsFunc(p.args, refuses):
	case code != 0 && code != exitUnfinished:
		return true, fmt.Sprintf("exit code %d: %s", code, errs)
	case (code == 0) != (errs == ""):
		return true, fmt.Sprintf("exit code %d, and it says %q", code, errs)
	}
	var doc lab.Document
	if err := document.Unmarshal([]byte(said), &doc); err != nil {
		return true, fmt.Sprintf("the JSON: %v", err)
	}
	for _, r := range doc.Results {
		for _, x := range r.Flows {
			if bad := impossible(x); bad != "" {
				return true, fmt.Sprintf("%s: %s", x.Name, bad)
			}
			if (x.Error != "") == x.Complete {
				return true, fmt.Sprintf("%s: complete %t, error %q", x.Name, x.Complete, x.Error)
			}
		}
	}
	file := filepath.Join(dir, "kept.json")
	if err := os.WriteFile(file, []byte(said), 0o666); err != nil {
		t.Fatal(err)
	}
	formats := []string{"json"}
	if p.seed/4%4 == 0 { // these checks take most of the time
		formats = []string{"table", "markdown", "csv", "json", "jsonl"}
	}
	if p.seed/4%16 == 0 && len(doc.Results) == 1 {
		formats = append(formats, "svg", "png")
	}
	for _, format := range formats {
		code, out, errs := played(t, "report", file, "--format", format)
		switch {
		case code == exitInput && (format == "svg" || format == "png") && strings.Count(errs, "\n") == 1:
			continue // an error that names what the picture lacks
		case code != 0 && code != exitUnfinished || out == "":
			return true, fmt.Sprintf("as %s: exit code %d: %s", format, code, errs)
		}
		if err := wellFormed(format, out); err != nil {
			return true, fmt.Sprintf("as %s: %v", format, err)
		}
		if format == "json" && out != said {
			return true, "report writes other JSON than throw"
		}
	}
	if path := doc.Results[0].Experiment.Path; path == lab.Sim && !slices.Contains(p.args, "--theory") {
		if _, again, errs := played(t, "throw", "--experiment", file, "-J"); again != said {
			return true, "run again, it gives other bytes: " + errs
		}
	}
	return true, looked(t, doc, file, dir)
}

// looked checks a result more closely: stone by stone, and against a capture. On sim
// these change nothing but themselves.
func looked(t *testing.T, doc lab.Document, file, dir string) (wrong string) {
	t.Helper()
	one := doc.Results[0]
	if one.Experiment.Path != lab.Sim || len(doc.Results) > 1 {
		return ""
	}
	capture := filepath.Join(dir, "kept.pcapng")
	more := []string{"throw", "--experiment", file, "-J", "--per-stone"}
	code, said, errs := played(t, append(more, "--pcap", capture)...)
	if code == exitInput {
		capture = ""
		code, said, errs = played(t, more...)
	}
	var close lab.Document
	if err := document.Unmarshal([]byte(said), &close); err != nil {
		return fmt.Sprintf("stone by stone: exit code %d: %s: %v", code, errs, err)
	}
	var packets []boxed
	if capture != "" {
		b, err := os.ReadFile(capture)
		if err != nil {
			return fmt.Sprintf("exit code %d: %s: %v", code, errs, err)
		}
		if packets, err = unboxed(b); err != nil {
			return fmt.Sprintf("the capture: %v", err)
		}
	}
	udp := 0
	for _, x := range one.Flows {
		if x.Transport != lab.TCP {
			udp++
		}
	}
	for i, x := range close.Results[0].Flows {
		was := one.Flows[i]
		if x.Delivered != was.Delivered || x.Delay != was.Delay || x.Goodput != was.Goodput {
			return x.Name + ": with --per-stone it is another one"
		}
		if bad := recomputed(x, one.Experiment.Deadline, one.Experiment.GiveUp); bad != "" {
			return x.Name + ": " + bad
		}
		if capture == "" || udp > 1 || x.Transport != lab.UDP {
			continue
		}
		if bad := recaptured(one.Experiment, x, packets); bad != "" {
			return x.Name + ": " + bad
		}
	}
	return ""
}

// refuses reports whether a flag can have a connection refused.
func refuses(flag string) bool {
	return strings.HasPrefix(flag, "--nobody") || strings.HasPrefix(flag, "--catcher-dies")
}

// impossible names a figure of an outcome that is not possible.
func impossible(x lab.Outcome) string {
	switch {
	case x.Broken != "":
		return x.Broken
	case x.Thrown != x.Delivered+x.Lost+x.Unknown:
		return fmt.Sprintf("thrown %d = %d + %d + %d", x.Thrown, x.Delivered, x.Lost, x.Unknown)
	case x.Goodput.Known() && x.Throughput.Known() && x.Goodput.Value > x.Throughput.Value:
		return fmt.Sprintf("goodput %v, throughput %v", x.Goodput, x.Throughput)
	case x.Delay.P50.Known() && x.Delay.P99.Known() && x.Delay.P50.Value > x.Delay.P99.Value && x.Delay.P99 != lab.Infinite():
		return fmt.Sprintf("p50 %v, p99 %v", x.Delay.P50, x.Delay.P99)
	}
	if x.Delay.P50.Known() && x.Delay.P95.Known() && x.Delay.P50.Value > x.Delay.P95.Value || x.Delay.P99.Known() && x.Delay.P95.Known() && x.Delay.P95.Value > x.Delay.P99.Value || x.Delay.P99.Known() && x.Delay.P99.Value > x.Delay.Max.Value {
		return fmt.Sprintf("percentiles fall: %+v", x.Delay)
	}
	thrown, delivered, lost := 0, 0, 0
	for _, i := range x.Intervals {
		thrown, delivered, lost = thrown+i.Thrown, delivered+i.Delivered, lost+i.Lost
	}
	if len(x.Intervals) > 0 && (thrown != x.Thrown || delivered != x.Delivered || lost != x.Lost) {
		return fmt.Sprintf("the intervals have %d, %d, %d, all has %d, %d, %d", thrown, delivered, lost, x.Thrown, x.Delivered, x.Lost)
	}
	return ""
}

// wellFormed reads what was written in a format.
func wellFormed(format, out string) error {
	switch format {
	case "csv":
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err == nil && len(rows) < 2 {
			err = fmt.Errorf("%d rows", len(rows))
		}
		return err
	case "json", "jsonl":
		for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
			var any any
			if err := d.Decode(&any); err != nil {
				return err
			}
		}
	case "svg":
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			if _, err := d.Token(); err != nil {
				if err.Error() == "EOF" {
					break
				}
				return err
			}
		}
	case "png":
		_, _, err := image.Decode(strings.NewReader(out))
		return err
	}
	if m := notANumber.FindString(out); m != "" {
		return fmt.Errorf("it shows %s", m)
	}
	return nil
}

// shrunk is the shortest part of a command line that fails too.
func (p play) shrunk(t *testing.T) play {
	t.Helper()
	for again := true; again; {
		again = false
		for i := 1; i < len(p.args); i++ {
			if !strings.HasPrefix(p.args[i], "--") || p.args[i] == "--seed" || p.args[i] == "--path" {
				continue
			}
			end := i + 1
			for end < len(p.args) && !strings.HasPrefix(p.args[end], "--") {
				end++
			}
			less := play{seed: p.seed, args: slices.Delete(slices.Clone(p.args), i, end)}
			if _, wrong := less.hold(t, t.TempDir()); wrong != "" {
				p, again = less, true
				break
			}
		}
	}
	return p
}

// pasted is the command line, quoted for a shell.
func (p play) pasted() string {
	words := []string{"stones"}
	for _, a := range p.args {
		if strings.ContainsAny(a, " %@'") {
			a = "'" + a + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// monkeyMemory is the limit for four experiments at once, of a few hundred stones each.
const monkeyMemory = 256 << 20

// heapWatched samples how much of the heap is in use, until most is called, which
// returns the maximum.
func heapWatched(t *testing.T) (most func() uint64) {
	t.Helper()
	var watch sync.WaitGroup
	over, high := make(chan struct{}), uint64(0)
	watch.Go(func() {
		now := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			metrics.Read(now)
			high = max(high, now[0].Value.Uint64())
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	most = sync.OnceValue(func() uint64 {
		close(over)
		watch.Wait()
		return high
	})
	t.Cleanup(func() { t.Logf("%d MiB of the heap were in use at most", most()>>20) })
	return most
}

// Whatever the flags, the program ends as documented: an error is one line, every law
// holds, every format can be read, and the same experiment gives the same bytes. The
// long form draws every knob, and each runs.
func TestThrowMonkey(t *testing.T) {
	t.Parallel()
	n := uint64(20)
	if testing.Short() {
		n = 4
	}
	if long() {
		n = 2000
	}
	const parts = 4
	var mu sync.Mutex
	tried, used := make(map[string]int), make(map[string]int)
	high := heapWatched(t)
	t.Run("seeds", func(t *testing.T) {
		for part := range uint64(parts) {
			t.Run(fmt.Sprintf("part=%d", part), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < n; seed += parts {
					p := playOf(seed, lab.Sim)
					ran, wrong := p.hold(t, t.TempDir())
					if wrong != "" {
						t.Errorf("seed %d: %s\n%s", seed, wrong, p.shrunk(t).pasted())
					}
					mu.Lock()
					for _, w := range p.words {
						tried[w]++
						if ran {
							used[w]++
						}
					}
					mu.Unlock()
				}
			})
		}
	})
	if !long() {
		return
	}
	if most := high(); most > monkeyMemory {
		t.Errorf("%d MiB were in use at once; want at most %d", most>>20, monkeyMemory>>20)
	}
	for _, k := range knob.All() {
		near := k.Group != knob.Far && k.Word != "path" && k.Word != "seed"
		if near && used[k.Word] == 0 {
			t.Errorf("--%s was drawn %d times, and ran %d times", k.Word, tried[k.Word], used[k.Word])
		}
	}
}
