//go:build js && wasm

// Engine is the lab for a worker in a browser: it answers the page's requests with
// the same bytes as the program that serves the page.
package main

import (
	"context"
	"runtime/debug"
	"syscall/js"

	"stones/lab"
	"stones/lab/web"
	"stones/lab/worlds"
)

func main() {
	debug.SetGCPercent(400) // a frame takes some megabytes, and nobody is slower for a few more
	engine := web.Engine{Version: lab.Version, Path: worlds.Bounded(web.MaxTurns)}
	js.Global().Set("stonesFrame", js.FuncOf(func(_ js.Value, args []js.Value) any {
		frame := engine.Frame(context.Background(), []byte(args[0].String()))
		bytes := js.Global().Get("Uint8Array").New(len(frame))
		js.CopyBytesToJS(bytes, frame)
		return bytes
	}))
	select {} // the worker calls
}
