package theory

import "math"

// tail is the probability that a normal variable lies more than 4 sigma above its mean.
const tail = 3.167e-5

// manyHits is the variance above which a binomial distribution is approximated by a
// normal one.
const manyHits = 10_000

// Binomial returns the 4 sigma band of the number of hits in n trials of probability p.
// Fewer than low, and more than high, are each at most as likely as a normal variable
// that is 4 sigma off its mean on that side. Where few hits are expected the band is
// not symmetric.
func Binomial(n int, p float64) (low, high int) {
	mean := float64(n) * p
	variance := mean * (1 - p)
	switch {
	case p <= 0 || n <= 0:
		return 0, 0
	case p >= 1:
		return n, n
	case variance > manyHits:
		off := Sigmas * math.Sqrt(variance)
		return max(0, int(math.Ceil(mean-off))), min(n, int(math.Floor(mean+off)))
	}
	for low = 0; below(n, p, low+1) <= tail; {
		low++
	}
	for high = int(mean); above(n, p, high) > tail; {
		high++
	}
	return low, high
}

// below is the probability of fewer than k hits.
func below(n int, p float64, k int) float64 {
	sum := 0.0
	for i := k - 1; i >= 0; i-- {
		hits := exactHits(n, p, i)
		sum += hits
		if hits < sum*1e-12 && float64(i) < float64(n)*p {
			break
		}
	}
	return sum
}

// above is the probability of more than k hits.
func above(n int, p float64, k int) float64 {
	sum := 0.0
	for i := k + 1; i <= n; i++ {
		hits := exactHits(n, p, i)
		sum += hits
		if hits < sum*1e-12 && float64(i) > float64(n)*p || hits == 0 {
			break
		}
	}
	return sum
}

// exactHits is the probability of k hits.
func exactHits(n int, p float64, k int) float64 {
	all, _ := math.Lgamma(float64(n) + 1)
	hit, _ := math.Lgamma(float64(k) + 1)
	missed, _ := math.Lgamma(float64(n-k) + 1)
	return math.Exp(all - hit - missed + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}
