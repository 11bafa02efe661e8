// The axis with the prediction as a dashed line, and the result beside it.
import {el, step} from './plot.js'
import {words} from './words.js'

export class Axis {
  // choose is called with the number at which the axis was pressed.
  constructor(svg, choose) {
    this.svg = svg
    let held = false
    const at = event => {
      const box = svg.getBoundingClientRect()
      const v = Math.min(1, Math.max(0, (event.clientX - box.left - 12) / (box.width - 24))) * this.most
      const fine = step(this.most, 200)
      choose(String(+(Math.round(v / fine) * fine).toPrecision(6)))
    }
    svg.onpointerdown = event => { held = !this.over; if (held) { svg.setPointerCapture(event.pointerId); at(event) } }
    svg.onpointermove = event => { if (held) at(event) }
    svg.onpointerup = svg.onpointercancel = () => { held = false }
  }

  // draw draws the prediction, if there is one, and the result as far as it is known.
  draw(sheet, predicted) {
    const {svg} = this, o = sheet.outcome, w = Math.max(svg.getBoundingClientRect().width, 200)
    const said = o ? o.predicted : predicted, known = [said, o?.measured, ...(o?.expected ?? [])].filter(Number.isFinite)
    this.over = !!o
    const furthest = Math.max(0, ...known)
    this.most = o ? round(Math.max(furthest * 1.25, 1e-9)) : Math.max(sheet.most, furthest > sheet.most ? round(furthest * 1.25) : 0)
    const x = v => 12 + (w - 24) * v / this.most
    svg.setAttribute('viewBox', `0 0 ${w} 96`)
    svg.replaceChildren()
    const ticks = step(this.most, 5)
    let lines = `M12 66H${w - 12}`
    for (let v = 0; v <= this.most * 1.0001; v += ticks) {
      lines += `M${x(v)} 66v6`
      svg.append(el('text', {x: x(v), y: 88, 'text-anchor': v === 0 ? 'start' : v + ticks > this.most ? 'end' : 'middle'}, String(+v.toPrecision(6))))
    }
    svg.append(el('path', {class: 'axis strong', d: lines}))
    if (o?.expected?.length === 2) {
      svg.append(el('rect', {class: 'band', x: x(o.expected[0]), width: Math.max(2, x(o.expected[1]) - x(o.expected[0])), y: 46, height: 20}))
    }
    const side = v => x(v) > w * 0.6 ? {'text-anchor': 'end', x: x(v) - 6} : {'text-anchor': 'start', x: x(v) + 6}
    if (Number.isFinite(o?.measured)) {
      svg.append(el('line', {class: 'was', x1: x(o.measured), x2: x(o.measured), y1: 24, y2: 66}), el('text', {...side(o.measured), y: 38}, words.was(o.words)))
    }
    if (Number.isFinite(said)) {
      svg.append(el('line', {class: 'said', x1: x(said), x2: x(said), y1: 4, y2: 66}), el('text', {...side(said), y: 16}, words.said(+said.toPrecision(6), sheet.unit)))
    }
    svg.setAttribute('aria-label', o && Number.isFinite(said) ? words.beside(`${said} ${sheet.unit}`, words.was(o.words)) : words.axis(sheet.unit))
  }
}

// round returns the next round number, v or above.
function round(v) {
  const s = step(v, 4)
  return Math.ceil(v / s) * s
}
