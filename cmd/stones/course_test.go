package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/lesson"
	"stones/lab/report"
)

// lessonFiles are the files of the course, and the template of a lesson.
func lessonFiles(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("../../lab/lesson/lessons/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no lessons: %v", err)
	}
	return append(files, "../../lab/lesson/start.txtar")
}

// Every lesson prints what its file says, and theory holds for its own seed and
// for 20 others.
func TestLessons(t *testing.T) {
	t.Parallel()
	others := 20
	if testing.Short() {
		others = 0
	}
	var lessons []*lesson.Lesson
	var es []lab.Experiment
	for _, file := range lessonFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l, err := lesson.Parse(file, bytes.NewReader(data), program{}.check)
		if err != nil {
			t.Fatal(err)
		}
		lessons = append(lessons, l)
		for i := range others + 1 {
			e := l.Experiment
			e.Seed += uint64(i)
			es = append(es, e)
		}
	}
	results := all(t, es)
	for i, l := range lessons {
		rs := results[i*(others+1) : (i+1)*(others+1)]
		t.Run(l.Name, func(t *testing.T) {
			for _, x := range l.Expect {
				err := x.Check(rs...)
				if x.OfMany() && testing.Short() {
					continue
				}
				if err != nil {
					t.Errorf("%s:%d: %v", l.File, x.Line, err)
				}
			}
			if err := outcome(asExpected(l, rs[:1]), nil); err != nil {
				t.Errorf("%s: %v", l.File, err)
			}
			holdToReport(t, l, rs[0])
		})
	}
}

