package theory

// Airtime is how many seconds so many bytes take on a link.
func Airtime(bytes, bandwidth float64) float64 {
	if bandwidth == 0 {
		return 0
	}
	return 8 * bytes / bandwidth
}

// Overload is how many of n packets get through a link that is asked for rho
// times what it carries, with a queue of so many packets that drops what comes
// when it is full: the link carries one for every rho that come, and what is
// in the queue at the end comes too.
func Overload(n int, rho float64, queue int) float64 {
	if rho <= 1 {
		return float64(n)
	}
	return min(float64(n), float64(n)/rho+float64(queue))
}

// Burst is how many of n packets that come at once get through a queue.
func Burst(n, queue int) int { return min(n, queue) }

// FullQueue is the longest that a packet is on its way: to the other end, and
// before that through a full queue of packets like it.
func FullQueue(oneWay float64, queue int, bytes, bandwidth float64) float64 {
	return oneWay + Airtime(float64(queue)*bytes, bandwidth)
}

// FirstStone is when a stone lands that nothing holds up, in seconds after it
// was thrown.
func FirstStone(oneWay, bytes, bandwidth float64) float64 {
	return oneWay + Airtime(bytes, bandwidth)
}
