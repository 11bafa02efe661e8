package lab

import (
	"time"

	"stones/lab/wire"
)

// An Experiment says what flows along which path.
// It is plain data: flags fill it in, and results carry it, so that the same
// experiment can be run again.
type Experiment struct {
	Path     string `json:"path"`             // the name of the path: sim, host, netns, remote
	To       string `json:"to,omitzero"`      // of the path remote: where the other end is, as HOST or HOST:PORT
	Reverse  bool   `json:"reverse,omitzero"` // of the path remote: the other end throws, and this one catches
	TLS      bool   `json:"tls,omitzero"`     // of the path remote: nobody on the way can read what is said, nor TCP's stones
	Seed     uint64 `json:"seed"`             // all chance on an emulated path comes from it
	IPv6     bool   `json:"ipv6,omitzero"`
	Together bool   `json:"together,omitzero"` // all flows share one wire at the same time

	Flows []Flow `json:"flows"`         // what is thrown, in the order of the results
	File  File   `json:"file,omitzero"` // what the stones carry
	Say   string `json:"say,omitzero"`  // or the text that each of them does

	Road string `json:"road,omitzero"` // the name of the road that Out and Back began with; empty means none

	// The two directions of the wire: from thrower to catcher, and back.
	Out  wire.Shape `json:"out"`
	Back wire.Shape `json:"back"`

	Deadline time.Duration `json:"deadline,omitzero"` // a stone that takes longer is late; 0 means none
	GiveUp   time.Duration `json:"give_up"`           // how long after the planned end to go on; on the path remote at most [MaxFarGiveUp]

	Congestion string `json:"congestion,omitzero"` // TCP's congestion control; empty means the path's own choice
	Recovery   string `json:"recovery,omitzero"`   // how TCP finds a loss: rack or sack; empty means the path's own choice
	Tuning     Tuning `json:"tuning,omitzero"`     // how else TCP and UDP are set, where the path lets them be
	Buffer     int    `json:"buffer,omitzero"`     // socket buffers in bytes; 0 means the path's own choice

	// How the catcher catches.
	Nobody   bool          `json:"nobody,omitzero"`    // it does not: nobody listens
	Answer   bool          `json:"answer,omitzero"`    // it throws each stone back
	Dies     int           `json:"dies,omitzero"`      // it closes when it has caught so many stones, and reads no more; 0 means never
	Asleep   time.Duration `json:"asleep,omitzero"`    // it sleeps so long before it reads
	ReadSize int           `json:"read_size,omitzero"` // bytes it asks its socket for at once; 0 means 64 KiB

	PerStone bool          `json:"per_stone,omitzero"` // keep what became of every single stone
	Interval time.Duration `json:"interval,omitzero"`  // keep what happened in each stretch of this length; 0 means none
	Overhear bool          `json:"overhear,omitzero"`  // keep how the first packets look to somebody on the way
	Packets  bool          `json:"packets,omitzero"`   // keep what became of every packet
	Counters bool          `json:"counters,omitzero"`  // keep what TCP has counted at each end
}
