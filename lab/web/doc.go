// Package web answers the page in a browser: a request goes in, a frame comes out.
// Package site serves the page itself.
//
// [Engine.Frame] is all that an engine does, whether the page asks over HTTP or a
// worker in the browser does it: the same request gives the same bytes. A request names
// knobs and their values, as on the command line, so that a mistake gets the same
// error.
//
// What it deliberately lacks: any framework, and a step that builds the page. Its files
// are served as they are.
package web
