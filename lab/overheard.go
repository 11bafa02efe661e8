package lab

// An Overheard is how something that was sent looks to somebody on the way. Times are
// since the flow began.
type Overheard struct {
	At       Figure `json:"at_ms"`
	Back     bool   `json:"back,omitzero"` // from the catcher to the thrower
	What     Heard  `json:"what"`          // where
	Protocol string `json:"protocol"`      // tcp, udp, icmp
	Flags    string `json:"flags,omitzero"`
	Bytes    int    `json:"bytes"` // in all
	Data     int    `json:"data"`  // of these, bytes behind all headers
	Head     string `json:"head"`  // how it begins, in hex
}

// A Heard is what was overheard.
type Heard string

// What can be overheard.
const (
	HeardPacket Heard = "packet" // with its IP header, on the wire
	HeardSocket Heard = "socket" // what a program gave to its socket, or was given by it
)
