package knob

import (
	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// Wires applies the settings to two perfect wires, out and back, and returns these and
// the seed. A knob may have one value only. Only knobs of the way and the seed mean
// anything here.
func (s *Settings) Wires() (out, back wire.Shape, seed uint64, err error) {
	if k, several := s.Several(); several {
		return out, back, 0, quantity.Invalid(k.Word, s.Text(k.Word), "one value; there is one wire")
	}
	e := lab.Experiment{Seed: Start(lab.Sim).Seed}
	for _, k := range s.Turned() {
		k.set(&e, s.given[k.Word].values[0].value)
	}
	s.changes(&e)
	if err := e.Out.Validate(); err != nil {
		return out, back, 0, err
	}
	return e.Out, e.Back, e.Seed, e.Back.Validate()
}
