package report

import (
	"errors"
	"io"

	"stones/lab"
)

// The page's engine hands the rows of a table to the page, and has no terminal. Without
// the library that draws tables it is a tenth smaller.
var errNoTerminal = errors.New("tables for a terminal are not drawn in a browser")

// Table returns an error: there is no terminal.
func Table(io.Writer, lab.Document, View) error { return errNoTerminal }

// text returns an error: there is no terminal.
func (p page) text(io.Writer, View) error { return errNoTerminal }
