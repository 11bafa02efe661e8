package netns

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// call reads or writes a device. It never blocks, so Go's scheduler need not know of it:
// that would cost as much as the call itself.
func call(number uintptr, fd int, b []byte) (int, error) {
	n, _, errno := unix.RawSyscall(number, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
