package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"stones/lab"
)

// Whatever a program does, throw and grade say in one line what was wrong with it, at
// which end and at which event, within 5 s. They need little memory for that, and leave
// no process, no descriptor, and no control sequence on the screen.
func TestHostilePrograms(t *testing.T) {
	hostile, err := exec.LookPath("hostile")
	if err != nil {
		t.Fatal(err)
	}
	sheet := filepath.Join(t.TempDir(), "sheet.txtar")
	text := "-- sheet --\nOne\n-- task all 1 --\n-- experiment --\nroad clean\ncount 20\n-- expect --\nown lost = 0\n"
	if err := os.WriteFile(sheet, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	exec := func(args ...string) (code int, stdout, stderr string) {
		var out, wrong watched
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong}
		p.run = func(ctx context.Context, es []lab.Experiment, done func(int)) ([]lab.Result, error) {
			return runTelling(ctx, &wrong, es, done)
		}
		code = p.exec(t.Context(), args)
		return code, out.String(), wrong.String()
	}
	exec("throw", "--with", hostile, "--count", "1") // opens what is opened once
	for _, tt := range []struct {
		does, at string
		want     string // of throw, as an expression; "" if it is no failure
		slow     bool   // it waits until patience ends
	}{
		{"hangs", "1", `thrower, at the event "hello": said nothing for 3s; did it flush its output\?`, true},
		{"hangs", "4", `thrower, at the event "stone 3": said nothing for 3s; did it flush its output\?`, true},
		{"closes-its-input", "4", `thrower, at the event "stone [34]": (ended without saying ok|said nothing for 3s; did it flush its output\?)`, true},
		{"dies", "1", `thrower, at the event "hello": ended without saying ok`, false},
		{"dies", "4", `thrower, at the event "stone 3": ended without saying ok`, false},
		{"is-killed", "4", `thrower, at the event "stone 3": ended without saying ok`, false},
		{"floods", "4", `thrower, at the event "stone 3": said more than 10000 lines without ok`, false},
		{"never-ends-a-line", "4", `thrower, at the event "stone 3": wrote a line of more than 131072 bytes`, false},
		{"complains-without-end", "4", `thrower, at the event "stone 3": ended without saying ok; its last words: a{120}…`, false},
		{"says-NUL", "4", `thrower, at the event "stone 3": said "a\\x00b": allowed send, deliver, timer, note, done, ok`, false},
		{"says-escapes", "4", `thrower, at the event "stone 3": said "\\x1b\[2J\\x1b\]0;mine\\a\\u202e\\xff": allowed send, deliver, timer, note, done, ok`, false},
		{"dies-with-escapes", "4", `thrower, at the event "stone 3": ended without saying ok; its last words: \\x1b\[2J\\x1b\]0;mine\\a\\u202e\\xff`, false},
		{"says-no-base64", "4", `thrower, at the event "stone 3": said "send x": bytes are written in base64, with padding`, false},
		{"waits-for-ages", "4", `thrower, at the event "stone 3": said "timer 1 1000000000000": a timer runs for 1e-06 to 86400 seconds, or is off`, false},
		{"answers-unasked", "1", `thrower, at the event "stone \d+": said "ok" before it was asked; an answer ends with ok, once`, false},
		{"leaves-a-child", "4", `thrower, at the event "stone 3": said nothing for 3s; did it flush its output\?; its last words: child \d+`, true},
		{"invents", "1", "", false}, // what was never thrown is counted
	} {
		t.Run(tt.does+"/"+tt.at, func(t *testing.T) {
			if tt.slow {
				inFull(t)
			}
			for _, args := range [][]string{
				{"throw", "--only", "own", "--road", "clean", "--count", "20", "--format", "json"},
				{"grade", sheet, "--format", "json"},
			} {
				var before, after runtime.MemStats
				open, alone := descriptors(t), childless()
				runtime.ReadMemStats(&before)
				began := time.Now()
				code, stdout, stderr := exec(append(args, "--with", fmt.Sprintf("%s does=%s at=%s name=mine", hostile, tt.does, tt.at))...)
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("%s took %v; want at most 5s", args[0], took)
				}
				runtime.ReadMemStats(&after)
				if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 64 {
					t.Errorf("%s had %d MB of memory; want at most 64", args[0], used)
				}
				if now := descriptors(t); now != open {
					t.Errorf("%s leaves %d descriptors open; %d were before", args[0], now, open)
				}
				if alone && !childless() {
					t.Errorf("%s leaves a process", args[0])
				}
				if obeyed := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }; strings.ContainsFunc(stdout+stderr, obeyed) || !utf8.ValidString(stdout+stderr) {
					t.Errorf("%s writes %q, %q", args[0], stdout, stderr)
				}
				said := stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:]
				if args[0] == "grade" {
					said = faultOf(t, stdout)
				}
				switch {
				case tt.want == "" && args[0] == "throw":
					if code != 0 || stderr != "" || !strings.Contains(stdout, `"foreign": 1`) {
						t.Errorf("exit %d: %s%s", code, stdout, stderr)
					}
				case tt.want == "":
					if want := "seed 1: own lost is 20; expected 0"; said != want {
						t.Errorf("grade says %q; want %q", said, want)
					}
				case args[0] == "throw":
					if want := "^stones: mine: not complete: the " + tt.want + "\n$"; code != exitUnfinished || strings.Count(stderr, "stones: ") != 1 || !regexp.MustCompile(want).MatchString(said) {
						t.Errorf("exit %d: %q; want %s", code, said, want)
					}
				default:
					if want := "^seed 1: the " + tt.want + "$"; code != 0 || !regexp.MustCompile(want).MatchString(said) {
						t.Errorf("exit %d: %q; want %s", code, said, want)
					}
				}
				if child := regexp.MustCompile(`child (\d+)`).FindStringSubmatch(said); child != nil && alive(child[1]) {
					t.Errorf("%s leaves the process %s", args[0], child[1])
				}
			}
		})
	}
}

// descriptors is how many the process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// childless reports whether the process has no children, not even dead ones.
func childless() bool {
	return errors.Is(unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil), unix.ECHILD)
}

// faultOf returns the one fault in the one task of a sheet, from JSON.
func faultOf(t *testing.T, text string) string {
	t.Helper()
	var m marked
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.Points != 0 || len(m.Tasks) != 1 || len(m.Tasks[0].Faults) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	return m.Tasks[0].Faults[0].What
}

// alive reports whether a process still runs.
func alive(pid string) bool {
	for range 100 {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
