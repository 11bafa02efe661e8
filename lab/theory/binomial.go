package theory

import "math"

// tail is what lies beyond 4 sigma of a normal distribution, on one side.
const tail = 3.167e-5

// manyHits is the variance from which on a binomial distribution is taken for a
// normal one.
const manyHits = 10_000

// Binomial is from the least to the most hits that n trials of probability p may
// have: fewer, and more, come as seldom as what lies 4 sigma below, and above, the
// mean of a normal distribution. Where hits are few it is nothing like that.
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