// holdToReport compares what is printed with the lesson's file, or writes it
// there.
func holdToReport(t *testing.T, l *lesson.Lesson, r lab.Result) {
	t.Helper()
	printed, err := l.Print(r, report.View{})
	if err != nil || printed == l.Report {
		return
	}
	if !*update {
		t.Errorf("%s prints\n%s\nwant\n%s", l.File, printed, l.Report)
		return
	}
	data, err := os.ReadFile(l.File)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.File, lesson.WithReport(data, printed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// No line of a lesson is too long for a projector, except commands and tables.
func TestLessonsFit(t *testing.T) {
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		for line := range strings.Lines(l.Opening() + l.Why + "\n" + l.Knob) {
			if n := len([]rune(line)); n > 90 && !strings.HasPrefix(strings.TrimSpace(line), "stones throw") {
				t.Errorf("%s: %d letters: %s", l.File, n, line)
			}
		}
	}
}

// sound is a valid lesson file.
const sound = `Title
-- story --
It was once.
-- question --
How many?
-- experiment --
loss 0%
count 10
size 100
drop 5
-- answer --
tcp held_up stones within 0
-- why --
Because.
-- knob --
stones throw --drop 5,6
-- expect --
tcp held_up = 3
-- report --
`

// Errors in a file name the line.
func TestBrokenLesson(t *testing.T) {
	const form = `; write e.g. "tcp delay_ms.max ms within 5"`
	for _, tt := range []struct {
		name         string
		old, changed string
		want         string
	}{
		{"no title", "Title\n", "", `1: no title; it is the line before the first section`},
		{"two titles", "Title\n", "One\nTwo\n", `2: before the first section there is room for the title only, in one line`},
		{"unknown section", "-- story --", "-- storry --", `2: unknown section "storry"; did you mean "story"?`},
		{"section far from all", "-- story --", "-- bananas --", `2: unknown section "bananas"`},
		{"section in other case", "-- story --", "-- Story --", `2: unknown section "Story"; did you mean "story"?`},
		{"section outside of the folder", "-- story --", "-- ../../etc/passwd --", `2: unknown section "../../etc/passwd"`},
		{"section without a name", "-- story --", "-- --", `2: a section without a name`},
		{"section twice", "-- why --", "-- story --", `13: the section "story" again; it began on line 2`},
		{"empty section", "It was once.", "", `2: the section "story" is empty`},

		{"unknown word", "drop 5\n", "dropp 5\n", `10: "dropp": unknown flag; did you mean "drop"?`},
		{"word far from all", "drop 5\n", "bananas 5\n", `10: "bananas": not in a lesson; only what shapes one experiment on the emulated path`},
		{"word in other case", "drop 5\n", "Drop 5\n", `10: "Drop": unknown flag; did you mean "drop"?`},
		{"word with dashes", "drop 5\n", "--drop 5\n", `10: "--drop": write the flag without dashes`},
		{"word twice", "drop 5\n", "size 99\n", `10: size "99": given twice; before, it was "100"`},
		{"contradiction", "drop 5\n", "time 5s\n", `10: --count cannot be combined with --time: each says when to stop`},
		{"contradiction within", "drop 5\n", "only udp\ntogether\n", `11: together "true": needs both TCP and UDP; leave out --only`},
		{"value missing", "drop 5\n", "drop\n", `10: drop: the value is missing`},
		{"value of another type", "loss 0%", "loss ten", `7: loss "ten": not a share; allowed 0% to 100%`},
		{"true for a share", "loss 0%", "loss true", `7: loss "true": not a share; allowed 0% to 100%`},
		{"a list for a share", "loss 0%", "loss []", `7: loss "[]": not a share; allowed 0% to 100%`},
		{"null for a count", "count 10\n", "count null\n", `8: count "null": not a whole number; allowed 1 to 100000000`},
		{"exponent for a count", "count 10\n", "count 1e3\n", `8: count "1e3": not a whole number; allowed 1 to 100000000`},
		{"exponent out of range", "count 10\n", "count 1e400\n", `8: count "1e400": not a whole number; allowed 1 to 100000000`},
		{"minus nothing for a count", "count 10\n", "count -0\n", `8: count "-0": out of range; allowed 1 to 100000000`},
		{"share above all", "loss 0%", "loss 100.01%", `7: loss "100.01%": not a share; allowed 0% to 100%`},
		{"share below nothing", "loss 0%", "loss -0.1%", `7: loss "-0.1%": not a share; allowed 0% to 100%`},
		{"out of range", "size 100\n", "size 20\n", `9: size "20": the least is 32, which a stone's header needs; allowed 32 to 1048576`},
		{"nested", "loss 0%", "loss " + strings.Repeat("[", 200), `7: loss "` + strings.Repeat("[", 64) + `…": not a share; allowed 0% to 100%`},
		{"several values", "loss 0%", "loss 0%,5%", `7: several values make several experiments, and a lesson has one; the section knob is the place for them`},
		{"a file", "drop 5\n", "experiment ../../etc/passwd\n", `10: "experiment": not in a lesson; only what shapes one experiment on the emulated path`},
		{"another path", "drop 5\n", "path host\n", `10: "path": not in a lesson; only what shapes one experiment on the emulated path`},
		{"the output", "drop 5\n", "format json\n", `10: "format": not in a lesson; only what shapes one experiment on the emulated path`},
		{"a thousand lines and one", "drop 5\n", strings.Repeat("drop 5\n", 1000), `1007: more than 1000 lines of experiment`},

		{"a program", "drop 5\n", "with ./evil.py\n", `10: with "./evil.py": runs a program, which a lesson does not; allowed are the protocols that are built in`},
		{"a program by its ending", "drop 5\n", "with evil.py timeout=1s\n", `10: with "evil.py timeout=1s": runs a program, which a lesson does not; allowed are the protocols that are built in`},
		{"an unknown protocol", "drop 5\n", "with go-back-m\n", `10: with "go-back-m": "go-back-m": no protocol has this name; did you mean go-back-n?`},
		{"a protocol without a name", "drop 5\n", "with\n", `10: with: the value is missing`},
		{"own without a protocol", "drop 5\n", "only own\n", `10: only "own": needs --with, which says with what protocol to throw`},
		{"a figure of a protocol that is not there", "tcp held_up = 3", "own lost = 0", `18: nothing is thrown over own`},

		{"no answer", "tcp held_up stones within 0", "", `11: the section "answer" is empty` + form},
		{"two answers", "tcp held_up stones within 0", "tcp held_up stones\nudp lost stones", `13: one answer only` + form},
		{"half an answer", "tcp held_up stones within 0", "tcp held_up", `12: not an answer` + form},
		{"answer without within", "tcp held_up stones within 0", "tcp held_up stones about 0", `12: not an answer` + form},
		{"answer within a word", "tcp held_up stones within 0", "tcp held_up stones within few", `12: "few" is not a number; write e.g. 12 or 0.5`},
		{"unknown transport", "tcp held_up stones within 0", "tpc held_up stones", `12: unknown transport "tpc"; did you mean "tcp"?`},
		{"unknown figure", "tcp held_up stones within 0", "tcp heldup stones", `12: unknown figure "heldup"; did you mean "held_up"?`},
		{"unit of something else", "tcp held_up stones within 0", "tcp held_up ms", `12: "ms" is no unit for held_up; allowed %, bytes, copies, holes, packets, reads, segments, stones`},
		{"answer of the other transport", "drop 5\n", "only udp\n", `12: nothing is thrown over tcp`},

		{"no command", "stones throw", "stones trow", `15: no command to copy; it is a line that begins with "stones throw"`},
		{"wrong command", "--drop 5,6", "--drop five", `16: --drop "five": not a whole number; allowed 1 to 100000000`},
		{"unknown flag in the command", "--drop 5,6", "--dropp 5,6", `16: "--dropp": unknown flag; did you mean --drop?`},
		{"a word in the command", "--drop 5,6", "5,6", `16: "5,6": unexpected word; "stones throw" takes flags only`},
		{"a shell in the command", "--drop 5,6", "--drop 5,6; rm -rf .", `16: a command for people to copy, without marks of a shell but double quotes`},
		{"a quote without end", "--drop 5,6", `--with "go-back-n window=4`, `16: a double quote without its end`},
		{"a program in the command", "--drop 5,6", `--with "./evil.py window=4"`, `16: --with "./evil.py window=4": runs a program, which a lesson does not; allowed are the protocols that are built in`},
		{"a program in the command, joined", "--drop 5,6", `--with=./evil.py`, `16: --with "./evil.py": runs a program, which a lesson does not; allowed are the protocols that are built in`},
		{"an unknown protocol in the command", "--drop 5,6", `--with "go-back window=4"`, `16: --with "go-back window=4": "go-back": no protocol has this name; did you mean go-back-n?`},
		{"a file in the command", "--drop 5,6", "--experiment kept.json", `16: --experiment: not in a lesson, which students copy from`},

		{"unknown expectation", "tcp held_up = 3", "tcp held_up < 3", `18: not an expectation; write e.g. "tcp held_up = 3", "udp lost 28 to 72", "mean tcp goodput_bps 1.2 to 1.6 Mbit/s"`},
		{"half an expectation", "tcp held_up = 3", "mean", `18: not an expectation; write e.g. "tcp held_up = 3", "udp lost 28 to 72", "mean tcp goodput_bps 1.2 to 1.6 Mbit/s"`},
		{"expectation turned round", "tcp held_up = 3", "tcp held_up 5 to 3", `18: 5 to 3: ends before it begins`},
		{"expectation without end", "tcp held_up = 3", "tcp held_up 1 to 1e400", `18: "1e400" is not a number; write e.g. 12 or 0.5`},
		{"expectation of an unknown figure", "tcp held_up = 3", "tcp delay_ms.mex = 3", `18: unknown figure "delay_ms.mex"; did you mean "delay_ms.max"?`},

		{"not UTF-8", "It was once", "It \xff", `3: not UTF-8`},
		{"a NUL", "It was once", "It \x00", `3: the invisible character U+0000`},
		{"writing turned round", "It was once", "It \u202e", `3: the invisible character U+202E`},
		{"steering the terminal", "It was once", "It \x1b[31m", `3: the invisible character U+001B`},
		{"a long word", "drop 5\n", "drop " + strings.Repeat("5", 257) + "\n", `10: a word of more than 256 bytes`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(sound, tt.old) != 1 {
				t.Fatalf("%q is %d times in the sound lesson; want once", tt.old, strings.Count(sound, tt.old))
			}
			_, err := lesson.Parse("my.txtar", strings.NewReader(strings.Replace(sound, tt.old, tt.changed, 1)), program{}.check)
			if err == nil || err.Error() != "my.txtar:"+tt.want {
				t.Errorf("got  %v\nwant my.txtar:%s", err, tt.want)
			}
		})
	}
}

