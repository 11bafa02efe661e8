// Package picture draws the results of one experiment, or of a sweep.
//
// Each picture is made twice from the same data, a chart: in letters for a terminal
// ([View.Text]), and in lines for a projector ([View.SVG], [View.PNG]). In both, TCP,
// UDP and protocols of one's own differ in shape and not in colour alone. All words
// that people read are in words.go.
//
// What it deliberately lacks: it measures nothing. What it needs beyond the counts must
// be in the result: the stones for "stones", "cdf" and "photo"
// ([lab.Experiment.PerStone]), the packets for "ladder" ([lab.Experiment.Packets]), the
// intervals for "interval" and "share" ([lab.Experiment.Interval]), what was heard for
// "overheard" ([lab.Experiment.Overhear]). The notes of protocols always are. If
// something is missing, the picture says so. Equal results give equal bytes.
package picture

import (
	"fmt"
	"io"
	"strings"

	"stones/lab"
)

// PhotoKind is the picture of a thrown picture, OverheardKind that of what somebody on
// the way sees, and NotesKind that of the notes of protocols.
const (
	NotesKind     = "notes"
	PhotoKind     = "photo"
	OverheardKind = "overheard"
)

// Kinds are the names of the pictures.
func Kinds() []string {
	return []string{"stones", "cdf", "ladder", "cwnd", NotesKind, "interval", "share", PhotoKind, OverheardKind}
}

// A View says what to draw, and how.
type View struct {
	Kind    string   // one of Kinds
	Dark    bool     // light on a dark ground; for files only
	Zoom    Zoom     // the part of the time to show
	Caption []string // what was thrown; stands above the picture in files
}

// Text writes the picture in plain ASCII, except for letters that were thrown, 80
// characters wide. Its error is that of w, or that there is no such kind.
func (v View) Text(w io.Writer, r lab.Result) error {
	var lines []string
	switch v.Kind {
	case "ladder":
		lines = newLadder(r, v.Zoom).text()
	case PhotoKind:
		lines = newGallery(r).text()
	case OverheardKind:
		lines = newTap(r).lines()
	default:
		c, err := v.chart(r, 11)
		if err != nil {
			return err
		}
		lines = c.text()
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// SVG writes the picture as a drawing of 960 by 540 points. Its font is Liberation
// Sans, or one of the same width such as Arial. Its error is that of w, or that there
// is no such kind.
func (v View) SVG(w io.Writer, r lab.Result) error {
	return v.draw(r, func(s sheet) error { return s.writeSVG(w) })
}

// PNG writes the picture as an image of 1920 by 1080 pixels. Its error is that
// of w, or that there is no such kind.
func (v View) PNG(w io.Writer, r lab.Result) error {
	return v.draw(r, func(s sheet) error { return s.writePNG(w) })
}

// draw makes the picture's sheet and passes it to write.
func (v View) draw(r lab.Result, write func(sheet) error) error {
	switch v.Kind {
	case "ladder":
		return write(v.sheet(newLadder(r, v.Zoom)))
	case PhotoKind:
		return write(v.sheet(newGallery(r)))
	case OverheardKind:
		return write(v.sheet(newTap(r)))
	}
	c, err := v.chart(r, 18)
	if err != nil {
		return err
	}
	return write(v.sheet(c))
}

// sheet makes the sheet of a body.
func (v View) sheet(b body) sheet {
	s := sheet{theme: light, caption: v.Caption, body: b}
	if v.Dark {
		s.theme = dark
	}
	return s
}

// chart makes the chart of the kind. If there are too many stones to tell them apart,
// it also shows closer of them enlarged.
func (v View) chart(r lab.Result, closer int) (chart, error) {
	switch v.Kind {
	case "stones":
		return stonesChart(r, closer, v.Zoom), nil
	case "cdf":
		return delayChart(r), nil
	case "cwnd":
		return windowChart(r, v.Zoom), nil
	case NotesKind:
		return notesChart(r, v.Zoom), nil
	case "interval":
		return intervalChart(r, v.Zoom), nil
	case "share":
		return shareChart(r, v.Zoom), nil
	}
	return chart{}, fmt.Errorf("picture: %q: not a picture", v.Kind)
}
