package lesson_test

import (
	"fmt"
	"strings"

	"stones/lab"
	"stones/lab/lesson"
	"stones/lab/stone"
)

// A lesson is read, its experiment is run elsewhere, and what came is held
// against what was predicted.
func Example() {
	l, err := lesson.Parse("my-lesson.txtar", strings.NewReader(string(lesson.Start())), anything)
	if err != nil {
		fmt.Println(err)
		return
	}
	predicted, err := l.Answer.Predict("1 stone")
	if err != nil {
		fmt.Println(err)
		return
	}
	result := lab.Result{Flows: []lab.Outcome{{Name: lab.TCP, Transport: lab.TCP, Counts: stone.Counts{HeldUp: 3}}}}
	o := l.Outcome(&predicted, result)
	fmt.Println(l.Name+":", o.Measured, o.Unit, o.Verdict)
	// Output: my-lesson: 3 stones off
}

// What is wrong with a file is said with its line.
func ExampleParse() {
	data := strings.Replace(string(lesson.Start()), "-- why --", "-- wyh --", 1)
	_, err := lesson.Parse("my-lesson.txtar", strings.NewReader(data), anything)
	fmt.Println(err)
	// Output: my-lesson.txtar:30: unknown section "wyh"; did you mean "why"?
}
