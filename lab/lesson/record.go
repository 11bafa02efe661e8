package lesson

import (
	"errors"

	"stones/lab/document"
)

// A Record is what is kept of the lessons that somebody took, for handing in.
type Record struct {
	Version string    `json:"stones"` // of the program that wrote it
	Answers []Outcome `json:"answers"`
}

// ParseRecord reads what [Record.Append] wrote.
func ParseRecord(data []byte) (Record, error) {
	var r Record
	if len(data) > maxFile {
		return r, errors.New("more than 1 MiB")
	}
	if err := document.Unmarshal(data, &r); err != nil || r.Version == "" || r.Answers == nil {
		return r, errors.New("not a file of answers")
	}
	return r, nil
}

// Append appends the JSON of r to b.
func (r Record) Append(b []byte) ([]byte, error) {
	data, err := document.Marshal(r)
	return append(b, data...), err
}
