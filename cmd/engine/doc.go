//go:build !js

// Engine is the lab for a worker in a browser. It is built for GOOS=js GOARCH=wasm
// alone, by stones page --out.
package main

func main() {}
