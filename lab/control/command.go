package control

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab/prose"
	"stones/lab/stone"
)

// What a command's numbers may be. A server has limits of its own, which are
// narrower.
const (
	MaxThrow     = 1000          // stones of a [Throw]
	MinStoneLine = 20            // bytes of such a stone, with the line's end
	MaxStoneLine = MaxLen + 1    // likewise
	MaxCount     = 1_000_000_000 // stones of a [Plan]
	MaxDuration  = 24 * time.Hour
	MaxLoad      = 1 << 30 // bytes of a [Load]
)

// A Command is one line that a client says. It is one of the types of this
// package that say so: [Help], [Time], [Echo], [Throw], [Stats], [Limits],
// [Bye], [Message], [Version], [Prove], [Plan], [Load], [Thrown], [Ask], [Forget]
// and [Carry].
type Command interface {
	// String is the line, without its end.
	String() string
}

type (
	// Help asks what there is.
	Help struct{}

	// Time asks what time it is.
	Time struct{}

	// Echo has the server say Text again.
	Echo struct{ Text string }

	// Stats asks who is here and what was caught.
	Stats struct{}

	// Limits asks what the server allows at most.
	Limits struct{}

	// Bye is the end of the conversation.
	Bye struct{}

	// Throw has the server throw Count stones as lines, each of Size bytes with
	// the line's end, or as long as it comes out if that is 0.
	Throw struct{ Count, Size int }

	// Message is whatever is no command.
	Message struct{ Text string }

	// Version says which version of the conversation the client speaks. Any word
	// is read, so that the server can say which ones it knows.
	Version struct{ Version string }

	// Prove shows that the client knows the key. The nonce is the client's part of what
	// both proofs are made of.
	Prove struct {
		Nonce [16]byte
		Proof [32]byte
	}

	// Plan says what is to be thrown. The rate and the pattern are as in the
	// program's flags and only there if the server is to throw.
	Plan struct {
		Transport     string // tcp or udp
		Count         int    // how many stones at most
		Size          int    // bytes of each
		Duration      time.Duration
		Reverse       bool // the server throws
		Rate, Pattern string
		Carrying      bool // the stones carry something in the place of their padding
	}

	// Load says that the bytes follow which the server's stones are to carry.
	Load struct {
		Flow  uint32
		Bytes int
	}

	// Thrown says what the client has thrown.
	Thrown struct {
		Flow                       uint32
		Planned, Attempted, Thrown int
	}

	// Ask is for the report of a flow.
	Ask struct{ Flow uint32 }

	// Forget ends a flow.
	Forget struct{ Flow uint32 }

	// Carry begins a connection that carries the stones of a flow.
	Carry struct {
		Flow  uint32
		Proof [32]byte
	}
)

func (Help) String() string      { return "help" }
func (Time) String() string      { return "time" }
func (Stats) String() string     { return "stats" }
func (Bye) String() string       { return "bye" }
func (Limits) String() string    { return "limits" }
func (c Message) String() string { return c.Text }
func (c Version) String() string { return "stones " + c.Version }
func (c Prove) String() string   { return fmt.Sprintf("prove %x %x", c.Nonce, c.Proof) }
func (c Ask) String() string     { return fmt.Sprintf("report %d", c.Flow) }
func (c Forget) String() string  { return fmt.Sprintf("forget %d", c.Flow) }
func (c Load) String() string    { return fmt.Sprintf("load %d %d", c.Flow, c.Bytes) }
func (c Carry) String() string   { return fmt.Sprintf("stones %d %x", c.Flow, c.Proof) }

func (c Echo) String() string {
	if c.Text == "" {
		return "echo"
	}
	return "echo " + c.Text
}

func (c Throw) String() string {
	if c.Size == 0 {
		return fmt.Sprintf("throw %d", c.Count)
	}
	return fmt.Sprintf("throw %d %d", c.Count, c.Size)
}

func (c Plan) String() string {
	text := fmt.Sprintf("plan %s %d %d %d", c.Transport, c.Count, c.Size, milliseconds(c.Duration))
	if c.Reverse {
		text += fmt.Sprintf(" back %s %s", c.Rate, c.Pattern)
	}
	if c.Carrying {
		text += " carrying"
	}
	return text
}

func (c Thrown) String() string {
	return fmt.Sprintf("thrown %d %d %d %d", c.Flow, c.Planned, c.Attempted, c.Thrown)
}

// milliseconds rounds up: a plan is not over before its end.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// Parse understands a line. What begins with no command's word is a [Message];
// so is a command that takes no words but has some, as in "time to go". The
// error is one line that says what is wrong, with what, and what is allowed.
func Parse(text string) (Command, error) {
	first, rest, _ := strings.Cut(text, " ")
	w := words{command: strings.ToLower(first), left: strings.Fields(rest)}
	if parse, ok := commands[w.command]; ok {
		c := parse(&w)
		if err := w.end(); err != nil {
			return nil, err
		}
		return c, nil
	}
	switch alone := len(w.left) == 0; {
	case w.command == "echo":
		return Echo{rest}, nil
	case w.command == "help" && alone:
		return Help{}, nil
	case w.command == "time" && alone:
		return Time{}, nil
	case w.command == "stats" && alone:
		return Stats{}, nil
	case w.command == "limits" && alone:
		return Limits{}, nil
	case w.command == "bye" && alone:
		return Bye{}, nil
	}
	return Message{text}, nil
}

