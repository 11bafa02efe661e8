package lesson

import (
	"strings"
	"testing"

	"stones/lab"
)

// Every sheet that is built in, and the one to begin with, can be read.
func TestSheets(t *testing.T) {
	for _, name := range Sheets() {
		s, err := FindSheet(name)
		if err != nil {
			t.Fatal(err)
		}
		points := 0
		for _, task := range s.Tasks {
			points += task.Points
		}
		if points != 100 {
			t.Errorf("%s has %d points; want 100", name, points)
		}
	}
	if _, err := ParseSheet("start.txtar", strings.NewReader(string(StartSheet()))); err != nil {
		t.Error(err)
	}
}

func TestWrongSheets(t *testing.T) {
	const good = "-- sheet --\nMine\n-- task one 5 --\n-- experiment --\ncount 10\n-- expect --\nown lost = 0\n"
	for _, tt := range []struct{ old, now, want string }{
		{good, "", "my.txtar:1: empty; --new NAME writes one to begin with"},
		{"-- sheet --\nMine\n", "", "my.txtar:1: begins with the section sheet, which holds the title"},
		{"Mine\n", "", "my.txtar:1: the section sheet holds the title, in one line"},
		{"-- task one 5 --\n", "", `my.txtar:3: unknown section "experiment"`},
		{"one 5", "one five", "my.txtar:3: points are a whole number up to 1000; write -- task NAME POINTS --"},
		{"one 5", "five", "my.txtar:3: a task has a name and points; write -- task NAME POINTS --"},
		{"count 10", "count ten", `my.txtar:5: count "ten": `},
		{"count 10", "cuont 10", `my.txtar:5: "cuont": unknown flag; did you mean "count"?`},
		{"count 10", "path host", `my.txtar:5: "path": not in a lesson`},
		{"count 10", "with go-back-n", "my.txtar:5: with: not in a sheet, which is held against any protocol"},
		{"own lost = 0", "own lsot = 0", `my.txtar:7: unknown figure "lsot"; did you mean "lost"?`},
		{"own lost = 0", "tcp lost = 0", "my.txtar:7: nothing is thrown over tcp"},
		{"own lost = 0\n", "", "my.txtar:6: the section expect is empty; "},
		{"-- expect --\nown lost = 0\n", "", `my.txtar:5: ends without the section expect of the task "one"`},
		{"-- task one 5 --\n-- experiment --\ncount 10\n-- expect --\nown lost = 0\n", "", "my.txtar:2: ends without a task: -- task NAME POINTS --"},
		{"-- expect --\n", "-- experiment --\n-- expect --\n", "my.txtar:6: a task has one experiment, and behind it one expect"},
		{"own lost = 0\n", "own lost = 0\n-- task one 1 --\n", `my.txtar:8: another task is called "one"`},
		{"-- expect --\n", "-- expct --\n", `my.txtar:6: unknown section "expct"; did you mean "expect"?`},
	} {
		_, err := ParseSheet("my.txtar", strings.NewReader(strings.Replace(good, tt.old, tt.now, 1)))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q instead of %q: %v; want %s", tt.now, tt.old, err, tt.want)
		}
	}
}

// A protocol that throws nothing loses nothing, and has no points for that; unless the
// sheet says that it need not come to its end.
func TestMustComplete(t *testing.T) {
	const text = "-- sheet --\nMine\n-- task one 5 --\n-- experiment --\ncount 10\n-- expect --\nown lost = 0\n"
	for _, tt := range []struct {
		more   string
		points int
	}{{"", 0}, {"own complete 0 to 1\n", 5}, {"own complete = 1\n", 0}} {
		s, err := ParseSheet("my.txtar", strings.NewReader(text+tt.more))
		if err != nil {
			t.Fatal(err)
		}
		r := lab.Result{Flows: []lab.Outcome{{Transport: lab.Own, Error: "it died"}}}
		if g := GradeTask(&s.Tasks[0], "./mine", []lab.Result{r}); g.Points != tt.points {
			t.Errorf("%q: %d points; want %d; %+v", tt.more, g.Points, tt.points, g.Faults)
		}
	}
}

// A median is that of all seeds, and one seed alone need not hold to it.
func TestMedian(t *testing.T) {
	came := func(lost ...int) (rs []lab.Result) {
		for i, n := range lost {
			r := lab.Result{Experiment: lab.Experiment{Seed: uint64(i + 1)}, Flows: []lab.Outcome{{Transport: lab.Own}}}
			r.Flows[0].Lost = n
			rs = append(rs, r)
		}
		return rs
	}
	for _, tt := range []struct {
		text string
		lost []int
		want string
	}{
		{"median own lost 2 to 3", []int{90, 1, 2, 3, 0}, ""},
		{"median own lost = 2.5", []int{90, 2, 3, 0}, ""},
		{"median own lost 3 to 4", []int{90, 2, 2, 3, 0}, "median of 5 seeds: own lost is 2; expected 3 to 4"},
		{"mean own lost 2 to 3", []int{90, 1, 2, 3, 0}, "mean of 5 seeds: own lost is 19.2; expected 2 to 3"},
		{"own lost 2 to 3", []int{2, 90}, "seed 2: own lost is 90; expected 2 to 3"},
	} {
		x, err := parseExpectation(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := x.Check(came(tt.lost...)...); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s of %v: %q; want %q", tt.text, tt.lost, got, tt.want)
		}
		if runs := (&Task{Expect: []Expectation{x}}).Runs(); (runs == 10) != x.OfMany() {
			t.Errorf("%s: %d runs", tt.text, runs)
		}
	}
}

// Whatever a sheet says, it is read or refused in one line.
func FuzzSheet(f *testing.F) {
	f.Add(string(StartSheet()))
	f.Add("-- sheet --\nx\n-- task a 1 --\n-- experiment --\n-- expect --\nown lost = 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSheet("f.txtar", strings.NewReader(text))
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q", err)
		}
		if err == nil && (len(s.Tasks) == 0 || s.Title == "") {
			t.Errorf("an empty sheet from %q", text)
		}
	})
}
