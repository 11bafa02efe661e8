package lab

// An Interval is one stretch of a flow's own time, which begins when the
// thrower asks. Its stones are counted in two ways, and over all intervals
// either way comes to the counts of the whole flow.
type Interval struct {
	From Figure `json:"from_ms"`
	To   Figure `json:"to_ms"` // not included; in the last interval, when the last thing happened

	// Of the stones that were due in it, whenever they came. A lost stone has an
	// infinite delay.
	Thrown int    `json:"thrown"`
	Lost   int    `json:"lost"`
	Late   int    `json:"late"`
	P50    Figure `json:"delay_p50_ms"`

	// Of the stones that came in it, whenever they were due.
	Delivered int    `json:"delivered"`
	Goodput   Figure `json:"goodput_bps"`
}
