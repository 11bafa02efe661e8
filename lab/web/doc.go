// Package web is what the lab answers to a page in a browser: a request goes in, a
// frame comes out. Package site gives out the page itself.
//
// [Engine.Frame] is all that an engine does, whether the page asks over HTTP or a
// worker in the browser does it: the same request gives the same bytes. A request
// names knobs and what they are set to, as on the command line, so that what is refused
// is refused in the same words.
//
// What it deliberately lacks: any framework, and a step that builds the page. Its
// files are served as they are.
package web
