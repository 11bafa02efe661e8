// The tabs beneath the film: pictures of the same frame, one at a time.
import {congestionWindow, delayCurves, hasQueue, hasWindow, queues, shares} from './curves.js'
import {ladder} from './ladder.js'
import {hasPhoto, photos} from './photo.js'
import {stairs} from './picture.js'
import {el} from './plot.js'
import {make} from './table.js'
import {words} from './words.js'

// moves marks a picture that changes with the film's time; still marks one without a
// cursor.
const kinds = [
  {id: 'stones', draw: stairs},
  {id: 'delays', draw: delayCurves, still: true},
  {id: 'window', draw: congestionWindow, has: hasWindow},
  {id: 'queue', draw: queues, has: hasQueue},
  {id: 'share', draw: shares},
  {id: 'ladder', draw: ladder, moves: true},
  {id: 'photo', draw: photos, has: hasPhoto, moves: true},
]

export class Tabs {
  constructor(list, svg) {
    Object.assign(this, {svg, chosen: kinds[0], frame: null, film: null})
    this.cursor = el('line', {class: 'cursor'})
    this.buttons = kinds.map(kind => make('button', {type: 'button', id: 'tab-' + kind.id, textContent: words.tabs[kind.id], onclick: () => this.choose(kind)}))
    for (const b of this.buttons) {
      b.setAttribute('role', 'tab')
      b.setAttribute('aria-controls', 'panel')
    }
    list.replaceChildren(...this.buttons)
    list.onkeydown = event => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key], shown = this.buttons.filter(b => !b.hidden)
      if (!by) return
      event.preventDefault()
      event.stopPropagation()
      const next = shown.at((shown.indexOf(event.target) + by) % shown.length)
      next.click()
      next.focus()
    }
    this.tell()
  }

  choose(kind) {
    this.chosen = kind
    this.tell()
    this.draw(this.frame, this.film)
  }

  tell() {
    this.buttons.forEach((b, i) => {
      b.setAttribute('aria-selected', String(kinds[i] === this.chosen))
      b.tabIndex = kinds[i] === this.chosen ? 0 : -1
    })
    document.getElementById('panel').setAttribute('aria-labelledby', 'tab-' + this.chosen.id)
  }

  // draw draws the chosen picture of a frame, or the first picture if the frame does
  // not have it.
  draw(frame, film) {
    if (!frame) return
    Object.assign(this, {frame, film})
    const has = kind => !kind.has || kind.has(frame, film)
    this.buttons.forEach((b, i) => { b.hidden = !has(kinds[i]) })
    if (!has(this.chosen)) {
      this.chosen = kinds[0]
      this.tell()
    }
    this.plot = this.chosen.draw(this.svg, frame, film)
    this.svg.setAttribute('aria-label', words.shows[this.chosen.id])
    document.getElementById('key').textContent = words.keys[this.chosen.id](frame.flows.map(f => f.name))
    this.svg.append(this.cursor)
    this.at(film.t)
  }

  // at moves the cursor, or the picture, to a time of the film.
  at(t) {
    if (!this.plot) return
    if (this.chosen.moves && this.drawn !== t) {
      this.drawn = t
      this.plot = this.chosen.draw(this.svg, this.frame, this.film)
      this.svg.append(this.cursor)
    }
    this.cursor.style.display = this.chosen.still ? 'none' : ''
    const slow = this.plot.across && this.film.end > 3000 ? 1000 : 1, x = this.plot.x(t / slow)
    for (const [k, v] of Object.entries({x1: x, x2: x, y1: this.plot.top, y2: this.plot.bottom})) this.cursor.setAttribute(k, v)
  }
}
