//go:build !js

package photo

// These are the pictures that are understood. The page's engine throws only what it
// draws itself, and is smaller without them.
import (
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
)
