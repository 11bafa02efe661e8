// The film: what each packet does between the two ends, in slow motion.
import {words} from './words.js'

const back = 1, again = 2, syn = 4

// isBack reports whether a packet goes from the catcher to the thrower.
export const isBack = kind => (kind & back) !== 0

// titled is the name of a flow as it is shown: TCP and UDP in capitals.
export const titled = name => /^(tcp|udp)(-|$)/.test(name) ? name.toUpperCase() : name

// A Film draws the flows of a frame at one moment. Times are in ms since a flow began.
export class Film {
  constructor(canvas) {
    this.canvas = canvas
    this.t = 0
    this.end = 1
    this.lanes = []
    this.flying = [] // the packets in flight as they were drawn last, with their places
  }

  show(frame) {
    this.fates = frame.fates ?? []
    const experiment = frame.result?.experiment
    this.lanes = frame.flows.map((flow, i) => lane(flow, i, this.fates, hasLink(experiment), ms(experiment.flows.find(f => f.name === flow.name)?.extra_delay)))
    this.end = Math.max(1, ...this.lanes.map(l => l.end))
    this.crossing = Math.max(1, frame.result ? ms(frame.result.experiment.out?.delay) : 20)
    this.events = [...new Set(this.lanes.flatMap(l => l.events))].sort((a, b) => a - b)
    this.t = Math.min(this.t, this.end)
  }

  // next is the time of the next event.
  next() { return this.events.find(t => t > this.t + 1e-9) ?? this.end }

  // counts says where the stones of a lane are at a time. The parts add up to the
  // stones that were due.
  counts(l, t = this.t) {
    const c = {due: 0, caught: 0, lost: 0, road: 0, waiting: 0, hand: 0}
    for (let k = 0; k < l.n; k++) {
      if (l.due[k] > t) continue
      c.due++
      if (l.first[k] <= t) c.caught++
      else if (l.came[k] <= t && l.first[k] > t) c.waiting++
      else if (l.left[k] <= t) {
        if (l.road[k].some(([from, to]) => from <= t && t < to)) c.road++
        else if (Number.isNaN(l.first[k]) || l.lastTry[k] <= t && Number.isNaN(l.came[k])) c.lost++
        else c.hand++ // to be sent again
      } else c.hand++
    }
    return c
  }

  // queued is how many packets of a lane wait for the link, or are on it, at a time.
  queued(l, t = this.t) {
    let n = 0
    for (let k = l.from(t); k < l.packets.sent.length && l.packets.sent[k] <= t; k++) if (t < l.goes[k]) n++
    return n
  }

