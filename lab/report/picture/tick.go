package picture

import (
	"math"
	"strconv"
)

// A tick is a number at an axis.
type tick struct {
	value float64 // in the units of the axis
	label string
}

// ticks returns round numbers along the axis, at most so many of them.
func (a axis) ticks(most int) []tick {
	if a.short {
		most /= 2
	}
	most = max(most, 2)
	if a.names != nil {
		return a.named(most)
	}
	if a.log {
		if ticks := a.logTicks(most); len(ticks) >= 2 {
			return ticks
		}
	}
	low, high := a.min/a.unit, a.max/a.unit
	step := roundUp((high - low) / float64(most))
	if a.whole {
		step = max(step, 1)
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9 && len(ticks) <= most; i++ {
		v := i * step
		ticks = append(ticks, tick{v * a.unit, strconv.FormatFloat(v+0, 'f', digits, 64)}) // +0: there is no -0
	}
	return ticks
}

// named returns the names of the whole numbers, or of every k-th if they are too many.
func (a axis) named(most int) []tick {
	var ticks []tick
	for i := 0; i < len(a.names); i += 1 + (len(a.names)-1)/most {
		ticks = append(ticks, tick{float64(i), a.names[i]})
	}
	return ticks
}

// logTicks are 1, 2, 3, 5 and 7 times each power of ten, or fewer multiples if these
// are too many.
func (a axis) logTicks(most int) []tick {
	for _, digits := range [][]float64{{1, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
		var ticks []tick
		for power := math.Floor(math.Log10(a.min / a.unit)); power <= math.Log10(a.max/a.unit); power++ {
			for _, digit := range digits {
				v := digit * math.Pow(10, power)
				if a.holds(v * a.unit) {
					ticks = append(ticks, tick{v * a.unit, strconv.FormatFloat(v, 'f', max(0, -int(power)), 64)})
				}
			}
		}
		if len(ticks) <= most {
			return ticks
		}
	}
	return nil
}

// roundUp returns the least of 1, 2 and 5 times a power of ten that is at least v,
// which must be above 0.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{1, 2, 5} {
		if v <= digit*power*(1+1e-9) {
			return digit * power
		}
	}
	return 10 * power
}
