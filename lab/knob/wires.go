package knob

import (
	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// Wires are what the settings make of two wires that do nothing by themselves, out and
// back, and the seed. One value of each knob is allowed, and only those of the way.
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
