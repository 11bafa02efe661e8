package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/lesson"
	"stones/lab/protocol"
)

// gradedBy returns the JSON of stones grade.
func gradedBy(t *testing.T, args ...string) marked {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, run: runAll}
	if code := p.exec(t.Context(), append([]string{"grade", "--format", "json"}, args...)); code != 0 {
		t.Fatalf("%q: exit %d: %s", args, code, stderr.String())
	}
	var m marked
	if err := json.Unmarshal(stdout.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// without are the tasks that have no points.
func (m marked) without() []string {
	var names []string
	for _, t := range m.Tasks {
		if t.Points == 0 {
			names = append(names, t.Name)
		}
	}
	return names
}

// hidden is how many hidden seeds are graded. STONES_SEEDS=100 takes ten minutes.
func hidden() string {
	if long() {
		return cmp.Or(os.Getenv("STONES_SEEDS"), "6")
	}
	if testing.Short() {
		return "1"
	}
	return "3"
}

// The built-in protocols get their grades, whatever the seed.
func TestGradeWorked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sheet, with string
		points      int
		dear        bool // it takes 5 s, and tests little more than its neighbour
	}{
		{"reliable", "stop-and-wait", 100, false},
		{"reliable", "go-back-n window=8", 100, false},
		{"reliable", "selective-repeat window=8", 100, false},
		{"pipelined", "stop-and-wait timeout=15ms", 10, false},
		{"pipelined", "go-back-n window=8 timeout=15ms", 100, false},
		{"pipelined", "selective-repeat window=8 timeout=15ms", 100, false},
		{"polite", "stop-and-wait", 100, false},
		{"polite", "go-back-n window=8", 100, true},
		{"polite", "selective-repeat window=8", 100, true},
		{"polite", "go-back-n window=100", 40, true},        // which the short queue slows down as well
		{"polite", "selective-repeat window=100", 20, true}, // which fills any queue
	} {
		if tt.dear && !long() || tt.sheet == "polite" && testing.Short() {
			continue
		}
		m := gradedBy(t, tt.sheet, "--with", tt.with, "--seed", "1000", "--runs", hidden())
		if m.Points != tt.points || m.Of != 100 {
			t.Errorf("%s by %s: %d of %d points; want %d; without: %q; %+v", tt.with, tt.sheet, m.Points, m.Of, tt.points, m.without(), m.Tasks)
		}
	}
}

// The sheet asks for half of what TCP has alone, on each of its roads.
func TestPoliteBounds(t *testing.T) {
	notShort(t)
	t.Parallel()
	sheet, err := lesson.FindSheet("polite")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range sheet.Tasks {
		for _, x := range task.Expect {
			if !x.Median {
				continue
			}
			var alone []lab.Experiment
			for seed := range uint64(30) {
				e, err := task.Experiment("stop-and-wait", seed+1)
				if err != nil {
					t.Fatal(err)
				}
				e.Flows, e.Together = e.Flows[:1], false
				alone = append(alone, e)
			}
			half := x
			half.Least, half.Most = 1.98*x.Least, 2.02*x.Least
			if err := half.Check(all(t, alone)...); err != nil {
				t.Errorf("%s: TCP alone: %v", task.Name, err)
			}
		}
	}
}

