// Package reference is what a kernel's TCP made of many roads, and how near
// another TCP comes to it.
//
// A [Cell] is an experiment by its name, and a [Run] is what came of it with one
// seed. A [File] keeps runs as text. It grows run by run, so that taking a
// kernel's figures, which needs an hour of real time, may stop and go on. [Compare]
// holds two files against each other.
//
// What the package deliberately lacks: any way to run an experiment, and any
// sentence about the result.
package reference
