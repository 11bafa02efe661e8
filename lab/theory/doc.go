// Package theory is what the textbooks expect: closed formulas for what the
// stones meet on their way.
//
// Each function is one formula, with where it comes from. Rates are in bits a
// second, sizes in bytes, shares parts of 1. A rate of 0 means no limit.
//
// What it deliberately lacks: it does not know when a formula holds. Whoever
// calls it checks the condition that the comment names.
package theory
