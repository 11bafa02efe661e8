package report

import (
	"fmt"
	"io"
)

// A GradeSheet is the result of grading.
type GradeSheet struct {
	Title      string
	Points, Of int
	Rows       []GradeRow
}

// A GradeRow is the result of one task.
type GradeRow struct {
	Task       string
	Points, Of int
	What       string // what went wrong; empty if nothing did
	Command    string // the command line that reproduces it
}

// Grades writes the points of each task, and below the table what went wrong.
func Grades(w io.Writer, g GradeSheet, v View) error {
	p := page{above: []string{fmt.Sprintf("%s: %d of %d points", g.Title, g.Points, g.Of)}}
	p.table = grid{head: []string{"task", "points", "of"}, words: 1}
	for _, row := range g.Rows {
		p.table.rows = append(p.table.rows, []string{row.Task, fmt.Sprint(row.Points), fmt.Sprint(row.Of)})
		if row.What != "" {
			p.below = append(p.below, row.Task+": "+row.What, "  "+row.Command)
		}
	}
	return p.text(w, v)
}
