// What the pictures share: axes, lines and marks.
const space = 'http://www.w3.org/2000/svg'

export function el(name, attributes, ...inside) {
  const e = document.createElementNS(space, name)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  e.append(...inside)
  return e
}

// step returns a round number that fits about n times into a range.
export function step(range, n) {
  const rough = range / n, power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].find(m => m * power >= rough) * power
}

// A Plot is an empty picture with axes from 0 to across and up.
export class Plot {
  constructor(svg, {across, up, acrossName, upName, whole = true}) {
    const box = svg.getBoundingClientRect(), w = Math.max(box.width, 200), h = Math.max(box.height, 120)
    const left = 46, right = 12, top = 8, bottom = 36
    Object.assign(this, {svg, across, up, top, bottom: h - bottom, left, right: w - right})
    svg.setAttribute('viewBox', `0 0 ${w} ${h}`)
    svg.replaceChildren()
    let lines = ''
    const xs = step(across, 6), ys = whole ? Math.max(1, step(up, 4)) : step(up, 4)
    for (let v = 0; v <= across; v += xs) {
      lines += `M${this.x(v)} ${top}V${this.bottom}`
      svg.append(el('text', {x: this.x(v), y: this.bottom + 15, 'text-anchor': 'middle'}, String(+v.toFixed(2))))
    }
    for (let v = 0; v <= up * 1.0001; v += ys) {
      lines += `M${left} ${this.y(v)}H${this.right}`
      svg.append(el('text', {x: left - 5, y: this.y(v) + 4, 'text-anchor': 'end'}, String(+v.toPrecision(6))))
    }
    svg.append(el('path', {class: 'axis', d: lines}))
    svg.append(el('text', {x: this.right, y: h - 4, 'text-anchor': 'end'}, acrossName), el('text', {x: left + 4, y: top + 12}, upName))
  }

  x(v) { return this.left + (this.right - this.left) * v / this.across }

  y(v) { return this.bottom - (this.bottom - this.top) * v / this.up }

  // line joins points; in steps, each value holds until the next point.
  line(name, points, steps = false) {
    let d = ''
    for (const [x, y] of points) {
      const at = [this.x(x).toFixed(1), this.y(y).toFixed(1)]
      d += !d ? `M${at[0]} ${at[1]}` : steps ? `H${at[0]}V${at[1]}` : `L${at[0]} ${at[1]}`
    }
    if (d) this.svg.append(el('path', {class: name, d}))
  }

  // crosses marks points.
  crosses(points) {
    const d = points.map(([x, y]) => `M${this.x(x) - 4} ${this.y(y) - 4}l8 8m0 -8l-8 8`).join('')
    if (d) this.svg.append(el('path', {class: 'gone', d}))
  }
}
