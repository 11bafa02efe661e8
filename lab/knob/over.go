package knob

import (
	"maps"
	"slices"

	"stones/lab"
)

// shaped are the knobs whose values a named road sets.
var shaped = []string{"delay", "jitter", "loss", "reorder", "bandwidth", "queue", "mtu"}

// Over returns the settings of base with those of s on top. A setting of s replaces
// that of the same knob in base, and those with which it cannot be combined.
func (s *Settings) Over(base *Settings) *Settings {
	over := s.Clone()
	if over.given == nil {
		over.given = make(map[string]given)
	}
	below := maps.Clone(base.given)
	maps.DeleteFunc(below, func(word string, _ given) bool {
		k, _ := Find(word)
		return s.replaces(k)
	})
	maps.Copy(over.given, below)
	if len(over.flows) == 0 && !s.Given("only") && !s.Given("parallel") {
		over.flows = slices.Clone(base.flows)
	}
	over.own = append(slices.Clone(base.own), s.own...)
	if !over.file.Is() && !s.replacesCount() {
		over.file = base.file
	}
	over.at = append(slices.Clone(base.at), s.at...)
	over.every = append(slices.Clone(base.every), s.every...)
	return over
}

// replaces reports whether s replaces what base may say of the knob.
func (s *Settings) replaces(k Knob) bool {
	if s.Given(k.Word) || s.Given(k.Base) || s.Given("road") && slices.Contains(shaped, k.Base) {
		return true
	}
	for _, c := range conflicts {
		if c.one == k.Word && s.Given(c.other) || c.other == k.Word && s.Given(c.one) {
			return true
		}
	}
	only := s.Text("only")
	over, _ := k.Variant.Split()
	return only != "" && (over != "" && over != only || k.Word == "together" || k.Word == "congestion" && only != lab.TCP)
}

// replacesCount reports whether s decides how many stones there are.
func (s *Settings) replacesCount() bool {
	for _, word := range []string{"count", "time"} {
		if k, _ := Find(word); s.replaces(k) {
			return true
		}
	}
	return false
}
