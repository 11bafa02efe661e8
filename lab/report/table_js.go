package report

import (
	"errors"
	"io"

	"stones/lab"
)

// The page's engine gives the rows of a table to the page, and has no terminal. Without the
// library that draws them it is a tenth smaller.
var errNoTerminal = errors.New("tables for a terminal are not drawn in a browser")

// Table writes the page for a terminal, which is not there.
func Table(io.Writer, lab.Document, View) error { return errNoTerminal }

// text writes the page for a terminal, which is not there.
func (p page) text(io.Writer, View) error { return errNoTerminal }
