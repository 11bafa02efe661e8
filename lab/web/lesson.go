package web

import (
	"context"
	"errors"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/photo"
	"stones/lab/quantity"
	"stones/lab/report"
)

// A Lesson is the page's question about a lesson. Before Throw the answer holds the
// story and the question, and nothing of the results.
type Lesson struct {
	Name      string `json:"name"`      // of a lesson of the course
	File      *File  `json:"file"`      // a lesson of the user's own, in place of that
	Throw     bool   `json:"throw"`     // with the prediction, or without one
	Predicted string `json:"predicted"` // in the unit of the question
}

// A File is a lesson of the user's own.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// A CourseLesson is a lesson in the list of all.
type CourseLesson struct {
	Name  string `json:"name"`
	Place int    `json:"place"`
	Hour  string `json:"hour"` // what the hour is about
	Title string `json:"title"`
	Mark  string `json:"mark,omitempty"` // how it was answered
}

// A LessonSheet is a lesson as the page shows it. The fields from Outcome on are set
// once it was thrown.
type LessonSheet struct {
	Name     string  `json:"name"`
	Title    string  `json:"title"`
	Story    string  `json:"story"`
	Question string  `json:"question"`
	Unit     string  `json:"unit"`
	Most     float64 `json:"most"` // where an axis for predictions may end

	Outcome *Outcome `json:"outcome,omitempty"`
	Verdict string   `json:"verdict,omitempty"`
	Why     string   `json:"why,omitempty"`
	Knob    string   `json:"knob,omitempty"`
	Turns   []Turn   `json:"turns,omitempty"` // the commands that it suggests
	Own     *Turn    `json:"own,omitempty"`   // the lesson's own experiment
	Doubts  []string `json:"doubts,omitempty"`
}

// An Outcome is the prediction beside the result, as numbers in the question's unit.
type Outcome struct {
	Predicted *float64  `json:"predicted,omitempty"`
	Measured  *float64  `json:"measured,omitempty"` // nil if it is not a number
	Words     string    `json:"words"`              // the result in words
	Expected  []float64 `json:"expected,omitempty"` // over many seeds: least and most
	Verdict   string    `json:"verdict"`
}

// course lists the lessons, with their marks in the record.
func (h *Header) course(r Request) error {
	record, err := r.record(h.Version)
	if err != nil {
		return err
	}
	lessons, err := lesson.All(check)
	if err != nil {
		return err
	}
	marks := record.Marks()
	for _, l := range lessons {
		h.Course = append(h.Course, CourseLesson{l.Name, l.Place, lesson.Hour(l.Hour), l.Title, marks[l.Name]})
	}
	return nil
}

// record returns the request's record of the lessons taken so far.
func (r Request) record(version string) (lesson.Record, error) {
	if r.Record == "" {
		return lesson.Record{Version: version, Answers: []lesson.Outcome{}}, nil
	}
	return lesson.ParseRecord([]byte(r.Record))
}

// lesson answers a request about a lesson.
func (g Engine) lesson(ctx context.Context, r Request, h *Header) ([]float64, error) {
	l, err := r.Lesson.open()
	if err != nil {
		return nil, err
	}
	h.Lesson = &LessonSheet{Name: l.Name, Title: l.Title, Story: l.Story, Question: l.Question, Unit: l.Answer.Unit, Most: most(l)}
	if !r.Lesson.Throw {
		return nil, nil
	}
	var predicted *float64
	if r.Lesson.Predicted != "" {
		v, err := l.Answer.Predict(r.Lesson.Predicted)
		if err != nil {
			return nil, quantity.Invalid("predict", r.Lesson.Predicted, err.Error())
		}
		predicted = &v
	}
	record, err := r.record(g.Version)
	if err != nil {
		return nil, err
	}
	turned := len(r.Set) > 0
	for _, list := range r.lists() {
		turned = turned || len(*list.texts) > 0
	}
	var e lab.Experiment
	if turned {
		e, err = experiment(r, nil)
	} else {
		s := l.With(new(knob.Settings))
		r.Set, r.Flow, r.With, r.At, r.Every = settings(s), s.Flows(), s.Owns(), s.Changes(), s.Cycles()
		e, err = bounded(l.Experiment)
	}
	if err != nil {
		return nil, err
	}
	h.Command = command(r)
	result, columns, err := g.throw(ctx, e, h, report.View{Also: l.Rows()})
	if err != nil {
		return nil, err
	}
	o := l.Outcome(predicted, result)
	h.Lesson.Outcome = &Outcome{Predicted: o.Predicted, Words: l.Came(o), Expected: o.Expected, Verdict: o.Verdict}
	if o.Measured.Known() {
		h.Lesson.Outcome.Measured = &o.Measured.Value
	}
	if turned {
		return columns, nil // the lesson explains only its own experiment
	}
	h.Lesson.Verdict, h.Lesson.Why, h.Lesson.Knob = l.Verdict(o), l.Why, l.Knob
	h.Lesson.Own = &Turn{Command: h.Command, Set: r.Set, Flow: r.Flow, With: r.With, At: r.At, Every: r.Every}
	for _, words := range l.Turns {
		turn, err := parseTurn(words)
		if err != nil {
			return nil, err
		}
		h.Lesson.Turns = append(h.Lesson.Turns, turn)
	}
	if r.Lesson.File != nil {
		for _, doubt := range l.Doubts(result) {
			h.Lesson.Doubts = append(h.Lesson.Doubts, doubt.Error())
		}
	}
	record.Answers = append(record.Answers, o)
	text, err := record.Append(nil)
	h.Record = string(text)
	return columns, err
}

// open reads the lesson.
func (r *Lesson) open() (*lesson.Lesson, error) {
	if r.File == nil {
		return lesson.Find(r.Name, check)
	}
	if !strings.HasSuffix(r.File.Name, lesson.Ending) {
		return nil, errors.New("the file of a lesson ends in " + lesson.Ending)
	}
	return lesson.Parse(r.File.Name, strings.NewReader(r.File.Text), check)
}

// settings returns the values of the knobs, in the order of the table.
func settings(s *knob.Settings) []Setting {
	var set []Setting
	if s.File().Is() {
		set = append(set, Setting{"file", photo.Pebbles}) // the only file of a page
	}
	for _, k := range s.Turned() {
		set = append(set, Setting{k.Word, s.Text(k.Word)})
	}
	return set
}

// most is where an axis for predictions may end. It must not give away the answer: it
// is all that is thrown, all that the road carries, or many crossings of it.
func most(l *lesson.Lesson) float64 {
	e := l.Experiment
	ms := 20 * max(float64(e.Out.Delay.Milliseconds()), 1)
	i := slices.IndexFunc(e.Flows, func(f lab.Flow) bool { return f.Transport == l.Answer.Transport })
	bits := float64(e.Out.Bandwidth)
	if bits == 0 {
		bits = 100e6
	}
	switch l.Answer.Unit {
	case "%":
		return 100
	case "ms":
		return ms
	case "s":
		return ms / 1000
	case "bit/s":
		return bits
	case "kbit/s":
		return bits / 1e3
	case "Mbit/s":
		return bits / 1e6
	}
	return float64(max(e.Flows[i].Plan.Count, 10))
}
