package tally

import "iter"

// LostNumbers yields the numbers of the lost stones, rising: those that were thrown and
// of which no copy came. Stones whose fate is unknown are not among them.
func (t Tally) LostNumbers() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if t.Catches == nil {
			return
		}
		for n := range t.Throws.thrown.all() {
			if t.Catches.Copies(n) == 0 && !t.unknown(n) && !yield(n) {
				return
			}
		}
	}
}

// unknown reports whether the fate of stone n, which did not come, is unknown.
func (t Tally) unknown(n uint64) bool { return t.Unknown != nil && t.Unknown(n) }

// unknowns returns the number of stones whose fate is unknown.
func (t Tally) unknowns() int {
	unknown := 0
	if t.Unknown == nil {
		return 0
	}
	for n := range t.Throws.thrown.all() {
		if t.Catches.Copies(n) == 0 && t.Unknown(n) {
			unknown++
		}
	}
	return unknown
}

// lost returns how many stones are lost.
func (t Tally) lost() int {
	lost := 0
	for range t.LostNumbers() {
		lost++
	}
	return lost
}

// A Loss is a lost stone and where it stands among the others. Only stones that were
// thrown are looked at: one that was not thrown neither separates two losses nor joins
// them.
type Loss struct {
	Number   uint64
	Distance int // thrown stones since the one lost before, this one included; 0 for the first (RFC 3357 section 5.4.1)
	Period   int // which run of consecutive losses it belongs to, from 1 (5.4.2)
}

// Losses yields the lost stones in order of number.
func (t Tally) Losses() iter.Seq[Loss] {
	return func(yield func(Loss) bool) {
		if t.Catches == nil {
			return
		}
		var loss Loss // the last one
		since := 0
		for n := range t.Throws.thrown.all() {
			since++
			if t.Catches.Copies(n) > 0 || t.unknown(n) {
				continue
			}
			switch {
			case loss.Period == 0: // the first
				loss = Loss{n, 0, 1}
			case since == 1:
				loss = Loss{n, 1, loss.Period}
			default:
				loss = Loss{n, since, loss.Period + 1}
			}
			since = 0
			if !yield(loss) {
				return
			}
		}
	}
}

// A LossPeriod is a run of consecutive losses.
type LossPeriod struct {
	First    uint64 // the number of its first stone
	Length   int    // RFC 3357 section 6.3
	Distance int    // of its first loss from the last of the period before; 0 for the first period (6.4)
}

// LossPeriods yields the loss periods in order of number.
func (t Tally) LossPeriods() iter.Seq[LossPeriod] {
	return func(yield func(LossPeriod) bool) {
		var p LossPeriod
		for l := range t.Losses() {
			if p.Length > 0 && l.Distance == 1 {
				p.Length++
				continue
			}
			if p.Length > 0 && !yield(p) {
				return
			}
			p = LossPeriod{First: l.Number, Length: 1, Distance: l.Distance}
		}
		if p.Length > 0 {
			yield(p)
		}
	}
}

// Noticeable returns how many losses are noticeable: no further than delta from
// the loss before. The first loss is not. Its share of all losses is the loss
// noticeable rate of RFC 3357 section 6.1.
func (t Tally) Noticeable(delta int) int {
	n := 0
	for l := range t.Losses() {
		if 1 <= l.Distance && l.Distance <= delta {
			n++
		}
	}
	return n
}
