package theory

import "math"

// An Estimate is a number that chance decides: its mean, and its standard
// deviation. A sigma of 0 is no chance at all.
type Estimate struct {
	Mean, Sigma float64
}

// Sigmas is how far an estimate is expected to stray: a band of 4 sigma misses
// 1 of 16,000 results.
const Sigmas = 4

// Band is from 4 sigma below the mean to 4 above it.
func (e Estimate) Band() (low, high float64) {
	return e.Mean - Sigmas*e.Sigma, e.Mean + Sigmas*e.Sigma
}

// Scale is e in a unit of which one is 1/by of the old one.
func (e Estimate) Scale(by float64) Estimate {
	return Estimate{e.Mean * by, e.Sigma * math.Abs(by)}
}

// Bernoulli is how many of n packets are lost if each is lost with the
// probability p, whatever befalls the others.
func Bernoulli(n int, p float64) Estimate {
	return Estimate{float64(n) * p, math.Sqrt(float64(n) * p * (1 - p))}
}

// GilbertElliott is how many of n packets are lost if a chain loses the share
// good in its good state and bad in its bad one. Before each packet but the
// first it goes from good to bad with the probability p, and back with r.
//
// The chain is taken to begin anywhere (Gilbert 1960, Elliott 1963): one that
// begins in the good state loses less by up to a clump. Losses in clumps stray
// more than single ones: two packets k apart have the covariance
// pi_good pi_bad (bad-good)^2 (1-p-r)^k.
func GilbertElliott(n int, p, r, bad, good float64) Estimate {
	if p+r == 0 { // the chain stays where it begins, which is good
		return Bernoulli(n, good)
	}
	inBad := p / (p + r)
	mean := inBad*bad + (1-inBad)*good
	near := inBad * (1 - inBad) * (bad - good) * (bad - good)
	variance := float64(n) * mean * (1 - mean)
	if memory := 1 - p - r; memory != 0 && memory < 1 {
		// The sum of (n-k) memory^k for k from 1 to n-1.
		pairs := float64(n)*memory/(1-memory) - memory*(1-math.Pow(memory, float64(n)))/((1-memory)*(1-memory))
		variance += 2 * near * pairs
	}
	return Estimate{float64(n) * mean, math.Sqrt(max(variance, 0))}
}

// Pieces is how many fragments carry a datagram whose IP payload (UDP header
// and stone) is of so many bytes, if mtu and header are those of the IP packet:
// all but the last hold a multiple of 8 bytes (RFC 791 section 2.3).
func Pieces(payload, mtu, header int) int {
	if payload <= mtu-header {
		return 1
	}
	each := (mtu - header) / 8 * 8
	return (payload + each - 1) / each
}

// AnyLost is the probability that of n packets at least one is lost, and with
// it the datagram whose pieces they are.
func AnyLost(p float64, n int) float64 { return 1 - math.Pow(1-p, float64(n)) }
