package theory

import "math"

// FirstWindow is TCP's initial window in segments (RFC 6928).
const FirstWindow = 10

// Mathis is the throughput of TCP, in bits of payload a second, if the share p of its
// segments is lost and every segment is acknowledged: Mathis, Semke, Mahdavi and Ott,
// 1997, with b = 1. It holds for rare losses, up to about 2%, and long transfers.
func Mathis(segment, roundTrip, p float64) float64 {
	return 8 * segment / roundTrip * math.Sqrt(1.5/p)
}

// PFTK is the same with retransmission timeouts: Padhye, Firoiu, Towsley and
// Kurose, 1998, as in RFC 5348 section 3.1, with b = 1. It holds for higher
// losses too, within a factor of 2 or so.
func PFTK(segment, roundTrip, timeout, p float64) float64 {
	return 8 * segment / (roundTrip*math.Sqrt(2*p/3) + timeout*3*math.Sqrt(3*p/8)*p*(1+32*p*p))
}

// Window is how many bytes may be in flight at most if a socket buffer of so many bytes
// was asked for. Linux doubles the buffer, and charges it with the memory of the
// segments: 2304 bytes for one of 1448.
func Window(buffer float64) float64 { return 2 * buffer * 1448 / 2304 }

// SureWindow is how many bytes may be in flight in any case if stones of size bytes are
// written. A shorter segment is charged as much memory, and rounding to the window
// scale (RFC 7323 section 2.3) and to whole segments may waste half of the window.
func SureWindow(buffer, size float64) float64 { return Window(buffer) * min(size/1448, 1) / 2 }

// WindowLimit is the rate, in bits a second, of a sender that may have window bytes in
// flight (RFC 6349 section 3.3.1).
func WindowLimit(window, roundTrip float64) float64 { return 8 * window / roundTrip }

// Rounds is how many round trips slow start takes to send so many segments: 10 in the
// first, and in each later one twice as many as in the one before (RFC 5681 section
// 3.1).
func Rounds(segments int) int {
	rounds := 0
	for window := FirstWindow; segments > 0; window *= 2 {
		segments -= window
		rounds++
	}
	return rounds
}

// MostInFlight is how many segments are in flight at once, at most, when slow start
// sends so many.
func MostInFlight(segments int) int {
	most, window := 0, FirstWindow
	for ; segments > 0; window *= 2 {
		most = max(most, min(segments, window))
		segments -= window
	}
	return most
}

// SlowStart is when the last of so many segments arrives, counted from the call to
// connect: one round trip for the connection, one for each round but the last, and one
// way for the last round.
func SlowStart(segments int, roundTrip, oneWay float64) float64 {
	return roundTrip*float64(Rounds(segments)) + oneWay
}

// Missed is the delay, from when it was due, of a stone whose first copy was lost.
// Stones are thrown every gap seconds, and others follow.
//
// With RACK, TCP deems a segment lost when a later one is acknowledged and a round trip
// and a quarter have passed (RFC 8985 section 6.2). If a timer must tell, Linux lets it
// run for 2 ms more.
func Missed(gap, roundTrip, oneWay float64) float64 {
	const timer = 0.002
	wait := gap
	if quarter := roundTrip / 4; quarter > gap {
		wait = quarter + timer
	}
	return wait + roundTrip + oneWay
}

// MissedSACK is the same without RACK, when three later segments must be
// acknowledged first (RFC 5681 section 3.2, RFC 6675).
func MissedSACK(gap, roundTrip, oneWay float64) float64 {
	return 3*gap + roundTrip + oneWay
}

// HeldUp is how many stones a missed one holds up, itself included: those that would
// have arrived more than slack seconds before it.
func HeldUp(missed, oneWay, gap, slack float64) int {
	return max(0, int(math.Ceil((missed-oneWay-slack)/gap)))
}
