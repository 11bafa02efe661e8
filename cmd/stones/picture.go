package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/report/picture"
)

// The formats that are pictures, and their themes.
const (
	svg   = "svg"
	png   = "png"
	light = "light"
	dark  = "dark"
)

// drawn returns the flag that asks for a picture, as it was given, or "".
func (t *throw) drawn() string {
	switch {
	case t.picture != "":
		return "--picture"
	case t.format == svg, t.format == png:
		return "--format " + prose.Quote(t.format)
	}
	return ""
}

// undrawable returns an error if a flag cannot be combined with the picture.
func (t *throw) undrawable() error {
	flag := t.drawn()
	if err := t.unpictured(); err != nil || flag == "" {
		return err
	}
	if t.picture == picture.SweepKind {
		_, err := t.swept()
		return err
	}
	switch {
	case t.runs > 1:
		return &knob.ConflictError{One: flag, Other: "--runs", Why: "one experiment at a time"}
	case t.picture == "ladder" && t.file == "" && !lab.ItsPackets.Met(t.settings.Path()):
		return &knob.ConflictError{One: fmt.Sprintf("%s %q", flag, t.picture), Other: t.settings.Where(), Why: knob.Unmet(lab.ItsPackets, t.settings.Path())}
	}
	if t.picture == picture.NotesKind && t.file == "" && len(t.settings.Owns()) == 0 {
		return errors.New("--picture \"notes\" needs --with: protocols of one's own note something")
	}
	if t.picture == picture.PhotoKind && t.file == "" && !t.settings.File().IsPicture() {
		return errors.New("--picture \"photo\" needs a picture to throw: --file pebbles, or --file NAME --tiles")
	}
	if t.ofIntervals() && t.file == "" && !t.settings.Given("interval") {
		return fmt.Errorf("--picture %q needs --interval, which says how long each is, e.g. --interval 500ms", t.picture)
	}
	if k, several := t.settings.Several(); several {
		return &knob.ConflictError{One: flag, Other: "several values of --" + k.Word, Why: "one experiment at a time"}
	}
	return nil
}

// ofIntervals reports whether the picture is drawn from intervals.
func (t *throw) ofIntervals() bool { return t.picture == "interval" || t.picture == "share" }

// unpictured returns an error if the format cannot be combined with a picture, or a
// flag needs a picture that is not asked for.
func (t *throw) unpictured() error {
	if err := t.unmeasured(); err != nil {
		return err
	}
	flag := t.drawn()
	file := t.format == svg || t.format == png
	if t.flags.Changed("theme") && (!file || t.json) {
		return errors.New("--theme needs --format svg or png: nothing else has colours")
	}
	if t.flags.Changed("zoom") {
		switch kind := cmp.Or(t.picture, "stones"); {
		case flag == "":
			return errors.New("--zoom needs --picture, or --format svg or png: it is about a picture")
		case !picture.Zooms(kind):
			return &knob.ConflictError{One: "--zoom", Other: fmt.Sprintf("--picture %q", kind), Why: "it has no time"}
		}
	}
	switch {
	case flag == "":
		return nil
	case t.json:
		return &knob.ConflictError{One: flag, Other: "--json", Why: "a picture stands in a table, or is svg or png"}
	case !file && t.format != "table":
		return &knob.ConflictError{One: flag, Other: "--format " + prose.Quote(t.format), Why: "a picture stands in a table, or is svg or png"}
	case t.format == png && t.out == "" && t.display:
		return &quantity.InvalidError{Word: "format", Value: png, Why: "not for a terminal; write it into a file with --out"}
	}
	return nil
}

// sit has the experiments record what the picture shows.
func (t *throw) sit(es []lab.Experiment) error {
	flag := t.drawn()
	switch {
	case flag == "" || t.picture == picture.SweepKind:
		return nil
	case len(es) > 1:
		return &knob.ConflictError{One: flag, Other: "--experiment", Why: fmt.Sprintf("one experiment at a time, and in %s are %d", prose.Quote(t.file), len(es))}
	case t.picture == "ladder" && !lab.ItsPackets.Met(es[0].Path):
		return &knob.ConflictError{One: fmt.Sprintf("%s %q", flag, t.picture), Other: "--experiment", Why: fmt.Sprintf("the path %s does not show its packets", es[0].Path)}
	}
	if t.picture == picture.PhotoKind && !es[0].File.IsPicture() {
		return &knob.ConflictError{One: fmt.Sprintf("%s %q", flag, t.picture), Other: "--experiment", Why: "no picture is thrown there"}
	}
	es[0].PerStone = true
	es[0].Overhear = es[0].Overhear || t.picture == picture.OverheardKind
	es[0].Packets = es[0].Packets || t.picture == "ladder" || t.picture == "cwnd" && lab.ItsPackets.Met(es[0].Path)
	return nil
}

// writer returns the function that writes the result in the format that is asked for.
func (t *throw) writer() report.Writer {
	view := picture.View{Kind: cmp.Or(t.picture, "stones"), Dark: t.theme == dark, Zoom: t.zoom}
	if t.picture == picture.SweepKind {
		return t.drawSweep(view)
	}
	switch t.format {
	case svg:
		return func(w io.Writer, doc lab.Document, _ report.View) error {
			view.Caption = report.Headline(doc)
			return view.SVG(w, doc.Results[0])
		}
	case png:
		return func(w io.Writer, doc lab.Document, _ report.View) error {
			view.Caption = report.Headline(doc)
			return view.PNG(w, doc.Results[0])
		}
	}
	write := report.Formats[t.format]
	if t.theory {
		write = report.WithTheory[t.format].Document
	}
	if t.picture == "" {
		return write
	}
	return func(w io.Writer, doc lab.Document, v report.View) error {
		if err := write(w, doc, v); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		return view.Text(w, doc.Results[0])
	}
}

// zoomForm is the form of a zoom.
func zoomForm() knob.Form[picture.Zoom] {
	return knob.Form[picture.Zoom]{
		Read: func(text string) (z picture.Zoom, err error) {
			err = z.UnmarshalText([]byte(text))
			return z, err
		},
		Write: picture.Zoom.String,
	}
}

// view is the view for the destination of the result.
func (t *throw) view() report.View {
	v := report.View{}
	if t.out == "" {
		v = t.page
	}
	v.All = t.all
	return v
}

// destination returns where the result goes, and a function to call with the error of
// writing it, or nil.
func (t *throw) destination() (w io.Writer, done func(error) error, err error) {
	if t.out == "" {
		return t.stdout, func(err error) error { return err }, nil
	}
	begin := create
	if t.format == jsonl {
		begin = inPlace
	}
	f, err := begin("out", t.out, t.force)
	if err != nil {
		return nil, nil, err
	}
	return f, f.finish, nil
}