// A lesson can throw with a protocol of its own, and its commands can have words in
// quotes.
func TestLessonWithOwn(t *testing.T) {
	text := strings.NewReplacer("drop 5\n", "drop 5\nwith go-back-n window=4\n",
		"tcp held_up = 3", "own lost = 0\nown wire.retransmitted = 4",
		"--drop 5,6", `--drop 5,6  --only own --with "go-back-n window=2" --with="stop-and-wait timeout=150ms"`).Replace(sound)
	l, err := lesson.Parse("my.txtar", strings.NewReader(text), program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	r := ran(t, l.Experiment)
	for _, x := range l.Expect {
		if err := x.Check(r); err != nil {
			t.Error(err)
		}
	}
	const want = `stones throw --drop 5,6 --only own --with "go-back-n window=2" "--with=stop-and-wait timeout=150ms"`
	if got := lesson.Command(l.Turns[0]); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// A file that is cut off anywhere is an error, except in the report, which may be
// empty.
func TestLessonCut(t *testing.T) {
	whole := lesson.Start()
	end := bytes.Index(whole, []byte("-- report --"))
	for n := range end {
		if _, err := lesson.Parse("my.txtar", bytes.NewReader(whole[:n]), program{}.check); !errors.As(err, new(*lesson.Error)) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
	for _, tt := range []struct {
		data string
		want string
	}{
		{"", `my.txtar:1: empty; --new NAME writes one to begin with`},
		{" \n\n", `my.txtar:1: empty; --new NAME writes one to begin with`},
		{"Title\n-- story --\nIt was\n", `my.txtar:3: ends without the section "question"`},
		{`{"stones": "0.1.0", "results": []}`, `my.txtar:1: ends without the section "story"`},
	} {
		if _, err := lesson.Parse("my.txtar", strings.NewReader(tt.data), program{}.check); err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v; want %s", tt.data, err, tt.want)
		}
	}
}

// A file without end is read up to 1 MiB.
func TestLessonWithoutEnd(t *testing.T) {
	endless := &counted{r: repeat("# and so on\n")}
	_, err := lesson.Parse("my.txtar", endless, program{}.check)
	if want := "my.txtar:1: more than 1 MiB"; err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
	if endless.n > 1<<20+1 {
		t.Errorf("%d bytes were read", endless.n)
	}
}

// repeat is a reader that says the same again and again.
type repeat string

func (r repeat) Read(b []byte) (int, error) { return copy(b, r), nil }

type counted struct {
	r io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// What editors add is not an error.
func TestLessonAsEditorsWriteIt(t *testing.T) {
	want, err := lesson.Parse("my.txtar", bytes.NewReader(lesson.Start()), program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	data := "\ufeff" + strings.ReplaceAll(string(lesson.Start()), "\n", "\r\n")
	got, err := lesson.Parse("my.txtar", strings.NewReader(data), program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	if got.Story != want.Story || got.Report != want.Report || got.Answer != want.Answer {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// An interrupted lesson shows the results so far, and neither judges nor saves.
func TestLessonInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, errors bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &errors, run: runAll}
	code := p.exec(ctx, []string{"lesson", "bufferbloat", "--predict", "10", "--save", "answers.json"})
	if code != exitInterrupted || strings.Contains(out.String(), "You said") {
		t.Errorf("exit code %d; want %d: %s\n%s", code, exitInterrupted, &errors, &out)
	}
	if _, err := os.Stat("answers.json"); err == nil {
		t.Error("the answer was saved")
	}
}

// One listing of the course, which the shell's completion does at every Tab.
func BenchmarkCourse(b *testing.B) {
	for b.Loop() {
		if _, err := lesson.All(program{}.check); err != nil {
			b.Fatal(err)
		}
	}
}
