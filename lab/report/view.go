package report

// A View is how a page is shown. Its zero value suits a file: the rows that tell
// the story, in 80 columns, without colour.
type View struct {
	All    bool     // every row, and how TCP is set
	Also   []string // the keys of measures that have a row too
	Width  int      // columns of the terminal; 0 means 80
	Colour bool     // the terminal has it; nothing is said by colour alone
}

// The width at which lines are broken: that of the terminal within limits, or that of a
// file.
const (
	usualWidth = 80
	leastWidth = 60
	mostWidth  = 200
)

// width is the number of columns.
func (v View) width() int {
	if v.Width == 0 {
		return usualWidth
	}
	return min(max(v.Width, leastWidth), mostWidth)
}

// The styles of what is shown in colour (ECMA-48 section 8.3.117).
const (
	bold   = "1"
	green  = "32"
	yellow = "33"
	red    = "31"
	grey   = "90"
)

// paint returns text in a style, if there is colour.
func (v View) paint(style, text string) string {
	if !v.Colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