  draw() {
    const {canvas} = this, box = canvas.getBoundingClientRect(), ratio = devicePixelRatio || 1
    const w = Math.max(box.width, 200), h = Math.max(box.height, 100)
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio)
      canvas.height = Math.round(h * ratio)
    }
    const g = canvas.getContext('2d')
    g.setTransform(ratio, 0, 0, ratio, 0, 0)
    g.clearRect(0, 0, w, h)
    const style = getComputedStyle(document.documentElement)
    const colour = name => style.getPropertyValue(name).trim()
    const large = document.documentElement.classList.contains('projector')
    g.font = `${large ? 18 : 13}px system-ui, sans-serif`
    g.textBaseline = 'middle'
    this.flying = []
    const height = h / Math.max(1, this.lanes.length)
    this.lanes.forEach((l, i) => this.lane(g, l, {
      top: i * height, height, left: w < 500 ? 66 : 110, right: w - (w < 500 ? 84 : 130), colour, narrow: w < 500,
      ink: colour('--ink'), soft: colour('--soft'), line: colour('--line'), own: colour(['--one', '--two', '--three', '--four'][i % 4]), lost: colour('--lost'),
    }))
  }

  lane(g, l, at) {
    const {t} = this, y = at.top + at.height / 2, {left, right} = at
    g.lineWidth = 1
    g.strokeStyle = at.line
    g.strokeRect(left, y - 16, right - left, 32)
    const room = l.link ? Math.min(at.narrow ? 36 : 72, (right - left) / 4) : 0 // the width of the queue
    if (room) {
      g.strokeStyle = at.soft
      g.strokeRect(left, y - 16, room, 16)
      const waits = this.queued(l)
      if (waits > 0) {
        g.fillStyle = at.soft
        g.textAlign = 'left'
        g.fillText(at.narrow ? String(waits) : words.queued(waits), left, y - 25)
      }
    }
    g.fillStyle = at.own
    g.textAlign = 'left'
    g.fillText(l.name.length > 12 && at.narrow ? l.name.slice(0, 11) + '…' : l.title, 4, y - 14)
    const c = this.counts(l)
    g.fillStyle = at.ink
    if (c.hand > 0) g.fillText(at.narrow ? words.wait(c.hand) : words.inHand(c.hand), 4, y + 8)
    const rightText = right + 8
    g.fillText(words.caught(c.caught), rightText, y - 10)
    if (c.waiting > 0) g.fillText(at.narrow ? words.wait(c.waiting) : words.mustWait(c.waiting), rightText, y + 8)
    if (c.lost > 0) {
      g.fillStyle = at.lost
      g.fillText(words.lost(c.lost), rightText, y + (c.waiting > 0 ? 26 : 8))
    }
    for (let k = 0; k < Math.min(c.waiting, 10); k++) {
      g.strokeStyle = at.own
      g.strokeRect(right - 12 - 9 * k, y - 26, 7, 7)
    }
    const p = l.packets
    let behind = 0 // how many of the queue are drawn
    for (let k = l.from(t); k < p.sent.length && p.sent[k] <= t; k++) {
      const gone = Number.isNaN(p.arrived[k])
      const ends = gone ? p.sent[k] + this.crossing : p.arrived[k]
      if (t >= ends || t < p.sent[k]) continue
      const homeward = isBack(p.kind[k])
      const waits = t < l.goes[k], goes = l.goes[k] > p.sent[k] ? l.goes[k] : p.sent[k]
      let part = (t - goes) / Math.max(ends - goes, 1e-6)
      const full = this.fates[p.fate[k]] === 'overflowed' || this.fates[p.fate[k]] === 'too big'
      const dead = gone && (full || part > 0.5)
      if (gone) part = full ? 0.02 : Math.min(part, 0.5)
      const begins = left + (homeward || full ? 0 : room)
      let x = homeward ? right - part * (right - left) : begins + part * (right - begins)
      if (waits) {
        x = begins - 7 - 11 * behind++
        if (x < left + 5) continue // there is no room; the number counts it
      }
      const py = homeward ? y + 9 : y - 8
      if (dead) cross(g, x, py, at.lost)
      else if (p.first[k] > 0) {
        const size = document.documentElement.classList.contains('projector') ? 14 : 10
        g.fillStyle = at.own
        g.fillRect(x - size / 2, py - size / 2, size, size)
        if (p.kind[k] & again) {
          g.strokeStyle = at.ink
          g.lineWidth = 2.5
          g.strokeRect(x - size / 2 - 1, py - size / 2 - 1, size + 2, size + 2)
        }
      } else {
        g.strokeStyle = at.soft
        g.lineWidth = 1.5
        g.beginPath()
        g.arc(x, py, p.kind[k] & syn ? 5 : 2.5, 0, 7)
        g.stroke()
        if (p.kind[k] & syn && !at.narrow) {
          g.fillStyle = at.soft
          g.textAlign = 'center'
          g.fillText(homeward ? words.yes : words.may, x, y + (homeward ? 28 : -26))
          g.textAlign = 'left'
        }
      }
      if (!dead) this.flying.push({x, y: py, lane: l, packet: k})
    }
  }

  // hit returns the packet in flight that is nearest to a place, with its lane, or
  // null.
  hit(x, y) {
    let best = null, near = 22
    for (const f of this.flying) {
      const d = Math.hypot(f.x - x, f.y - y)
      if (d < near) {
        near = d
        best = f
      }
    }
    return best
  }

  // youngest returns the packet in flight that was sent last.
  youngest() {
    const sent = f => f.lane.packets.sent[f.packet]
    return this.flying.reduce((last, f) => last && sent(last) >= sent(f) ? last : f, null)
  }
}

