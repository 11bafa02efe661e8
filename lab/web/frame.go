package web

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
	"stones/lab/worlds"
)

// A Request is what the page asks for.
type Request struct {
	ID   int       `json:"id"`   // the frame has the same
	Set  []Setting `json:"set"`  // knobs, in the order in which they were set
	Flow []string  `json:"flow"` // flows of their own, in place of TCP and UDP
	With []string  `json:"with"` // protocols of flows beside TCP and UDP; those that are built in
	At   []string  `json:"at"`   // what changes in time

	Every []string `json:"every"` // what changes again and again

	Course bool    `json:"course"` // list the lessons, and throw nothing
	Lesson *Lesson `json:"lesson"` // a question about a lesson
	Record string  `json:"record"` // of the lessons taken so far, as lesson --save writes it
}

// A Setting is what one knob is set to, as on the command line.
type Setting struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

// Limits of a request.
const (
	MaxRequest = 256 << 10       // bytes
	MaxStones  = 20_000          // of all flows together
	MaxCarried = 100_000         // the same, where the road's bandwidth decides how many
	MaxPackets = 10_000          // stones of a flow up to which every packet is recorded
	MaxTurns   = 1_000_000       // of the throwers, catchers and packets of a world; a lesson takes 50,000
	maxLasts   = 600_000         // ms that a plan may take
	maxReal    = 60_000          // the same, in real time
	realTime   = 3 * time.Minute // for a whole experiment in real time
)

// A Header is the beginning of a frame, in JSON. The columns follow it: numbers of 64
// bits, in the order of the list.
type Header struct {
	Version string         `json:"stones"`
	ID      int            `json:"id"`
	Result  jsontext.Value `json:"result,omitempty"` // a lab.Result, without stones and packets
	Report  *report.Sheet  `json:"report,omitempty"`
	Command string         `json:"command,omitempty"` // the command line that throws the same
	Columns []Column       `json:"columns,omitempty"`
	Fates   []lab.Fate     `json:"fates,omitempty"` // what the numbers of fates mean
	Photo   *Photo         `json:"photo,omitempty"` // what the stones carry, if that is a picture
	Course  []CourseLesson `json:"course,omitempty"`
	Lesson  *LessonSheet   `json:"lesson,omitempty"`
	Record  string         `json:"record,omitempty"` // with the answer added
	Live    string         `json:"live,omitempty"`   // the progress of a flow; this is not the last frame
	Error   *Error         `json:"error,omitempty"`
}

// A Photo is a picture that the stones carry. Each carries a tile of it, row by row
// from the top.
type Photo struct {
	Width  int               `json:"width"`
	Height int               `json:"height"`
	Tiles  map[string][2]int `json:"tiles"`  // their width and height in pixels, by flow
	Pixels []byte            `json:"pixels"` // three bytes each (RGB), row by row
}

// An Error is what is wrong with a request.
type Error struct {
	Word string `json:"word,omitempty"` // the knob that it is about
	Text string `json:"text"`           // in the command line's words
}

// An Engine answers requests.
type Engine struct {
	Version string
	Path    run.Path // sim, limited to [MaxTurns]
	Real    []string // the names of the other paths, which run in real time

	// Open opens one of those paths for an experiment; leave releases it.
	Open func(ctx context.Context, e lab.Experiment) (p run.Path, leave func(), err error)

	live func(lab.Live) // reports the progress of a flow in real time
}

// Frames answers a request as Frame does. In real time, frames with the progress of
// each flow come before the answer. Send is called for one frame after the other.
func (g Engine) Frames(ctx context.Context, request []byte, send func([]byte)) {
	var mu sync.Mutex
	g.live = func(l lab.Live) {
		mu.Lock()
		defer mu.Unlock()
		send(encode(Header{Version: g.Version, Live: report.LiveRow(l)}, nil))
	}
	send(g.Frame(ctx, request))
}

// Frame answers a request in JSON. Errors are in the frame.
func (g Engine) Frame(ctx context.Context, request []byte) []byte {
	var r Request
	h := Header{Version: g.Version}
	var columns []float64
	err := r.read(request)
	if err == nil {
		h.ID = r.ID
		columns, err = g.answer(ctx, r, &h)
	}
	if err != nil {
		columns = nil
		h = Header{Version: g.Version, ID: r.ID, Error: told(err)}
	}
	return encode(h, columns)
}

