package theory

// Airtime is how long a link takes to send so many bytes (the serialisation delay).
func Airtime(bytes, bandwidth float64) float64 {
	if bandwidth == 0 {
		return 0
	}
	return 8 * bytes / bandwidth
}

// Overload is how many of n packets get through a link that is offered rho times its
// bandwidth, with a tail-drop queue of so many packets. The link sends 1/rho of them,
// and those in the queue at the end get through too.
func Overload(n int, rho float64, queue int) float64 {
	if rho <= 1 {
		return float64(n)
	}
	return min(float64(n), float64(n)/rho+float64(queue))
}

// Burst is how many of n packets that come at once get through a queue.
func Burst(n, queue int) int { return min(n, queue) }

// FullQueue is the longest one-way delay of a packet: it waits behind a full queue of
// packets of its own size, and then travels.
func FullQueue(oneWay float64, queue int, bytes, bandwidth float64) float64 {
	return oneWay + Airtime(float64(queue)*bytes, bandwidth)
}

// FirstStone is the one-way delay of a stone that nothing holds up.
func FirstStone(oneWay, bytes, bandwidth float64) float64 {
	return oneWay + Airtime(bytes, bandwidth)
}
