package theory

import "math"

// An Estimate is the mean and the standard deviation of a random number. A sigma of 0
// means that it is certain.
type Estimate struct {
	Mean, Sigma float64

	// If trials > 0, the number is by * hits + beside, where hits has the binomial
	// distribution of trials and p. Otherwise it is taken to be normal.
	trials     int
	p          float64
	by, beside float64
}

// Sigmas is how far an estimate is expected to stray: a band of 4 sigma misses
// 1 of 16,000 results.
const Sigmas = 4

// Band returns the range from 4 sigma below the mean to 4 above it. For a binomial
// number it is the range that is missed as rarely (see [Binomial]).
func (e Estimate) Band() (low, high float64) {
	if e.trials == 0 {
		return e.Mean - Sigmas*e.Sigma, e.Mean + Sigmas*e.Sigma
	}
	least, most := Binomial(e.trials, e.p)
	low, high = float64(least)*e.by+e.beside, float64(most)*e.by+e.beside
	return min(low, high), max(low, high)
}

// fewHits is the mean below which hits, or misses, are too few for a normal
// distribution.
const fewHits = 10

// Few reports whether hits or misses are so few that sigma says little.
func (e Estimate) Few() bool {
	hits := float64(e.trials) * e.p
	return e.trials > 0 && min(hits, float64(e.trials)-hits) < fewHits
}

// Scale returns by * e.
func (e Estimate) Scale(by float64) Estimate {
	return Estimate{e.Mean * by, e.Sigma * math.Abs(by), e.trials, e.p, e.by * by, e.beside * by}
}

// Plus returns e + n.
func (e Estimate) Plus(n float64) Estimate {
	e.Mean += n
	e.beside += n
	return e
}

// An Average is the mean of N independent results. Add is called once for each of them.
type Average struct {
	N        int
	first    Estimate
	mean     Estimate
	variance float64
	begun    bool
	unlike   bool // not all are binomial with the p and the scale of the first
}

// Add adds the estimate of one result.
func (a *Average) Add(e Estimate) {
	n := float64(a.N)
	if !a.begun {
		a.begun, a.first, a.mean = true, e, Estimate{p: e.p, by: e.by / n}
	}
	a.mean.Mean += e.Mean / n
	a.mean.beside += e.beside / n
	a.mean.trials += e.trials
	a.variance += e.Sigma * e.Sigma / n / n
	a.unlike = a.unlike || e.trials == 0 || e.p != a.first.p || e.by != a.first.by
}

// Estimate returns the estimate of the mean, once all N are added.
func (a *Average) Estimate() Estimate {
	mean := a.mean
	mean.Sigma = math.Sqrt(a.variance)
	if a.unlike {
		return Estimate{Mean: mean.Mean, Sigma: mean.Sigma}
	}
	return mean
}

// Bernoulli is how many of n packets are lost if each is lost with the probability p,
// independently of the others.
func Bernoulli(n int, p float64) Estimate {
	return Estimate{Mean: float64(n) * p, Sigma: math.Sqrt(float64(n) * p * (1 - p)), trials: n, p: p, by: 1}
}

// GilbertElliott is how many of n packets are lost if a chain loses the share good in
// its good state and bad in its bad one. Before each packet but the first it goes from
// good to bad with the probability p, and back with r.
//
// The chain is taken to begin in its stationary distribution (Gilbert 1960, Elliott
// 1963). One that begins in the good state loses fewer packets, by up to a burst.
// Losses in bursts vary more than independent ones: two packets k apart have the
// covariance pi_good pi_bad (bad-good)^2 (1-p-r)^k.
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
	return Estimate{Mean: float64(n) * mean, Sigma: math.Sqrt(max(variance, 0))}
}

// Pieces returns the number of IP fragments of a datagram. payload is its IP payload
// (UDP header and stone), mtu the largest IP packet and header the length of the IP
// header. All fragments but the last carry a multiple of 8 bytes (RFC 791 section 2.3).
func Pieces(payload, mtu, header int) int {
	if payload <= mtu-header {
		return 1
	}
	each := (mtu - header) / 8 * 8
	return (payload + each - 1) / each
}

// AnyLost is the probability that at least one of n fragments is lost, and with it
// their datagram.
func AnyLost(p float64, n int) float64 { return 1 - math.Pow(1-p, float64(n)) }
