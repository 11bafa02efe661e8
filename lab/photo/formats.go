//go:build !js

package photo

// The image formats that can be decoded. The page's engine throws only the picture that
// it draws itself, and is smaller without them.
import (
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
)
