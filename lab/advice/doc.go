// Package advice is what can be known of an experiment beforehand: what theory
// expects of it, and in what respect its results may mislead.
//
// Both rest on one model of a flow on its road: headers, segments, round trips,
// shares that are lost. Package theory has the formulas; which of them holds is
// decided here. Of a road that has anything this model does not know, it says
// that it knows nothing.
//
// What it deliberately lacks: sentences. Rules and causes are names, for which
// package report has the words.
package advice