// commands are those that take words. The table is never written.
var commands = map[string]func(*words) Command{
	"throw": func(w *words) Command {
		c := Throw{Count: w.number("count", 1, MaxThrow)}
		if len(w.left) > 0 {
			c.Size = w.number("size", MinStoneLine, MaxStoneLine)
		}
		return c
	},
	"stones": func(w *words) Command {
		if len(w.left) < 2 {
			return Version{w.word("version")}
		}
		return Carry{w.flow(), w.proof()}
	},
	"prove":  func(w *words) Command { return Prove{w.nonce(), w.proof()} },
	"load":   func(w *words) Command { return Load{w.flow(), w.number("bytes", 1, MaxLoad)} },
	"report": func(w *words) Command { return Ask{w.flow()} },
	"forget": func(w *words) Command { return Forget{w.flow()} },
	"thrown": func(w *words) Command {
		c := Thrown{w.flow(), w.number("planned", 0, MaxCount), w.number("attempted", 0, MaxCount), w.number("thrown", 0, MaxCount)}
		if w.err == nil && (c.Thrown > c.Attempted || c.Attempted > c.Planned) {
			w.fail("counts contradict: %d planned, %d attempted, %d thrown", c.Planned, c.Attempted, c.Thrown)
		}
		return c
	},
	"plan": func(w *words) Command {
		c := Plan{
			Transport: w.oneOf("transport", "tcp", "udp"),
			Count:     w.number("count", 1, MaxCount),
			Size:      w.number("size", stone.HeaderLen, stone.MaxSize),
			Duration:  time.Duration(w.number("milliseconds", 0, int(MaxDuration/time.Millisecond))) * time.Millisecond,
		}
		if len(w.left) > 0 && w.left[0] != "carrying" {
			w.oneOf("direction", "back", "carrying")
			c.Reverse, c.Rate, c.Pattern = true, w.word("rate"), w.word("pattern")
		}
		if len(w.left) > 0 {
			c.Carrying = w.oneOf("word", "carrying") != ""
		}
		return c
	},
}

// words are those of a command that were not understood yet. The first that is
// wrong is its error.
type words struct {
	command string
	left    []string
	err     error
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%s: %s", w.command, fmt.Sprintf(format, args...))
	}
}

// word takes the next word.
func (w *words) word(what string) string {
	if len(w.left) == 0 {
		w.fail("no %s", what)
		return ""
	}
	word := w.left[0]
	w.left = w.left[1:]
	return word
}

// oneOf takes a word that must be one of a few.
func (w *words) oneOf(what string, allowed ...string) string {
	word := w.word(what)
	if slices.Contains(allowed, word) {
		return word
	}
	w.fail("%s %s: not known; allowed %s", what, prose.Quote(word), strings.Join(allowed, ", "))
	return ""
}

// number takes a whole number.
func (w *words) number(what string, least, most int) int {
	word := w.word(what)
	n, err := number(word, least, most)
	if err != nil {
		w.fail("%s %v", what, err)
	}
	return n
}

// flow takes the number of a flow.
func (w *words) flow() uint32 {
	word := w.word("flow")
	n, err := flow(word)
	if err != nil {
		w.fail("%v", err)
	}
	return n
}

// proof takes a proof.
func (w *words) nonce() (n [16]byte) {
	if err := unhex(n[:], w.word("nonce")); err != nil {
		w.fail("nonce %v", err)
	}
	return n
}

func (w *words) proof() (p [32]byte) {
	if err := unhex(p[:], w.word("proof")); err != nil {
		w.fail("proof %v", err)
	}
	return p
}

// end expects that there are no more words.
func (w *words) end() error {
	if len(w.left) > 0 {
		w.fail("%s: one word too many", prose.Quote(w.left[0]))
	}
	return w.err
}

// number reads a whole number. Its errors lack only what the number is of.
func number(word string, least, most int) (int, error) {
	if !digits(word) {
		return 0, fmt.Errorf("%s: not a whole number; allowed %d to %d", prose.Quote(word), least, most)
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s: out of range; allowed %d to %d", prose.Quote(word), least, most)
	}
	return n, nil
}

// flow reads the number of a flow, which is never 0.
func flow(word string) (uint32, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("flow %s: not a number from 1 to 4294967295", prose.Quote(word))
	}
	return uint32(n), nil
}

// digits reports whether a word is of decimal digits.
func digits(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}

// unhex reads exactly as many bytes as to has.
func unhex(to []byte, word string) error {
	if len(word) == 2*len(to) {
		if _, err := hex.Decode(to, []byte(word)); err == nil {
			return nil
		}
		clear(to)
	}
	return fmt.Errorf("%s: not %d hexadecimal digits", prose.Quote(word), 2*len(to))
}
