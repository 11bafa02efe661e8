// The staircase: when each stone was due, and when it was caught.
const space = 'http://www.w3.org/2000/svg'

export function el(name, attributes, ...inside) {
  const e = document.createElementNS(space, name)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  e.append(...inside)
  return e
}

// step is a round number of which about n fit into a range.
export function step(range, n) {
  const rough = range / n, power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].find(m => m * power >= rough) * power
}

export class Picture {
  constructor(svg) {
    this.svg = svg
    this.cursor = el('line', {class: 'cursor'})
  }

  // draw draws a frame's stones, and where the film is.
  draw(frame, end) {
    const {svg} = this, box = svg.getBoundingClientRect()
    const w = Math.max(box.width, 200), h = Math.max(box.height, 120)
    const left = 46, right = 12, top = 8, bottom = 36
    const most = Math.max(1, ...frame.flows.map(f => f.stones.number.at(-1) ?? 1))
    this.x = t => left + (w - left - right) * t / end
    const y = n => h - bottom - (h - top - bottom) * n / most
    this.top = top
    this.bottom = h - bottom
    svg.setAttribute('viewBox', `0 0 ${w} ${h}`)
    svg.replaceChildren()

    let lines = ''
    const xs = step(end, 6), ys = Math.max(1, step(most, 4))
    for (let t = 0; t <= end; t += xs) {
      lines += `M${this.x(t)} ${top}V${h - bottom}`
      svg.append(el('text', {x: this.x(t), y: h - bottom + 15, 'text-anchor': 'middle'}, end > 3000 ? String(+(t / 1000).toFixed(2)) : String(+t.toFixed(2))))
    }
    for (let n = 0; n <= most; n += ys) {
      lines += `M${left} ${y(n)}H${w - right}`
      svg.append(el('text', {x: left - 5, y: y(n) + 4, 'text-anchor': 'end'}, String(n)))
    }
    svg.append(el('path', {class: 'axis', d: lines}))
    svg.append(el('text', {x: w - right, y: h - 4, 'text-anchor': 'end'}, end > 3000 ? 'time in s' : 'time in ms'))
    svg.append(el('text', {x: left + 4, y: top + 12}, 'stone'))

    frame.flows.forEach((flow, i) => {
      const s = flow.stones
      let due = '', caught = '', gone = ''
      for (let k = 0; k < s.number.length; k++) {
        const n = y(s.number[k])
        if (i === 0) due += `${due ? 'L' : 'M'}${this.x(s.due[k]).toFixed(1)} ${n.toFixed(1)}`
        if (Number.isNaN(s.first[k])) {
          const x = this.x(Number.isNaN(s.due[k]) ? 0 : s.due[k])
          gone += `M${x - 4} ${n - 4}l8 8m0 -8l-8 8`
          continue
        }
        caught += mark(i, this.x(s.first[k]), n)
      }
      if (i === 0) svg.append(el('path', {class: 'due', d: due}))
      svg.append(el('path', {class: `f${i % 4}`, d: caught}))
      if (gone) svg.append(el('path', {class: 'gone', d: gone}))
    })
    svg.append(this.cursor)
    this.at(0)
  }

  // at moves the cursor to a time.
  at(t) {
    const x = this.x(t)
    for (const [k, v] of Object.entries({x1: x, x2: x, y1: this.top, y2: this.bottom})) this.cursor.setAttribute(k, v)
  }
}

// mark is the shape of a flow's stones: a square, a disc, a diamond, a plus.
function mark(flow, x, y) {
  const at = `M${x.toFixed(1)} ${y.toFixed(1)}`
  return at + ['m-2 -2h4v4h-4z', 'm-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0', 'm0 -3l3 3l-3 3l-3 -3z', 'm-3 0h6m-3 -3v6'][flow % 4]
}
