// Package tally counts what became of every stone.
//
// The thrower and the catcher run at the same time and may be far apart, so
// each keeps its own record: [Throws] and [Catches]. A [Tally] puts the two
// together when both are done, and its [Score] is plain data.
//
// There is a state for every number, and every count is a count of states.
// Nothing is inferred from gaps in the sequence: a stone is lost because it was
// thrown and did not come, not because another came in its place. The first
// copy of a stone counts, for delay and for order; later copies are
// duplicates and touch nothing else (RFC 7679 section 3.5, RFC 4737 section 3.6).
//
// It is exact at any length. A stone takes 13 bytes, and without a schedule 2 or 3
// more for the time it came, so ten million stones take 130 to 160 MB. That is if
// they are of one size and it is known beforehand how many they will be.
//
// It has no clock, no goroutine and no lock; it does no formatting and no
// division that could come out as NaN: shares are left to the reader of a
// Score, who has both the part and the whole. Everything is an integer.
package tally
