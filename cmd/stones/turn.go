package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/quantity"
)

// suggested runs a command that the lesson suggests, with the flags given on top.
func (c *course) suggested(ctx context.Context, l *lesson.Lesson) error {
	if c.turn > len(l.Turns) {
		return &quantity.InvalidError{Word: "knob", Value: strconv.Itoa(c.turn), Why: fmt.Sprintf("not there; the lesson suggests %d", len(l.Turns))}
	}
	words := l.Turns[c.turn-1]
	cmd, t := c.newThrow()
	if err := cmd.ParseFlags(words); err != nil {
		return flagError(cmd, err)
	}
	t.settings = *c.settings.Over(&t.settings)
	t.all = t.all || c.all
	if t.settings.Path() == lab.Sim {
		command := lesson.Command(words)
		if on := c.how(); on != "" {
			command += " " + on
		}
		if err := c.print(command + "\n\n"); err != nil {
			return err
		}
	}
	return t.do(ctx)
}

// thrown runs the lesson's experiment with the flags given on top, and does not ask for
// a prediction: there are several experiments, or it runs in real time.
func (c *course) thrown(ctx context.Context, l *lesson.Lesson) error {
	for _, name := range []string{"predict", "save"} {
		if c.cmd.Flags().Changed(name) {
			return &knob.ConflictError{One: "--" + name, Other: c.how(), Why: "a prediction is about one experiment on the path sim"}
		}
	}
	_, t := c.newThrow()
	t.settings = *l.With(&c.settings)
	t.all, t.page.Also = c.all, l.Rows()
	return t.do(ctx)
}

// how returns the flags given on top, as on the command line.
func (c *course) how() string {
	var words []string
	for _, k := range c.settings.Turned() {
		words = append(words, "--"+k.Word)
		if !k.Switch {
			words = append(words, c.settings.Text(k.Word))
		}
	}
	return strings.Join(words, " ")
}

// another reports whether the flags given on top change the lesson's experiment.
// Another seed does not.
func (c *course) another() bool {
	return slices.ContainsFunc(c.settings.Turned(), func(k knob.Knob) bool { return k.Word != "seed" })
}
