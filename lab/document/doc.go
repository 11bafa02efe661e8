// Package document writes results as JSON, and reads them back.
//
// A document has a number of its form, [lab.Format], which rises when a reader of
// the old form would go wrong: not when a member is added.
//
// A figure is a number or null, and the reasons of the nulls stand beside them in
// the same object:
//
//	{"p50": 20.8, "p99": null, "why": {"p99": "lost"}}
//
// so that a column of figures holds nothing but numbers. A reason is a word, and
// behind a colon its cause, if there is one. The reason by-design stands beside a 0
// that could be nothing else.
package document
