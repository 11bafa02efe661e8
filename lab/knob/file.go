package knob

import (
	"strings"

	"stones/lab"
)

// SetFile has the stones carry a file, which decides how many there are.
func (s *Settings) SetFile(f lab.File) { s.file = f }

// File is the file that the stones carry.
func (s *Settings) File() lab.File { return s.file }

// carries has each flow throw as many stones as the file takes.
func (s *Settings) carries(e *lab.Experiment) {
	if !s.file.Is() {
		return
	}
	e.File = s.file
	for i := range e.Flows {
		p := &e.Flows[i].Plan
		p.Count, p.Time = s.file.Stones(p.Size), 0
	}
}

// counted returns an error if another setting decides how many stones there are, too.
func (s *Settings) counted() error {
	if !s.file.Is() {
		return nil
	}
	const why = "the file says how many stones there are"
	for _, k := range s.Turned() {
		if k.Base == "count" || k.Base == "time" {
			return &ConflictError{"--file", "--" + k.Word, why}
		}
	}
	for _, text := range s.flows {
		for word := range strings.FieldsSeq(text) {
			switch name, _, _ := strings.Cut(word, "="); name {
			case "count", "time", "stop":
				return &ConflictError{"--file", "--flow " + name, why}
			}
		}
	}
	return nil
}
