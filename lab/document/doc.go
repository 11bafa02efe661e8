// Package document writes results as JSON, and reads them back.
//
// A document has a format number, [lab.Format]. It rises when a reader of the old
// format would misread the new one, but not when a member is added.
//
// A figure is a number or null, and the reasons for the nulls stand beside them in the
// same object:
//
//	{"p50": 20.8, "p99": null, "why": {"p99": "lost"}}
//
// so that a column of figures holds nothing but numbers. A reason is a word, followed
// by a colon and its cause if there is one. The reason by-design stands beside a 0 that
// cannot be anything else.
package document
