package report

import (
	"stones/lab"
	"stones/lab/prose"
)

// A Sheet is the content of the table of one experiment, for a caller that draws it
// differently.
type Sheet struct {
	Above []string   `json:"above"` // what was thrown, along which path
	Bars  []SheetBar `json:"bars"`
	Head  []string   `json:"head"` // of the table's columns
	Rows  [][]string `json:"rows"`
	Below []string   `json:"below"` // what happened, and what to beware of
}

// A SheetBar shows the fates of a flow's stones.
type SheetBar struct {
	Name  string      `json:"name"`
	Parts []SheetPart `json:"parts"`
}

// A SheetPart is how many of them have one fate.
type SheetPart struct {
	Word   string `json:"word"`
	Stones int    `json:"stones"`
}

// NewSheet makes the sheet of a document with one result.
func NewSheet(doc lab.Document, v View) Sheet {
	p := gistOf(doc, v).page()
	s := Sheet{Above: safe(p.above), Bars: []SheetBar{}, Head: safe(p.table.head), Rows: [][]string{}, Below: safe(p.below)}
	for _, b := range p.bars {
		bar := SheetBar{Name: prose.Safe(b.name)}
		for _, part := range b.parts {
			if part.stones > 0 {
				bar.Parts = append(bar.Parts, SheetPart{part.word, part.stones})
			}
		}
		s.Bars = append(s.Bars, bar)
	}
	for row := range p.table.all() {
		s.Rows = append(s.Rows, safe(row))
	}
	return s
}

// safe returns the lines without invisible characters.
func safe(lines []string) []string {
	made := make([]string, len(lines))
	for i, line := range lines {
		made[i] = prose.Safe(line)
	}
	return made
}