// hasLink reports whether packets wait for a link on the way out.
function hasLink(experiment) {
  const out = experiment?.out ?? {}
  return Boolean(out.bandwidth || out.shaper)
}

function cross(g, x, y, colour) {
  g.strokeStyle = colour
  g.lineWidth = 2.5
  g.beginPath()
  g.moveTo(x - 5, y - 5); g.lineTo(x + 5, y + 5); g.moveTo(x + 5, y - 5); g.lineTo(x - 5, y + 5)
  g.stroke()
}

// lane is what the film needs of a flow. Of each stone: when it was due, was first
// sent, was on the road, arrived, and was caught. Of each packet: when it leaves the
// queue for the road, its place among those of its direction, and the stone that is
// first sent in it.
function lane(flow, i, fates, link, extra) {
  const s = flow.stones, p = flow.packets, n = s.number.length
  const left = new Float64Array(n).fill(Infinity), came = new Float64Array(n).fill(NaN), lastTry = new Float64Array(n).fill(-Infinity)
  const road = Array.from({length: n}, () => [])
  const place = new Map()
  for (let k = 0; k < n; k++) place.set(s.number[k], k)
  const events = new Set()
  const goes = new Float64Array(p.sent.length).fill(-Infinity), places = [], opens = new Float64Array(p.sent.length), sentSoFar = [0, 0]
  let end = 0, longest = 1
  for (let k = 0; k < p.sent.length; k++) {
    events.add(p.sent[k])
    const arrived = p.arrived[k], gone = Number.isNaN(arrived)
    if (!gone) {
      events.add(arrived)
      longest = Math.max(longest, arrived - p.sent[k])
      end = Math.max(end, arrived)
    }
    end = Math.max(end, p.sent[k])
    places.push(++sentSoFar[p.kind[k] & back])
    if (link && !gone && !(p.kind[k] & back)) {
      goes[k] = p.left[k] - extra
      if (goes[k] > p.sent[k] + 1e-9) events.add(goes[k])
    }
    if (p.kind[k] & back || !(p.first[k] > 0)) continue
    for (let number = p.first[k]; number <= Math.max(p.first[k], p.last[k]); number++) {
      const at = place.get(number)
      if (at === undefined) continue
      if (left[at] === Infinity && !opens[k] && !(p.kind[k] & again)) opens[k] = number
      left[at] = Math.min(left[at], p.sent[k])
      if (gone) lastTry[at] = Math.max(lastTry[at], p.sent[k])
      else {
        road[at].push([p.sent[k], arrived])
        if (!(came[at] <= arrived)) came[at] = arrived
      }
    }
  }
  if (p.sent.length === 0) left.set(s.due) // packets are not seen on this path
  for (let k = 0; k < n; k++) {
    if (s.first[k] > 0 && !(came[k] <= s.first[k])) came[k] = s.first[k]
    end = Math.max(end, Number.isNaN(s.first[k]) ? 0 : s.first[k], Number.isNaN(s.due[k]) ? 0 : s.due[k])
    if (s.first[k] > 0) events.add(s.first[k])
  }
  return {
    name: flow.name, title: titled(flow.name),
    transport: flow.outcome.transport, link, goes, places, opens, n, due: s.due, first: s.first, left, came, lastTry, road, packets: p, end, events: [...events],
    // from returns the first packet that may still be in flight at a time.
    from(t) {
      let lo = 0, hi = p.sent.length
      while (lo < hi) {
        const mid = (lo + hi) >> 1
        if (p.sent[mid] < t - longest - 1000) lo = mid + 1
        else hi = mid
      }
      return lo
    },
  }
}

// ms converts a duration as the lab writes it to ms.
export function ms(text) {
  if (!text) return 0
  let sum = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(h|ms|us|ns|m|s)/g)) sum += number * {h: 3600000, m: 60000, s: 1000, ms: 1, us: 0.001, ns: 0.000001}[unit]
  return sum
}

// bitRate converts a bandwidth as the lab writes it to bits a second; 0 means no limit.
export function bitRate(text) {
  const [, number, unit] = /^([\d.]+)([kMG]?)bit$/.exec(text ?? '') ?? []
  return number ? number * {'': 1, k: 1e3, M: 1e6, G: 1e9}[unit] : 0
}
