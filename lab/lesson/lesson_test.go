package lesson_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"stones/lab"
	"stones/lab/lesson"
	"stones/lab/stone"
)

// anything takes all flags.
func anything([]string) error { return nil }

// parse reads the lesson to begin with, with another answer.
func parse(tb testing.TB, answer string) *lesson.Lesson {
	tb.Helper()
	data := strings.Replace(string(lesson.Start()), "tcp held_up stones within 0", answer, 1)
	l, err := lesson.Parse("my.txtar", strings.NewReader(data), anything)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// result is one in which TCP held up so many stones of ten, for so long.
func result(heldUp int, ms float64) lab.Result {
	return lab.Result{
		Experiment: lab.Experiment{Seed: 7},
		Flows: []lab.Outcome{
			{Name: lab.TCP, Transport: lab.TCP, Counts: stone.Counts{Thrown: 10, Delivered: 10, HeldUp: heldUp}, Delay: lab.Delays{Max: lab.Number(ms), P99: lab.Infinite()}, Goodput: lab.Number(1.2e6)},
		},
	}
}

func TestPredict(t *testing.T) {
	for _, tt := range []struct {
		answer, text string
		want         float64
		err          string
	}{
		{answer: "tcp held_up stones", text: "3", want: 3},
		{answer: "tcp held_up stones", text: " 3 stones ", want: 3},
		{answer: "tcp held_up stones", text: "1 stone", want: 1},
		{answer: "tcp delay_ms.max ms", text: "200ms", want: 200},
		{answer: "tcp delay_ms.max s", text: "0.2s", want: 0.2},
		{answer: "tcp goodput_bps Mbit/s", text: "1.2 mbit/s", want: 1.2},
		{answer: "udp lost %", text: "5%", want: 5},
		{answer: "udp lost %", text: ".5", want: 0.5},
		{answer: "tcp held_up stones", text: "", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: "-3", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: "3 ms", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: "NaN", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: "1e400", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: "1.2.3", err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp held_up stones", text: strings.Repeat("9", 400), err: "not a number of stones; write e.g. 12 or 0.5"},
		{answer: "tcp delay_ms.max ms", text: "three", err: "not a number of ms; write e.g. 12 or 0.5"},
	} {
		got, err := parse(t, tt.answer).Answer.Predict(tt.text)
		if got != tt.want || fmt.Sprint(err) != tt.err && (err != nil || tt.err != "") {
			t.Errorf("%s: Predict(%q) = %v, %v; want %v, %s", tt.answer, tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		answer    string
		predicted string // empty is none
		result    lab.Result
		verdict   string
		want      string
	}{
		{"tcp held_up stones", "", result(3, 200), lesson.None, "The answer: 3 stones."},
		{"tcp held_up stones", "3", result(3, 200), lesson.Right, "You said 3 stones. It was 3 stones.\nRight!"},
		{"tcp held_up stones", "4", result(3, 200), lesson.Off, "You said 4 stones. It was 3 stones.\nOff by 1 stone: it was less. Good that you said it first: read why."},
		{"tcp held_up stones", "1", result(3, 200), lesson.Off, "You said 1 stone. It was 3 stones.\nOff by 2 stones: it was more. Good that you said it first: read why."},
		{"tcp held_up stones within 1", "4", result(3, 200), lesson.Right, "You said 4 stones. It was 3 stones.\nRight, as near as one can tell."},
		{"tcp held_up stones within 1", "5", result(3, 200), lesson.Off, "You said 5 stones. It was 3 stones.\nOff by 2 stones: it was less. Good that you said it first: read why."},
		{"tcp held_up % within 1", "30", result(3, 200), lesson.Right, "You said 30%. It was 30%.\nRight!"},
		{"tcp delay_ms.max ms", "200", result(3, 200.00003), lesson.Right, "You said 200 ms. It was 200 ms.\nRight!"},
		{"tcp delay_ms.max s", "0.2", result(3, 200), lesson.Right, "You said 0.2 s. It was 0.2 s.\nRight!"},
		{"tcp delay_ms.max ms within 10%", "220", result(3, 200), lesson.Right, "You said 220 ms. It was 200 ms.\nRight, as near as one can tell."},
		{"tcp delay_ms.max ms within 10%", "221", result(3, 200), lesson.Off, "You said 221 ms. It was 200 ms.\nOff by 21 ms: it was less. Good that you said it first: read why."},
		{"tcp delay_ms.p99 ms", "221", result(3, 200), lesson.Off, "You said 221 ms. It was infinite (lost).\nThat is no number at all, and nobody's first guess."},
		{"tcp goodput_bps Mbit/s", "1.2", result(3, 200), lesson.Right, "You said 1.2 Mbit/s. It was 1.2 Mbit/s.\nRight!"},
		{"udp lost stones", "1", result(3, 200), lesson.Off, "You said 1 stone. It was n/a (nothing was thrown over it).\nThat is no number at all, and nobody's first guess."},
	} {
		l := parse(t, tt.answer)
		var predicted *float64
		if tt.predicted != "" {
			v, err := l.Answer.Predict(tt.predicted)
			if err != nil {
				t.Fatal(err)
			}
			predicted = &v
		}
		o := l.Outcome(predicted, tt.result)
		if o.Verdict != tt.verdict {
			t.Errorf("%s, predicted %q: %s; want %s", tt.answer, tt.predicted, o.Verdict, tt.verdict)
		}
		got, _, _ := strings.Cut(strings.TrimPrefix(l.Closing(o), "\n"), "\n\n")
		if got != tt.want {
			t.Errorf("%s, predicted %q: %s\nwant %s", tt.answer, tt.predicted, got, tt.want)
		}
	}
}

func TestExpectation(t *testing.T) {
	for _, tt := range []struct {
		expect  string
		results []lab.Result
		want    string // empty if it holds
	}{
		{expect: "tcp held_up = 3", results: []lab.Result{result(3, 0), result(3, 0)}},
		{expect: "tcp held_up = 3", results: []lab.Result{result(3, 0), result(4, 0)}, want: "seed 7: tcp held_up is 4; expected 3"},
		{expect: "tcp held_up 2 to 4 stones", results: []lab.Result{result(2, 0), result(4, 0)}},
		{expect: "tcp held_up 2 to 4 stones", results: []lab.Result{result(1, 0)}, want: "seed 7: tcp held_up is 1; expected 2 to 4 stones"},
		{expect: "mean tcp held_up 2 to 3", results: []lab.Result{result(0, 0), result(5, 0)}},
		{expect: "mean tcp held_up 2 to 3", results: []lab.Result{result(2, 0), result(5, 0)}, want: "mean of 2 seeds: tcp held_up is 3.5; expected 2 to 3"},
		{expect: "tcp delay_ms.max = 0.2 s", results: []lab.Result{result(0, 200.0004)}},
		{expect: "tcp delay_ms.p99 1 to 2", results: []lab.Result{result(0, 0)}, want: "seed 7: tcp delay_ms.p99 is infinite (lost); expected 1 to 2"},
		{expect: "tcp complete = 1", results: []lab.Result{result(0, 0)}, want: "seed 7: tcp complete is 0; expected 1"},
		{expect: "tcp not_thrown.refused = 0", results: []lab.Result{result(0, 0)}},
	} {
		data := strings.Replace(string(lesson.Start()), "tcp held_up = 3", tt.expect, 1)
		l, err := lesson.Parse("my.txtar", strings.NewReader(data), anything)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Expect[0].Check(tt.results...); err != nil && err.Error() != tt.want || err == nil && tt.want != "" {
			t.Errorf("%s: %v; want %s", tt.expect, err, tt.want)
		}
	}
}

// The course is in order: every lesson has its hour, and a name of its own.
func TestAll(t *testing.T) {
	lessons, err := lesson.All(anything)
	if err != nil {
		t.Fatal(err)
	}
	hour := 1
	seen := map[string]bool{}
	for _, l := range lessons {
		if l.Hour < hour || l.Hour > hour+1 || seen[l.Name] || lesson.CheckName(l.Name) != nil {
			t.Errorf("%s: hour %d after %d, name %s", l.File, l.Hour, hour, l.Name)
		}
		hour, seen[l.Name] = l.Hour, true
		if found, err := lesson.Find(l.Name, anything); err != nil || found.Title != l.Title {
			t.Errorf("Find(%q): %v", l.Name, err)
		}
	}
	if _, err := lesson.Find("frist-stone", anything); err == nil || err.Error() != `unknown lesson "frist-stone"; did you mean "first-stone"?` {
		t.Errorf("Find: %v", err)
	}
}

func TestCheckName(t *testing.T) {
	for name, ok := range map[string]bool{
		"my-lesson": true, "l2": true,
		"": false, "-x": false, "../x": false, "/etc/passwd": false, "a b": false, "Übung": false, "a.b": false, "A": false, `a\b`: false, "a\n": false,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
	} {
		if err := lesson.CheckName(name); (err == nil) != ok {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
}

func TestRecord(t *testing.T) {
	said := 3.0
	o := parse(t, "tcp held_up stones").Outcome(&said, result(3, 200))
	data, err := lesson.Record{Version: "1.2.3", Answers: []lesson.Outcome{o}}.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "stones": "1.2.3",
  "answers": [
    {
      "lesson": "my",
      "seed": 7,
      "figure": "tcp held_up",
      "unit": "stones",
      "predicted": 3,
      "measured": 3,
      "verdict": "right"
    }
  ]
}
`
	if string(data) != want {
		t.Errorf("got %s\nwant %s", data, want)
	}
	if back, err := lesson.ParseRecord(data); err != nil || len(back.Answers) != 1 || back.Answers[0].Verdict != lesson.Right {
		t.Errorf("ParseRecord: %+v, %v", back, err)
	}
	for _, data := range []string{"", "{}", "[]", `{"stones": "1.2.3"}`, `{"stones": "1.2.3", "results": []}`, "my diary", want + want, strings.Repeat(" ", 1<<20) + want} {
		if _, err := lesson.ParseRecord([]byte(data)); err == nil {
			t.Errorf("ParseRecord(%.40q) takes it", data)
		}
	}
}

// Whatever is in a file: it is a lesson that is safe to print, or an error with
// a line that is there.
func FuzzParse(f *testing.F) {
	f.Add(lesson.Start())
	f.Add([]byte("Title\n-- story --\n"))
	f.Add([]byte("\ufeffTitle\r\n-- story --\r\n-- story --\r\n"))
	f.Add([]byte("T\n-- story --\na\n-- question --\nb\n-- experiment --\nx 1\n-- answer --\nudp lost %\n-- why --\nc\n-- knob --\nstones throw\n-- expect --\nmean tcp lost 1 to 2\n-- report --\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := lesson.Parse("my.txtar", strings.NewReader(string(data)), anything)
		if err != nil {
			wrong := new(lesson.Error)
			if !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Line > 1+strings.Count(string(data), "\n") {
				t.Fatalf("%v, of %d lines", err, strings.Count(string(data), "\n"))
			}
			return
		}
		v := 1.0
		for _, r := range l.Opening() + l.Prompt() + l.Closing(l.Outcome(&v, result(1, 2))) {
			if !unicode.IsGraphic(r) && r != '\n' && r != '\t' {
				t.Fatalf("%U would be printed", r)
			}
		}
		for _, x := range l.Expect {
			_ = x.Check(result(1, 2))
		}
	})
}

// What theory says of the mean is right too, in the unit of the answer.
func TestExpected(t *testing.T) {
	l := parse(t, "tcp held_up % within 1")
	l.Expect = append(l.Expect, lesson.Expectation{
		Figure: lesson.Figure{Transport: lab.TCP, Name: "held_up"}, Mean: true, Least: 5, Most: 7,
	})
	for _, tt := range []struct {
		predicted float64
		verdict   string
		want      string
	}{
		{30, lesson.Right, "Right!"},
		{60, lesson.Right, "Right about such roads; chance made this one another."},
		{40, lesson.Off, "Off by 10 percentage points: it was less."},
	} {
		o := l.Outcome(&tt.predicted, result(3, 200))
		text := l.Closing(o)
		if o.Verdict != tt.verdict || len(o.Expected) != 2 || o.Expected[0] != 50 || o.Expected[1] != 70 ||
			!strings.Contains(text, tt.want) || !strings.Contains(text, "Over many such roads, 50 to 70% on average are expected.") {
			t.Errorf("%v%%: %s, %v\n%s", tt.predicted, o.Verdict, o.Expected, text)
		}
	}
}
