package web

import (
	"encoding/json"
	"strings"
	"testing"

	"stones/lab/lesson"
)

// Before a lesson is thrown, the answer has nothing of its results.
func TestLessonAsksFirst(t *testing.T) {
	lessons, err := lesson.All(check)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		h, numbers := framed(t, `{"id":3,"lesson":{"name":"`+l.Name+`"}}`)
		if h.Error != nil || h.ID != 3 || len(numbers) > 0 || h.Result != nil || h.Report != nil || h.Command != "" || h.Record != "" {
			t.Errorf("%s: %+v", l.Name, h)
			continue
		}
		if s := h.Lesson; s.Story != l.Story || s.Question != l.Question || s.Unit != l.Answer.Unit || s.Most <= 0 || s.Outcome != nil || s.Why+s.Knob+s.Verdict != "" {
			t.Errorf("%s: %+v", l.Name, s)
		}
	}
}

// The answer to a throw has the verdict and the suggested commands, each with the
// values of its knobs.
func TestLessonTells(t *testing.T) {
	h, numbers := framed(t, `{"lesson":{"name":"rain-of-loss","throw":true,"predicted":"93 stones"}}`)
	if h.Error != nil || len(numbers) == 0 {
		t.Fatalf("%+v", h.Error)
	}
	s := h.Lesson
	if s.Outcome.Verdict != lesson.Right || *s.Outcome.Predicted != 93 || *s.Outcome.Measured != 93 || !strings.Contains(s.Verdict, "It was 93 stones.") || s.Why == "" {
		t.Errorf("%+v %s", s.Outcome, s.Verdict)
	}
	if len(s.Turns) != 2 || len(s.Turns[0].Choose) != 1 || strings.Join(s.Turns[0].Choose[0].Values, " ") != "1% 2% 5%" || s.Turns[1].Choose != nil {
		t.Errorf("%+v", s.Turns)
	}
	set, err := json.Marshal(s.Turns[1].Set)
	if err != nil {
		t.Fatal(err)
	}
	turned, _ := framed(t, `{"lesson":{"name":"rain-of-loss","throw":true},"set":`+string(set)+`}`)
	if turned.Error != nil || turned.Lesson.Verdict != "" || turned.Record != "" || turned.Lesson.Outcome.Words == s.Outcome.Words {
		t.Errorf("%+v %+v", turned.Error, turned.Lesson)
	}
	course, _ := framed(t, `{"course":true,"record":`+quoted(t, h.Record)+`}`)
	if len(course.Course) < 20 || course.Course[1].Mark != lesson.Right || course.Course[0].Mark != "" || course.Course[0].Hour == "" {
		t.Errorf("%+v", course.Course)
	}
}

// Errors in a lesson, a file or a prediction are worded as on the command line.
func TestLessonRefused(t *testing.T) {
	file := func(name, old, put string) string {
		return `{"lesson":{"file":{"name":` + quoted(t, name) + `,"text":` + quoted(t, strings.Replace(string(lesson.Start()), old, put, 1)) + `}}}`
	}
	for _, tt := range []struct{ request, text string }{
		{`{"lesson":{"name":"rain-of-loss","throw":true,"predicted":"many"}}`, `--predict "many": not a number of stones; write e.g. 12 or 0.5`},
		{`{"lesson":{"name":"frist-stone"}}`, `unknown lesson "frist-stone"; did you mean "first-stone"?`},
		{`{"lesson":{"name":"first-stone","throw":true},"record":"my diary"}`, `not a file of answers`},
		{file("my.txtar", "-- why --", "-- wyh --"), `my.txtar:30: unknown section "wyh"; did you mean "why"?`},
		{file("my.html", "", ""), `the file of a lesson ends in .txtar`},
	} {
		if h, numbers := framed(t, tt.request); h.Error == nil || h.Error.Text != tt.text || h.Lesson != nil || len(numbers) > 0 {
			t.Errorf("%.100s\n%+v\nwant %s", tt.request, h.Error, tt.text)
		}
	}
	if h, _ := framed(t, strings.Repeat(" ", MaxRequest+1)); h.Error == nil || h.Error.Text != "a request has at most 256 kB" {
		t.Errorf("%+v", h.Error)
	}
}

// quoted is text in JSON.
func quoted(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
