// Package prose prepares text for people: made safe for a terminal, quoted,
// broken into lines, with plurals, and with the name that was probably meant.
package prose
