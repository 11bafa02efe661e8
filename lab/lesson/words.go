package lesson

import (
	"fmt"
	"math"
	"strings"

	"stones/lab/prose"
	"stones/lab/report"
)

// What people read beside the lessons themselves is in this file, so that
// another language can stand beside it.

// hours are the lessons of the course that belong together.
var hours = []string{
	1: "Hour 1: what is different",
	2: "Hour 2: time",
	3: "Hour 3: capacity",
	4: "Hour 4: control",
	5: "For a project",
	6: "Build the third one",
}

// Hour says what an hour of the course is about.
func Hour(n int) string { return hours[n] }

// staleReport says that a file's report is an old one.
const staleReport = "the report is not what came of the experiment; leave it empty, or put in what was printed"

// List is the course, a line for each lesson, with what was made of those that are in the
// record.
func List(lessons []*Lesson, record Record) string {
	marks := record.Marks()
	var b strings.Builder
	hour := 0
	for _, l := range lessons {
		if l.Hour != hour {
			hour = l.Hour
			fmt.Fprintf(&b, "%s\n", hours[hour])
		}
		line := fmt.Sprintf("%4d %-20s %-36s", l.Place, l.Name, l.Title)
		line += " " + marks[l.Name]
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString("\nstones lesson NAME runs one: predict first, then see. Its number or the beginning\nof its name will do.\n")
	return b.String()
}

// Marks say in a few letters what was made of each lesson the last time, by its name.
func (r Record) Marks() map[string]string {
	marks := make(map[string]string)
	for _, o := range r.Answers {
		if o.Turned == "" {
			marks[o.Lesson] = o.mark()
		}
	}
	return marks
}

// mark is an outcome in a few letters.
func (o Outcome) mark() string {
	switch {
	case o.Predicted == nil:
		return None
	case o.Verdict == Right:
		return Right
	}
	return fmt.Sprintf("off: %s for %s", write(*o.Predicted), report.Words(o.Measured))
}

// Opening is what stands before the prediction.
func (l *Lesson) Opening() string {
	return fmt.Sprintf("%s\n%s\n\n%s\n\n%s\n\n", l.Title, strings.Repeat("=", len([]rune(l.Title))), l.Story, l.Question)
}

// Prompt asks for the prediction.
func (l *Lesson) Prompt() string {
	return fmt.Sprintf("Your prediction in %s (Enter twice to skip): ", l.Answer.Unit)
}

// Again says why a prediction was not understood.
func (l *Lesson) Again(err error) string { return fmt.Sprintf("That is %v.\n", err) }

// Closing is what stands below the result.
func (l *Lesson) Closing(o Outcome) string {
	return fmt.Sprintf("\n%s\n\nWhy\n---\n%s\n\nNow change one knob\n-------------------\n%s\n", l.Answer.verdict(o), l.Why, l.Knob)
}

// Verdict is the prediction beside the result.
func (l *Lesson) Verdict(o Outcome) string { return l.Answer.verdict(o) }

// Came is the result in words.
func (l *Lesson) Came(o Outcome) string { return l.Answer.came(o) }

// Turned is what stands below the result if knobs were turned: what the file says is
// about the experiment as it stands there.
func (l *Lesson) Turned(o Outcome, how string) string {
	return fmt.Sprintf("\n%s\n\nThis was turned: %s. Why it comes as it comes without: stones lesson %s\n", l.Answer.verdict(o), how, l.Name)
}

// verdict is the prediction beside the result.
func (a Answer) verdict(o Outcome) string {
	came := a.came(o)
	theory := ""
	if len(o.Expected) == 2 {
		theory = fmt.Sprintf("\nOver many such roads, %s to %s on average are expected.", write(o.Expected[0]), a.amount(o.Expected[1]))
	}
	if o.Predicted == nil {
		return fmt.Sprintf("The answer: %s.%s", came, theory)
	}
	points := func(v float64) string {
		if a.Unit == "%" {
			return write(v) + " percentage " + prose.Thing(int(math.Ceil(v)), "point")
		}
		return a.amount(v)
	}
	said := fmt.Sprintf("You said %s. It was %s.%s", a.amount(*o.Predicted), came, theory)
	switch off := *o.Predicted - o.Measured.Value; {
	case o.Verdict == Right && round(off) == 0:
		return said + "\nRight!"
	case o.Verdict == Right && o.foreseen() && !a.right(*o.Predicted, o.Measured.Value):
		return said + "\nRight about such roads; chance made this one another."
	case o.Verdict == Right:
		return said + "\nRight, as near as one can tell."
	case !o.Measured.Known():
		return said + "\nThat is no number at all, and nobody's first guess."
	case off < 0:
		return said + fmt.Sprintf("\nOff by %s: it was more. Good that you said it first: read why.", points(-off))
	default:
		return said + fmt.Sprintf("\nOff by %s: it was less. Good that you said it first: read why.", points(off))
	}
}

// came is the result in words.
func (a Answer) came(o Outcome) string {
	if o.Measured.Known() {
		return a.amount(o.Measured.Value)
	}
	return report.Words(o.Measured)
}

// amount is v with the unit.
func (a Answer) amount(v float64) string {
	switch text := write(v); {
	case a.Unit == "%":
		return text + a.Unit
	case text == "1" && kindOf(a.Name) == count:
		return text + " " + strings.TrimSuffix(a.Unit, "s")
	default:
		return text + " " + a.Unit
	}
}

// Nothing is said to a student who answers nothing.
const Nothing = "Any guess will do. (Nothing once more, and you get the answer without one.)\n"
