package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"stones/lab/protocol"
)

// A program of 40 lines gives the same bytes in every run, however many processors
// there are.
func TestProgramSame(t *testing.T) {
	notShort(t)
	t.Parallel()
	runs := 2
	if long() {
		runs = 7
	}
	args := forty(t, "--loss", "1%", "--loss-back", "1%", "--per-stone", "--packets", "--format", "json")
	var first []byte
	for _, processors := range []string{"1", "2", "8"} {
		for range runs {
			c := exec.Command("stones", args...)
			c.Env = append(os.Environ(), "GOMAXPROCS="+processors)
			got, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			if !bytes.Equal(got, first) {
				t.Fatalf("GOMAXPROCS=%s: %d bytes, which are not the first run's %d", processors, len(got), len(first))
			}
		}
	}
	if !bytes.Contains(first, []byte(`"delivered": 1000`)) {
		t.Error("not all stones were delivered")
	}
}

// forty are the words of a throw with a program of 40 lines in Python.
func forty(tb testing.TB, more ...string) []string {
	tb.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		tb.Skip("needs python3")
	}
	const file = "testdata/forty.py"
	if n := bytes.Count(must(os.ReadFile(file)), []byte("\n")); n != 40 {
		tb.Errorf("%s has %d lines", file, n)
	}
	return append([]string{"throw", "--only", "own", "--with", file + " timeout=0.06", "--count", "1000", "--size", "1000"}, more...)
}

// The conversation on the page about protocols of one's own is what happens.
func TestOwnPage(t *testing.T) {
	forty(t)
	page := protocol.Page()
	blocks := regexp.MustCompile(`(?m)^\t> hello 1 (\w+)(?: .*)?\n(?:\t[<>] .*\n)+`).FindAllStringSubmatch(page, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d conversations", len(blocks))
	}
	for _, block := range blocks {
		var asked, want strings.Builder
		for line := range strings.Lines(block[0]) {
			if said, ok := strings.CutPrefix(line, "\t> "); ok {
				asked.WriteString(said)
			} else {
				want.WriteString(strings.TrimPrefix(line, "\t< "))
			}
		}
		c := exec.Command("python3", "testdata/forty.py", block[1])
		c.Stdin = strings.NewReader(asked.String())
		if got, err := c.Output(); err != nil || string(got) != want.String() {
			t.Errorf("the %s says, %v:\n%s\nwant\n%s", block[1], err, got, want.String())
		}
	}
	text := strings.Join(strings.Fields(page), " ")
	for _, limit := range []string{
		fmt.Sprintf("at most %d KiB", protocol.MaxLine>>10), fmt.Sprintf("%d,000 lines", protocol.MaxLines/1000), fmt.Sprintf("%d,000 datagrams", protocol.MaxSends/1000),
		fmt.Sprintf("0 to %d and", protocol.MaxTimer), fmt.Sprintf("%f to %.0f seconds", protocol.MinAfter.Seconds(), protocol.MaxAfter.Seconds()), fmt.Sprintf("%d,000 notes", protocol.MaxNotes/1000),
	} {
		if !strings.Contains(text, limit) {
			t.Errorf("the page does not say %q", limit)
		}
	}
}

// hostile is a program that behaves as one end of a protocol until the event at=. Then
// the thrower misbehaves. The greeting is the first event.
func hostile() {
	if os.Args[1] == "child" {
		time.Sleep(time.Hour)
	}
	does, at := "", ""
	in := bufio.NewReader(os.Stdin)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		for word := range strings.FieldsSeq(line) {
			if key, value, ok := strings.Cut(word, "="); ok && n == 1 {
				switch key {
				case "does":
					does = value
				case "at":
					at = value
				}
			}
		}
		switch role := os.Args[1]; {
		case role == "thrower" && fmt.Sprint(n) == at:
			misdeed(does)
		case role == "catcher" && does == "invents" && n == 1:
			say("deliver bmV2ZXIgdGhyb3du\n", 1) // "never thrown"
		case does == "invents" && strings.HasSuffix(line, " last\n"):
			say("done\n", 1)
		}
		say("ok\n", 1)
	}
}

// misdeed does one thing that a program should not do.
func misdeed(does string) {
	switch does {
	case "hangs":
		time.Sleep(time.Hour)
	case "closes-its-input":
		_ = os.Stdin.Close()
		time.Sleep(time.Hour)
	case "dies":
		os.Exit(3)
	case "is-killed":
		_ = must(os.FindProcess(os.Getpid())).Kill()
		time.Sleep(time.Hour)
	case "floods":
		say(strings.Repeat("note x 1\n", 1000), 1000)
	case "never-ends-a-line":
		say(strings.Repeat("a", 1_000_000), 1000)
	case "complains-without-end":
		for range 100 {
			_, _ = io.WriteString(os.Stderr, strings.Repeat("a", 1_000_000))
		}
		os.Exit(3)
	case "says-NUL":
		say("a\x00b\n", 1)
	case "says-escapes":
		say("\x1b[2J\x1b]0;mine\a\u202e\xff\n", 1)
	case "dies-with-escapes":
		_, _ = io.WriteString(os.Stderr, "\x1b[2J\x1b]0;mine\a\u202e\xff\n")
		os.Exit(3)
	case "says-no-base64":
		say("send x\n", 1)
	case "waits-for-ages":
		say("timer 1 1000000000000\n", 1)
	case "answers-unasked":
		say("ok\n", 2)
	case "leaves-a-child":
		self := must(os.Executable())
		child := exec.Command(self, "child")
		child.Args[0] = "hostile"
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stderr, "child", child.Process.Pid)
		os.Exit(3)
	}
}

// say writes a text so many times.
func say(text string, times int) {
	for range times {
		if _, err := io.WriteString(os.Stdout, text); err != nil {
			os.Exit(4)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
