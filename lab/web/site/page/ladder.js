// The ladder: when each packet is sent and when it arrives, around the film's time.
// Time goes to the right; the thrower is below, the catcher above.
import {isBack} from './film.js'
import {el} from './plot.js'
import {words} from './words.js'

export function ladder(svg, frame, film) {
  const box = svg.getBoundingClientRect(), w = Math.max(box.width, 200), h = Math.max(box.height, 120)
  const long = film.crossing * 4, from = Math.max(0, Math.min(film.t - film.crossing, film.end - long)), left = 8
  const x = t => left + (w - 2 * left) * (t - from) / long, high = h / film.lanes.length
  svg.setAttribute('viewBox', `0 0 ${w} ${h}`)
  svg.replaceChildren()
  film.lanes.forEach((l, i) => {
    const top = i * high + 16, below = (i + 1) * high - 6, p = l.packets
    svg.append(el('path', {class: 'axis strong', d: `M0 ${top}H${w}M0 ${below}H${w}`}), el('text', {x: 4, y: top - 4}, words.ends(l.title)))
    let arrows = '', gone = '', labelled = -Infinity
    for (let k = l.from(from); k < p.sent.length && p.sent[k] < from + long; k++) {
      const lost = Number.isNaN(p.arrived[k]), ends = lost ? p.sent[k] + film.crossing / 2 : p.arrived[k]
      if (ends < from) continue
      const home = isBack(p.kind[k]), begin = home ? top : below, far = home ? below : top
      const end = lost ? (begin + far) / 2 : far, x1 = x(p.sent[k]), x2 = x(ends)
      arrows += `M${x1.toFixed(1)} ${begin}L${x2.toFixed(1)} ${end}`
      if (lost) gone += `M${x2 - 4} ${end - 4}l8 8m0 -8l-8 8`
      else arrows += head(x2 - x1, end - begin)
      const says = label(l, k, home)
      if (says && x1 > labelled && x1 > 0) {
        svg.append(el('text', {x: x1 + 3, y: home ? begin + 13 : begin - 4}, says))
        labelled = x1 + 9 * says.length + 6
      }
    }
    svg.append(el('path', {class: `arrow f${i % 4}`, d: arrows}), el('path', {class: 'gone', d: gone}))
  })
  return {x, top: 0, bottom: h}
}

// head draws the head of an arrow that goes by dx and dy to its end.
function head(dx, dy) {
  const long = Math.hypot(dx, dy) || 1, barb = turn => {
    const [c, s] = [Math.cos(turn), Math.sin(turn)], x = -7 * (dx * c - dy * s) / long, y = -7 * (dx * s + dy * c) / long
    return `l${x.toFixed(1)} ${y.toFixed(1)}m${(-x).toFixed(1)} ${(-y).toFixed(1)}`
  }
  return barb(0.4) + barb(-0.4)
}

// label says what is in a packet: the numbers of its stones, or SYN, or the bytes of a
// message that a protocol of one's own sends without a stone.
function label(l, k, home) {
  const p = l.packets
  if (p.kind[k] & 4) return home ? 'SYN ACK' : 'SYN'
  if (!(p.first[k] > 0)) return l.transport === 'own' ? words.bytes(p.bytes[k]) : ''
  return p.last[k] > p.first[k] ? `${p.first[k]}-${p.last[k]}` : String(p.first[k])
}
