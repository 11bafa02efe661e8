package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"stones/lab/document"
	"stones/lab/lesson"
)

// A person sits at a terminal in front of the program.
type person struct {
	*testing.T
	terminal *os.File
	cmd      *exec.Cmd
	read     bytes.Buffer
}

// sit starts the program at a terminal of its own.
func sit(t *testing.T, args ...string) *person {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { terminal.Close() })
	raw, err := terminal.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	var failed error
	err = raw.Control(func(fd uintptr) {
		if failed = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); failed == nil {
			number, failed = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err := errors.Join(err, failed); err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer screen.Close()
	p := &person{T: t, terminal: terminal, cmd: exec.CommandContext(t.Context(), "stones", args...)}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = screen, screen, screen
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// sees waits until the screen shows a text, and drops everything up to it.
func (p *person) sees(text string) {
	p.Helper()
	if err := p.terminal.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.Fatal(err)
	}
	for {
		shown := strings.ReplaceAll(p.read.String(), "\r\n", "\n")
		if before, after, ok := strings.Cut(shown, text); ok {
			p.Log(before + text)
			p.read.Reset()
			p.read.WriteString(after)
			return
		}
		buf := make([]byte, 4096)
		n, err := p.terminal.Read(buf)
		p.read.Write(buf[:n])
		if err != nil {
			p.Fatalf("the screen shows\n%s\nwant\n%s\n%v", shown, text, err)
		}
	}
}

// types writes on the keyboard. The terminal shows it.
func (p *person) types(text string) {
	p.Helper()
	if _, err := p.terminal.WriteString(text); err != nil {
		p.Fatal(err)
	}
}

// leaves waits until the program has ended with an exit code.
func (p *person) leaves(code int) {
	p.Helper()
	err := p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.Errorf("exit code %d, %v; want %d", got, err, code)
	}
}

// A lesson from beginning to end: story, question, prediction, throw, verdict, why, and
// the next knob.
func TestLessonAtTheTerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	kept := filepath.Join(t.TempDir(), "answers.json")
	l, err := lesson.Find("missing-stone", program{}.check)
	if err != nil {
		t.Fatal(err)
	}

	p := sit(t, "lesson", "missing-stone", "--save", kept)
	p.sees("One stone is missing\n====================\n\n")
	p.sees(l.Story + "\n\n")
	p.sees(l.Question + "\n\n")
	p.sees("Your prediction in stones (Enter twice to skip): ")
	t.Log("# a word is not a number, and he is asked again")
	p.types("one\n")
	p.sees("That is not a number of stones; write e.g. 12 or 0.5.\nYour prediction in stones (Enter twice to skip): ")
	p.types("1\n")
	p.sees("\n" + l.Report)
	p.sees("\nYou said 1 stone. It was 2 stones.\nOff by 1 stone: it was more. Good that you said it first: read why.\n\n")
	p.sees("Why\n---\n" + l.Why + "\n\n")
	p.sees("Now change one knob\n-------------------\n" + l.Knob + "\n")
	p.leaves(0)

	t.Log("# the next time he knows")
	p = sit(t, "lesson", "missing-stone", "--save", kept)
	p.sees("(Enter twice to skip): ")
	p.types("2 stones\n")
	p.sees("You said 2 stones. It was 2 stones.\nRight!\n")
	p.sees(l.Knob)
	p.leaves(0)

	t.Log("# another one he skips")
	p = sit(t, "lesson", "first-stone", "--save", kept)
	p.sees("Your prediction in ms (Enter twice to skip): ")
	p.types("\n")
	p.sees("Any guess will do.")
	p.sees("(Enter twice to skip): ")
	p.types("\n")
	p.sees("The answer: 150 ms.\n")
	p.sees("Now change one knob")
	p.leaves(0)

	t.Log("# another one he leaves while he is asked")
	p = sit(t, "lesson", "first-stone")
	p.sees("(Enter twice to skip): ")
	p.types("\x04") // end of input
	p.sees("The answer: 150 ms.\n")
	p.sees("Now change one knob")
	p.leaves(0)

	t.Log("# whoever says that there is no question is not asked")
	p = sit(t, "lesson", "first-stone", "--no-predict")
	p.sees("Predict the time in ms.\n\n1 stone of 100 B")
	p.sees("Now change one knob")
	p.leaves(0)

	data, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	var record lesson.Record
	if err := document.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, o := range record.Answers {
		verdicts = append(verdicts, o.Lesson+": "+o.Verdict)
	}
	if got, want := strings.Join(verdicts, ", "), "missing-stone: off, missing-stone: right, first-stone: no prediction"; got != want {
		t.Errorf("kept: %s; want %s", got, want)
	}
}

// The whole course at the terminal: every lesson tells its story, asks, throws and says
// why, and nothing but commands to copy is wider than the screen.
func TestCourseAtTheTerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	kept := filepath.Join(t.TempDir(), "answers.json")
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		t.Run(l.Name, func(t *testing.T) {
			p := sit(t, "lesson", strconv.Itoa(l.Place), "--save", kept)
			p.sees(l.Title + "\n")
			p.sees(l.Question + "\n\n")
			p.sees("(Enter twice to skip): ")
			p.types("1\n")
			p.sees("\nYou said 1")
			p.sees("Why\n---\n" + l.Why + "\n\n")
			p.sees(l.Knob + "\n")
			p.leaves(0)
		})
	}
	data, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	record, err := lesson.ParseRecord(data)
	if err != nil || len(record.Answers) != len(lessons) {
		t.Fatalf("%d answers of %d lessons are kept, %v", len(record.Answers), len(lessons), err)
	}
	list := lesson.List(lessons, record)
	for line := range strings.Lines(list) {
		if n := len([]rune(strings.TrimSpace(line))); n > 90 {
			t.Errorf("%d letters: %s", n, line)
		}
	}
	if n := strings.Count(list, "off: 1 for ") + strings.Count(list, " right\n"); n != len(lessons) {
		t.Errorf("%d of %d lessons are marked:\n%s", n, len(lessons), list)
	}
}
