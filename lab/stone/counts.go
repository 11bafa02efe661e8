package stone

// Counts are what became of the stones of a flow. All but Arrivals, Duplicated,
// Damaged, Foreign and AfterDrain count distinct stones.
type Counts struct {
	// Of the thrower.
	Planned      int            `json:"planned"`
	Attempted    int            `json:"attempted"`
	NotAttempted int            `json:"not_attempted"`
	Thrown       int            `json:"thrown"`
	NotThrown    map[string]int `json:"not_thrown"` // attempted in vain, by cause

	// Of both ends.
	Delivered  int `json:"delivered"`         // distinct stones that came
	Late       int `json:"late"`              // of these: after the deadline
	HeldUp     int `json:"held_up"`           // of these: over 1 ms more than the least delay
	Lost       int `json:"lost"`              // thrown and not delivered
	Unknown    int `json:"unknown"`           // thrown, and the other side's report is missing
	Reordered  int `json:"reordered"`         // RFC 4737 section 3.3, first arrivals only
	Reordered3 int `json:"reordered_3"`       // of these: overtaken by at least three (RFC 4737 section 5.3)
	Extent     int `json:"reordering_extent"` // the greatest (RFC 4737 section 4.2)

	// Of the catcher.
	Duplicated int `json:"duplicated"`  // later copies of a stone that had come; Duplicated / Delivered is RFC 5560's duplication fraction, which may be above 1
	Damaged    int `json:"damaged"`     // came with a wrong checksum
	Foreign    int `json:"foreign"`     // came and was no stone of this flow
	AfterDrain int `json:"after_drain"` // came when nobody waited any more
	Arrivals   int `json:"arrivals"`    // of anything: the sum of Delivered and these

	// In a row.
	LongestLoss int `json:"longest_loss"` // stones lost in a row (RFC 3357)
	LossPeriods int `json:"loss_periods"` // runs of lost stones (RFC 3357 section 6.2)
}
