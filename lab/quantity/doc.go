// Package quantity reads and writes numbers with units: exact decimals,
// durations, bit rates, sizes and shares. It also says what is allowed where a
// value is refused, and takes percentiles.
//
// What is read is exact: no floating-point number stands between a text and its
// value. What is printed is read back as the same value.
//
// What it deliberately lacks: it does not know what a quantity is for. The names
// of flags and their limits are the business of those who use it.
package quantity
