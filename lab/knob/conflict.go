package knob

import (
	"fmt"
	"strings"

	"stones/lab"
	"stones/lab/quantity"
)

// A ConflictError says that two settings cannot be combined.
type ConflictError struct {
	One, Other string // what was given, as on the command line
	Why        string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s cannot be combined with %s: %s", e.One, e.Other, e.Why)
}

// conflicts are the knobs that cannot be combined whatever their values are.
var conflicts = []struct{ one, other, why string }{
	{"ipv4", "ipv6", "choose one"},
	{"count", "time", "each says when to stop"},
	{"count", "tcp-time", "each says when to stop"},
	{"count", "udp-time", "each says when to stop"},
	{"tcp-count", "time", "each says when to stop"},
	{"tcp-count", "tcp-time", "each says when to stop"},
	{"udp-count", "time", "each says when to stop"},
	{"udp-count", "udp-time", "each says when to stop"},
}

// conflict returns a [ConflictError] if two of the settings cannot be combined,
// or one of them with the path.
func (s *Settings) conflict() error {
	for _, c := range conflicts {
		if s.Given(c.one) && s.Given(c.other) {
			return &ConflictError{"--" + c.one, "--" + c.other, c.why}
		}
	}
	for _, word := range []string{"only", "parallel"} {
		if len(s.flows) > 0 && s.Given(word) {
			return &ConflictError{"--" + word, "--flow", "each --flow is one flow, and there are no others"}
		}
	}
	if s.Given("only") {
		if s.Text("only") == lab.Own && len(s.own) == 0 {
			return quantity.Invalid("only", lab.Own, "needs --with, which says with what protocol to throw")
		}
		if err := s.lonely(s.Text("only")); err != nil {
			return err
		}
	}
	for _, k := range s.Turned() {
		if over, _ := k.Variant.Split(); over == lab.Own && len(s.own) == 0 {
			return quantity.Invalid(k.Word, s.Text(k.Word), "needs --with, which says with what protocol to throw")
		}
	}
	if err := s.counted(); err != nil {
		return err
	}
	path := s.Path()
	if why := Unmet(lab.AWire, path); why != "" {
		switch { // always the same one first
		case len(s.at) > 0:
			return &ConflictError{"--at", s.Where(), why}
		case len(s.every) > 0:
			return &ConflictError{"--every", s.Where(), why}
		}
	}
	if path == lab.Remote && !s.Given("to") {
		return fmt.Errorf("--path %q needs --to, which says where the catcher is, e.g. --to 192.0.2.7", path)
	}
	for _, k := range s.Turned() {
		switch why := Unmet(k.Needs, path); {
		case why == "":
		case k.Needs == lab.FarEnd && !s.Given("path"):
			return fmt.Errorf("--%s needs --to: here both ends are this computer", k.Word)
		default:
			return &ConflictError{"--" + k.Word, s.Where(), why}
		}
	}
	return nil
}

// lonely returns an error if a setting is about another transport than the only
// one.
func (s *Settings) lonely(only string) error {
	where := fmt.Sprintf("--only %q", only)
	if only != lab.TCP && s.Given("congestion") {
		return &ConflictError{"--congestion", where, "nothing goes over TCP"}
	}
	for _, k := range s.Turned() {
		switch transport, _ := k.Variant.Split(); transport {
		case "", only:
		case lab.Own:
			return &ConflictError{"--" + k.Word, where, "no flow has a protocol of its own"}
		default:
			return &ConflictError{"--" + k.Word, where, "nothing goes over " + strings.ToUpper(transport)}
		}
	}
	return nil
}

// Where names the path as it was given: by --path, or by --to.
func (s *Settings) Where() string {
	if path := s.Path(); path != lab.Remote || s.Given("path") {
		return fmt.Sprintf("--path %q", path)
	}
	return "--to"
}
