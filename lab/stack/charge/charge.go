// Package charge says how much memory a packet costs a receiver that runs Linux.
//
// A socket's buffer is not filled by the bytes that a program sent, but by the
// memory that holds them: the kernel charges the whole allocation of each packet
// (skb->truesize). So a buffer of 212,992 bytes holds 92 datagrams of 1000 bytes,
// and not 212.
package charge

// What the kernel puts around a packet that comes from a TUN device, in bytes,
// and how large a buffer for the whole of it can be.
const (
	descriptor = 256  // struct sk_buff
	headroom   = 64   // before the packet: NET_SKB_PAD
	footer     = 320  // behind it: struct skb_shared_info
	smallest   = 576  // the smallest buffer, which has a slab cache of its own
	page       = 4096 // longer packets lie in pages
	together   = 8    // at most so many pages lie side by side
	around     = headroom + footer
)

// Packet returns what a packet of length bytes, its IP header included, costs in bytes
// of memory.
func Packet(length int) int {
	if length >= page-headroom {
		return descriptor + smallest + pages(length)
	}
	return descriptor + buffer(length)
}

// Behind returns how many bytes fit behind a packet of length bytes in its buffer. The
// kernel copies the next segment of a stream there if all of it fits. The segment then
// costs nothing: two segments of 800 bytes cost as much as one.
func Behind(length int) int {
	if length >= page-headroom {
		return 0
	}
	return buffer(length) - around - length
}

// buffer is the size of the buffer that holds a packet outside of pages.
func buffer(length int) int {
	size := smallest
	if length > smallest-around {
		for size = 1024; size < length+around; size *= 2 {
		}
	}
	return size
}

// pages is the size of the pages that hold length bytes. They are allocated in blocks
// of a power of two, none larger than what the rest needs.
func pages(length int) int {
	sum := 0
	for block := together * page; length > 0; length -= block {
		for block > page && block > (length+page-1)/page*page {
			block /= 2
		}
		sum += block
	}
	return sum
}
