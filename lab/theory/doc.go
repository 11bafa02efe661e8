// Package theory predicts results with formulas from textbooks, papers and RFCs.
//
// Each function is one formula, with its source. Rates are in bits a second, sizes in
// bytes, times in seconds, shares from 0 to 1. A bandwidth of 0 means no limit.
//
// What it deliberately lacks: it does not know when a formula holds. The caller checks
// the condition that the comment names.
package theory
