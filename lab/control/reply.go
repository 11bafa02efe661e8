package control

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"stones/lab/prose"
)

// Port is where a server listens if nothing else is said, TCP and UDP.
const Port = 12333

// Spoken is the version of the conversation that this package is of.
const Spoken = "2"

// A Refused is the answer no, as an error.
type Refused struct {
	Text string // why, and what is allowed; made safe to be shown
}

func (e *Refused) Error() string { return "refused: " + e.Text }

// ErrForeign says that what was read is not the reply that belongs there: the
// other side does not speak this protocol.
var ErrForeign = errors.New("control: not a reply of this protocol")

// AppendOK appends the last line of a reply that says yes. A line end in text
// would begin another reply, so it is spelled out.
func AppendOK(b []byte, text string) []byte { return appendReply(b, "ok", text) }

// AppendNo appends the last line of a reply that says no, and why.
func AppendNo(b []byte, why string) []byte { return appendReply(b, "no", prose.Safe(why)) }

// AppendLine appends one of the lines that come before the last.
func AppendLine(b []byte, text string) []byte { return appendText(append(b, ' '), text) }

func appendReply(b []byte, word, text string) []byte {
	b = append(b, word...)
	if text != "" {
		b = append(b, ' ')
	}
	return appendText(b, text)
}

// appendText appends text, as far as a line has room for it, and the line's end.
func appendText(b []byte, text string) []byte {
	if strings.ContainsAny(text, "\r\n") {
		text = prose.Safe(text)
	}
	const room = MaxLen - len("ok ")
	return append(append(b, text[:min(len(text), room)]...), '\n')
}

// ReadReply reads the reply to one command: it gives each line before the last
// to line, without the space it begins with, and returns what the last one says
// behind ok. If that is no, the error is a [*Refused]; if it is something else,
// it wraps [ErrForeign]. An error of line ends the reading and is returned.
func (r *Reader) ReadReply(line func(text string) error) (string, error) {
	for {
		text, err := r.ReadLine()
		if err != nil {
			return "", err
		}
		if more, ok := strings.CutPrefix(text, " "); ok {
			if err := line(more); err != nil {
				return "", err
			}
			continue
		}
		return last(text)
	}
}

// maxGreeting is how many lines of greeting are waited out.
const maxGreeting = 16

// ReadGreeted reads the reply to the first command on a connection, and the
// greeting that comes before it. Otherwise it is as [Reader.ReadReply].
func (r *Reader) ReadGreeted() (greeting []string, text string, err error) {
	for {
		line, err := r.ReadLine()
		if err != nil {
			return greeting, "", err
		}
		if isLast(line) || len(greeting) == maxGreeting {
			text, err := last(line)
			return greeting, text, err
		}
		greeting = append(greeting, line)
	}
}

// isLast reports whether a line may be the last one of a reply. No line of a
// greeting may be like that.
func isLast(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == "ok" || word == "no"
}

// last understands the last line of a reply.
func last(line string) (string, error) {
	word, text, _ := strings.Cut(line, " ")
	switch word {
	case "ok":
		return text, nil
	case "no":
		return "", &Refused{prose.Safe(text)}
	}
	return "", fmt.Errorf("%w: %s", ErrForeign, prose.Quote(line))
}

// CheckGreeting says what is wrong with a line of a greeting: nobody could tell
// it from a reply, or it is too long or not fit to be shown.
func CheckGreeting(text string) error {
	switch {
	case len(text) > MaxLen:
		return fmt.Errorf("greeting %s: %w", prose.Quote(text), ErrTooLong)
	case isLast(text) || strings.HasPrefix(text, " "):
		return fmt.Errorf("greeting %s: begins as a reply does: with ok, no or a space", prose.Quote(text))
	case prose.Safe(text) != text:
		return fmt.Errorf("greeting %s: not all of it can be shown", prose.Quote(text))
	}
	return nil
}

// A Welcome is the answer to [Version].
type Welcome struct {
	Challenge [16]byte // what a proof is made of
	Key       bool     // a proof is needed
}

// String is the text of the reply.
func (w Welcome) String() string {
	key := "no"
	if w.Key {
		key = "yes"
	}
	return fmt.Sprintf("stones %s challenge=%x key=%s", Spoken, w.Challenge, key)
}

// ParseWelcome is the inverse of [Welcome.String]. Its error wraps [ErrForeign].
func ParseWelcome(text string) (Welcome, error) {
	var w Welcome
	words := strings.Split(text, " ")
	if len(words) == 4 && words[0] == "stones" && words[1] == Spoken {
		challenge, ok := strings.CutPrefix(words[2], "challenge=")
		w.Key = words[3] == "key=yes"
		if ok && unhex(w.Challenge[:], challenge) == nil && (w.Key || words[3] == "key=no") {
			return w, nil
		}
	}
	return Welcome{}, fmt.Errorf("%w: %s", ErrForeign, prose.Quote(text))
}

// A Ticket is the answer to [Plan].
type Ticket struct {
	Flow   uint32   // its number, which its stones carry; never 0
	Secret [16]byte // what its tags and proofs are made with
}

// String is the text of the reply.
func (t Ticket) String() string {
	return fmt.Sprintf("flow=%d secret=%x", t.Flow, t.Secret)
}

// ParseTicket is the inverse of [Ticket.String]. Its error wraps [ErrForeign].
func ParseTicket(text string) (Ticket, error) {
	var t Ticket
	first, second, _ := strings.Cut(text, " ")
	number, ok := strings.CutPrefix(first, "flow=")
	secret, also := strings.CutPrefix(second, "secret=")
	n, err := flow(number)
	if !ok || !also || err != nil || unhex(t.Secret[:], secret) != nil {
		return Ticket{}, fmt.Errorf("%w: %s", ErrForeign, prose.Quote(text))
	}
	t.Flow = n
	return t, nil
}

// ParseProof reads the server's own proof, the answer to [Prove]. Its error
// wraps [ErrForeign].
func ParseProof(text string) (proof [32]byte, err error) {
	if err := unhex(proof[:], text); err != nil {
		return proof, fmt.Errorf("%w: proof %v", ErrForeign, err)
	}
	return proof, nil
}

// ParseCount reads a reply that is a number. Its error wraps [ErrForeign].
func ParseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || !digits(text) || n > MaxCount {
		return 0, fmt.Errorf("%w: %s", ErrForeign, prose.Quote(text))
	}
	return n, nil
}
