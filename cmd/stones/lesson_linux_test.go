package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/run"
)

// onLinux is the line of a lesson that gives the result on a real kernel: how to throw
// it there, the figure, and its unit.
var onLinux = regexp.MustCompile(`(?m)^On Linux \(--path netns([^)]*)\): ([0-9.]+) ?(%|ms|s|Mbit/s|[a-z]+)[.:]`)

// A kernelLine is that line of a lesson.
type kernelLine struct {
	*lesson.Lesson
	figure     float64
	experiment lab.Experiment
}

// kernelLines are those of the course.
func kernelLines(t *testing.T) (lines []kernelLine) {
	t.Helper()
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		m := onLinux.FindStringSubmatch(l.Why)
		if m == nil {
			if strings.Contains(l.Why, "On Linux (") {
				t.Errorf("%s: its line is not like \"On Linux (--path netns): 12 stones.\"", l.File)
			}
			continue
		}
		k := kernelLine{Lesson: l}
		if k.figure, err = strconv.ParseFloat(m[2], 64); err != nil {
			t.Fatal(err)
		}
		if unit := l.Answer.Unit; m[3] != unit && m[3]+"s" != unit {
			t.Errorf("%s: the line is in %s, the answer in %s", l.File, m[3], unit)
		}
		var s knob.Settings
		words := strings.Fields("--path netns" + m[1])
		for i := 0; i+1 < len(words); i += 2 {
			if err := s.Set(strings.TrimPrefix(words[i], "--"), words[i+1]); err != nil {
				t.Fatalf("%s: %v", l.File, err)
			}
		}
		es, err := l.With(&s).Experiments(1)
		if err != nil {
			t.Fatalf("%s: %v", l.File, err)
		}
		k.experiment = es[0]
		if !k.experiment.Together {
			k.experiment = k.experiment.Only(l.Answer.Transport)
		}
		k.experiment.GiveUp = min(k.experiment.GiveUp, time.Minute)
		lines = append(lines, k)
	}
	return lines
}

// apart returns an error if the kernel is not near what the line says: as near as a
// prediction has to be, and times within the 10 ms of the crosscheck.
func (k kernelLine) apart(r lab.Result) error {
	v := k.Answer.Of(r)
	may := k.Answer.Within
	if k.Answer.Part {
		may *= k.figure / 100
	}
	switch k.Answer.Unit {
	case "ms":
		may = max(may, tenMs.most)
	case "s":
		may = max(may, tenMs.most/1000)
	}
	if !v.Known() || math.Abs(v.Value-k.figure) > may+1e-9 {
		return fmt.Errorf("%s says %v %s; the kernel has %v, which may be %v apart", k.File, k.figure, k.Answer.Unit, v, may)
	}
	return nil
}

// What the lessons say of Linux is true. A lesson that is apart is run again, alone:
// this computer may do other work too.
func TestLessonsNetns(t *testing.T) {
	lines := kernelLines(t)
	if len(lines) < 20 {
		t.Errorf("%d lessons say what comes of them on Linux", len(lines))
	}
	inFull(t)
	needsNetns(t)
	throw := func(k kernelLine) error {
		r, err := run.Run(t.Context(), k.experiment, paths()[lab.Netns])
		if err != nil {
			return err
		}
		for _, x := range r.Flows {
			if x.Broken != "" {
				t.Errorf("%s, %s: %s", k.File, x.Name, x.Broken)
			}
		}
		return k.apart(r)
	}
	errs := make([]error, len(lines))
	var tasks errgroup.Group
	tasks.SetLimit(4)
	for i, k := range lines {
		tasks.Go(func() error {
			errs[i] = throw(k)
			return nil
		})
	}
	_ = tasks.Wait() // errors stand in errs
	again := 0
	for i, k := range lines {
		for tries := 0; errs[i] != nil && tries < maxAgain; tries++ {
			again++
			rest(t.Context(), time.Duration(tries)*breather)
			errs[i] = throw(k)
		}
		if errs[i] != nil {
			t.Error(errs[i])
		}
	}
	t.Logf("%d lines; %d were thrown again", len(lines), again)
}