// Broken programs get their grades: each has one mistake, and no points for the tasks
// and seeds in which the mistake matters. The runs of the sound program show which
// these are.
func TestGradeBroken(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs go")
	}
	const timer = `case words[1] == "timer": // 0.205 timer 0`
	source, err := protocol.Template("mine.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".go")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	sound := write("sound", string(source))
	always := func(lab.Outcome) bool { return true }
	flipped := func(x lab.Outcome) bool {
		return slices.ContainsFunc(x.Packets, func(p lab.Packet) bool { return p.Fate == lab.PacketDamaged })
	}
	for _, tt := range []struct {
		name, old, now string
		timeout        string // of the sound program
		tells          func(x lab.Outcome) bool
		dear           bool // it takes its time
	}{
		{"sound", "timeout: ", "timeout: ", "0.1", func(lab.Outcome) bool { return false }, false},
		{"off by one", "e.number, e.queue[0])", "e.number, e.queue[0][1:])", "0.1", always, false},
		{"forgets a retransmission", timer + "\n\t\t\te.throw()", timer, "60", func(x lab.Outcome) bool { return x.Wire.Retransmitted.Value > 0 }, false},
		{"delivers duplicates", "if n == e.number {", "if n <= e.number {", "0.1", func(x lab.Outcome) bool { return caught(x) > x.Thrown }, false},
		{"loses the order", "bytes(words[3]))\n", "bytes(words[3]))\n\t\t\tif n := len(e.queue); n > 2 {\n\t\t\t\te.queue[n-1], e.queue[n-2] = e.queue[n-2], e.queue[n-1]\n\t\t\t}\n", "0.1", always, false},
		{"does not look for damage", " || binary.BigEndian.Uint32(datagram) != crc32.ChecksumIEEE(datagram[4:])", "", "0.1", flipped, false},
		{"floods", "\t\tif e.last &&", "\t\tfor range 20000 {\n\t\t\te.say(\"note x 1\")\n\t\t}\n\t\tif e.last &&", "0.1", always, false},
		{"dies", "\t\t\te.last = true", "\t\t\tos.Exit(3)", "0.1", always, false},
		{"hangs", "\t\tif e.last &&", "\t\tfor e.last {\n\t\t}\n\t\tif e.last &&", "0.1", always, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runs := hidden()
			switch {
			case tt.dear && !long():
				t.Skip("takes 50 s; STONES_LONG=1 runs it")
			case tt.dear:
				runs = "1"
			}
			broken := strings.Replace(string(source), tt.old, tt.now, 1)
			if broken == string(source) != (tt.name == "sound") {
				t.Fatal("the mistake is not made")
			}
			t.Parallel()
			m := gradedBy(t, "reliable", "--with", write(tt.name, broken)+" timeout=0.1", "--seed", "1000", "--runs", runs)
			want := deserved(t, sound+" timeout="+tt.timeout, runs, tt.tells)
			for _, task := range m.Tasks {
				got := map[uint64]bool{}
				for _, f := range task.Faults {
					got[f.Seed] = true
				}
				if fmt.Sprint(got) != fmt.Sprint(want[task.Name]) || (task.Points == 0) != (len(got) > 0) {
					t.Errorf("%s: %d points, wrong with the seeds %v; want %v", task.Name, task.Points, got, want[task.Name])
				}
			}
		})
	}
}

// deserved are the seeds in which a mistake matters, by the name of the task.
func deserved(t *testing.T, sound, runs string, tells func(lab.Outcome) bool) map[string]map[uint64]bool {
	t.Helper()
	sheet, err := lesson.FindSheet("reliable")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(runs)
	if err != nil {
		t.Fatal(err)
	}
	seeds := map[string]map[uint64]bool{}
	for _, task := range sheet.Tasks {
		seeds[task.Name] = map[uint64]bool{}
		var es []lab.Experiment
		for i := range n {
			e, err := task.Experiment(sound, uint64(1000+i))
			if err != nil {
				t.Fatal(err)
			}
			e.Packets = true
			es = append(es, e)
		}
		for _, r := range all(t, es) {
			switch x := r.Flows[0]; {
			case tells(x): // even if it gave up waiting
				seeds[task.Name][r.Experiment.Seed] = true
			case !x.Complete:
				t.Fatalf("%s, seed %d: the sound program: %s", task.Name, r.Experiment.Seed, x.Error)
			}
		}
	}
	return seeds
}

// caught is how many datagrams with a stone came to the catcher as they were sent.
func caught(x lab.Outcome) (n int) {
	for _, p := range x.Packets {
		if p.Back || p.First == 0 {
			continue
		}
		for _, trip := range []*lab.Trip{&p.Trip, p.Copy} {
			if trip != nil && trip.Fate == lab.PacketArrived {
				n++
			}
		}
	}
	return n
}

// An interrupt ends the grading, and what was cut short has no grade.
func TestGradeInterrupted(t *testing.T) {
	var stdout, stderr bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	p.run = func(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
		results, err := runAll(ctx, es, done)
		return results, cmp.Or(err, context.Canceled)
	}
	code := p.exec(t.Context(), []string{"grade", "reliable", "--with", "stop-and-wait"})
	if want := "stones: interrupted in the task \"nothing happens\"; nothing is graded\n"; code != exitInterrupted || stderr.String() != want || stdout.Len() > 0 {
		t.Errorf("exit %d: %s%s; want %s", code, stdout.String(), stderr.String(), want)
	}
}