// read reads a request.
func (r *Request) read(text []byte) error {
	if len(text) > MaxRequest {
		return fmt.Errorf("a request has at most %d kB", MaxRequest>>10)
	}
	if err := json.Unmarshal(text, r, json.RejectUnknownMembers(true)); err != nil {
		return errors.New("not a request: " + prose.Cut(prose.Safe(unread(err)), 100))
	}
	return nil
}

// unread says what is wrong with a request. The library's own words are not the same in
// each run.
func unread(err error) string {
	wrong := new(json.SemanticError)
	switch {
	case !errors.As(err, &wrong):
		return "no JSON"
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Sprintf("%q is not known", wrong.JSONPointer)
	}
	return fmt.Sprintf("%q is of another kind", wrong.JSONPointer)
}

// told returns an error in the command line's words.
func told(err error) *Error {
	e := &Error{Text: prose.Safe(inWords(err).Error())}
	if invalid := new(quantity.InvalidError); errors.As(err, &invalid) {
		e.Word = invalid.Word
	}
	return e
}

// inWords returns an error as the command line writes it.
func inWords(err error) error {
	if invalid := new(quantity.InvalidError); errors.As(err, &invalid) && !strings.HasPrefix(err.Error(), "--") {
		return fmt.Errorf("--%w", err)
	}
	return err
}

// encode writes a header, padded with blanks to a multiple of 8 bytes, and the numbers.
func encode(h Header, columns []float64) []byte {
	head, err := json.Marshal(h, json.Deterministic(true), json.FormatNilSliceAsNull(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err) // every field can be marshalled
	}
	for (4+len(head))%8 != 0 {
		head = append(head, ' ')
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(head)+8*len(columns)), uint32(len(head)))
	frame = append(frame, head...)
	for _, v := range columns {
		frame = binary.LittleEndian.AppendUint64(frame, math.Float64bits(v))
	}
	return frame
}

// answer answers a request.
func (g Engine) answer(ctx context.Context, r Request, h *Header) ([]float64, error) {
	switch {
	case r.Course:
		return nil, h.course(r)
	case r.Lesson != nil:
		return g.lesson(ctx, r, h)
	}
	e, err := experiment(r, g.Real)
	if err != nil {
		return nil, err
	}
	h.Command = command(r)
	_, columns, err := g.throw(ctx, e, h, report.View{})
	return columns, err
}

// throw runs an experiment, and puts the results into the header and the columns.
func (g Engine) throw(ctx context.Context, e lab.Experiment, h *Header, v report.View) (lab.Result, []float64, error) {
	p := g.Path
	if e.Path != lab.Sim {
		var leave func()
		var err error
		if p, leave, err = g.Open(ctx, e); err != nil {
			return lab.Result{}, nil, err
		}
		defer leave()
		p.Live = g.live
		var over context.CancelFunc
		ctx, over = context.WithTimeout(ctx, realTime)
		defer over()
	}
	result, err := run.Run(ctx, e, p)
	if errors.Is(err, worlds.ErrTooMuch) {
		err = fmt.Errorf("too much happens for a page; allowed %d turns of throwers, catchers and packets", MaxTurns)
	}
	if err != nil {
		return result, nil, err
	}
	h.Fates = fates()
	h.Photo = photograph(e)
	columns := h.columns(&result)
	for i := range result.Flows {
		result.Flows[i].Stones, result.Flows[i].Packets = nil, nil
	}
	v.Width = 200
	sheet := report.NewSheet(lab.Document{Version: g.Version, Results: []lab.Result{result}}, v)
	h.Report = &sheet
	h.Result, err = document.Compact(result)
	return result, columns, err
}

// photograph returns the picture that an experiment throws, or nil.
func photograph(e lab.Experiment) *Photo {
	if !e.File.IsPicture() {
		return nil
	}
	p := &Photo{Width: e.File.Width, Height: e.File.Height, Tiles: map[string][2]int{}, Pixels: []byte(e.File.Content)}
	for _, f := range e.Flows {
		tile := e.File.Tile(1, f.Plan.Size)
		p.Tiles[f.Name] = [2]int{tile.Dx(), tile.Dy()}
	}
	return p
}