// The other formats say the same.
func TestGradeFormats(t *testing.T) {
	say := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, run: runAll}
		code := p.exec(t.Context(), append([]string{"grade"}, args...))
		return code, stdout.String(), stderr.String()
	}
	const with = "stop-and-wait timeout=15ms"
	_, table, _ := say("pipelined", "--with", with)
	for _, want := range []string{
		"A protocol that fills the road: 10 of 100 points",
		"the road is full: seed 1: own done_ms is 1",
		"stones throw --road clean --delay 2ms --count 400 --size 1000 --rate max --only own --seed 1 --with 'stop-and-wait timeout=15ms'",
	} {
		if !strings.Contains(strings.Join(strings.Fields(table), " "), want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	_, text, _ := say("pipelined", "--with", with, "--format", "gradescope")
	var scope struct {
		Score float64
		Tests []struct {
			Name   string
			Score  float64
			Max    float64 `json:"max_score"`
			Output string
		}
		Leaderboard []any
	}
	if err := json.Unmarshal([]byte(text), &scope); err != nil || scope.Score != 10 || len(scope.Tests) != 4 || scope.Tests[1].Max != 30 || scope.Tests[1].Score != 0 || len(scope.Leaderboard) != 1 {
		t.Errorf("%v: %+v", err, scope)
	}
	_, text, _ = say("pipelined", "--with", with, "--format", "junit")
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal([]byte(text), &suite); err != nil || suite.Tests != 4 || suite.Failures != 3 || suite.Cases[0].Failure != nil || suite.Cases[1].Failure == nil {
		t.Errorf("%v: %+v", err, suite)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"reliable"}, `--with "": needed: the protocol to be held to the sheet, e.g. ./mine.py`},
		{[]string{"relable", "--with", "stop-and-wait"}, `unknown sheet "relable"; did you mean "reliable"?; allowed pipelined, polite, reliable, and files, which end in .txtar`},
		{[]string{"testdata/script/", "--with", "stop-and-wait"}, `"testdata/script/": a folder, not a file`},
		{[]string{"--new", "sheets/"}, `--new "sheets/": a name stands before the ending`},
		{[]string{"reliable", "--with", "quic"}, `--with "quic": "quic": no protocol has this name`},
		{[]string{"reliable", "--with", "./nowhere.py"}, `--with "./nowhere.py": "./nowhere.py": there is no such file`},
		{[]string{"./nowhere.txtar", "--with", "stop-and-wait"}, `"./nowhere.txtar": `},
		{[]string{"--with", "stop-and-wait"}, `which sheet? stones grade lists those that there are`},
		{[]string{"--new", "x", "reliable"}, `--new cannot be combined with anything else`},
		{[]string{"reliable", "pipelined"}, `"pipelined": unexpected word; one sheet at a time`},
	} {
		code, _, said := say(tt.args...)
		if code != exitInput || !strings.HasPrefix(said, "stones: "+tt.want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%q: exit %d: %q; want %q", tt.args, code, said, tt.want)
		}
	}
	if code, list, _ := say(); code != 0 || !strings.Contains(list, "reliable   A protocol that loses nothing: 10 tasks, 100 points") {
		t.Errorf("%s", list)
	}
	t.Chdir(t.TempDir())
	if code, said, wrong := say("--new", "my"); code != 0 || said != "my.txtar is written. Change it, and grade with it: stones grade my.txtar --with ./mine.py\n" {
		t.Errorf("exit %d: %s%s", code, said, wrong)
	}
	if m := gradedBy(t, "my.txtar", "--with", "go-back-n"); m.Points != 5 || m.Of != 5 {
		t.Errorf("%+v", m)
	}
}

// The exercises of well-known courses are sheets of a page, and run quickly.
func TestGradeCourses(t *testing.T) {
	t.Parallel()
	for _, sheet := range []string{"firsts-and-last", "all-at-once"} {
		file := filepath.Join("testdata", "sheets", sheet+".txtar")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > 60 {
			t.Errorf("%s has %d lines; want at most 60", sheet, lines)
		}
		for _, with := range []string{"stop-and-wait timeout=60ms", "go-back-n timeout=60ms", "selective-repeat timeout=60ms"} {
			began := time.Now()
			if m := gradedBy(t, file, "--with", with, "--runs", "10"); m.Points != 10 || m.Of != 10 {
				t.Errorf("%s by %s: %d of %d; %+v", with, sheet, m.Points, m.Of, m.Tasks)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s by %s took %v; want at most 10s", with, sheet, took)
			}
		}
	}
}
