// Lessons: a story, a question, a prediction, and only then the throw.
import {Axis} from './axis.js'
import {$, make} from './table.js'
import {words} from './words.js'

const kept = 'stones-record'

export class Lessons {
  // run asks the engine, present shows a frame, look changes what the page shows.
  constructor({run, present, look, trouble}) {
    Object.assign(this, {run, present, look, trouble, asked: null, sheet: null, thrown: null})
    this.axis = new Axis($('axis'), text => { $('predicted').value = text; this.draw() })
    $('predicted').oninput = () => this.draw()
    $('ask').onsubmit = event => { event.preventDefault(); this.throwIt($('predicted').value) }
    $('skip').onclick = () => this.throwIt('')
    $('save').onclick = () => save('stones-answers.json', record())
    $('forget').onclick = () => { keep(''); this.course() }
    $('file').onchange = event => { this.drop(event.target.files[0]); event.target.value = '' }
    addEventListener('dragover', event => event.preventDefault())
    addEventListener('drop', event => { event.preventDefault(); this.drop(event.dataTransfer?.files[0]) })
    new ResizeObserver(() => this.draw()).observe($('axis'))
  }

  // course lists the lessons, with the marks that this browser keeps.
  async course() {
    let answer = await this.run({course: true, record: record()})
    if (answer?.error && record()) { // the record cannot be read
      keep('')
      answer = await this.run({course: true})
      if (answer) this.trouble(words.forgotten)
    }
    if (!answer) return
    if (answer.error) return this.trouble(answer.error.text)
    const hours = []
    for (const l of answer.course) {
      if (hours.at(-1)?.hour !== l.hour) hours.push({hour: l.hour, rows: []})
      const open = make('button', {type: 'button', textContent: `${l.place}. ${l.title}`, onclick: () => this.open({name: l.name})})
      hours.at(-1).rows.push(make('li', {}, open, ' ', make('small', {textContent: l.mark ?? ''})))
    }
    $('hours').replaceChildren(...hours.map(h => make('div', {}, make('h2', {textContent: h.hour}), make('ul', {}, ...h.rows))))
    $('save').disabled = $('forget').disabled = !record()
    this.look('course')
  }

  // drop opens a lesson from a file.
  async drop(file) {
    if (!file) return
    if (!file.name.endsWith('.txtar')) return this.trouble(words.wrong)
    this.open({file: {name: file.name, text: await file.text()}})
  }

  // open shows the story and the question.
  async open(lesson) {
    const answer = await this.run({lesson})
    if (!answer) return
    if (answer.error) return this.trouble(answer.error.text)
    this.trouble('')
    this.asked = lesson
    this.tell(answer.lesson)
    this.look('asked', lesson.name)
    $('predicted').value = ''
    $('lesson').scrollTop = 0
    $('title').focus()
    this.draw()
  }

  tell(sheet) {
    this.sheet = sheet
    $('told').open = !sheet.outcome
    $('title').textContent = sheet.title
    $('story').replaceChildren(...paragraphs(sheet.story))
    $('question').replaceChildren(...paragraphs(sheet.question))
    $('unit').textContent = words.predict(sheet.unit)
    $('verdict').textContent = sheet.verdict ?? ''
    $('why').replaceChildren(...paragraphs(sheet.why ?? ''))
    $('doubts').replaceChildren(...(sheet.doubts ?? []).map(textContent => make('li', {textContent})))
    $('turns').replaceChildren(...this.turns(sheet))
    this.draw()
  }

  draw() {
    if (!this.sheet) return
    const number = parseFloat($('predicted').value)
    this.axis.draw(this.sheet, Number.isFinite(number) && number >= 0 ? number : undefined)
  }

  // throwIt throws the lesson's stones, and shows the result beside the prediction.
  async throwIt(predicted) {
    const lesson = {...this.asked, throw: true, predicted: predicted.trim()}
    const answer = await this.run({lesson, record: record()})
    if (!answer) return
    if (answer.error) return this.trouble(answer.error.text)
    keep(answer.record)
    this.look('told', lesson.name)
    this.tell(answer.lesson)
    this.thrown = answer.lesson.own
    this.present(answer)
    $('verdict').focus()
  }

  // turns returns the paragraphs of the section knob, in which each command can be
  // thrown.
  turns(sheet) {
    const commands = [...(sheet.turns ?? [])]
    return paragraphs(sheet.knob ?? '').flatMap(p => p.tagName === 'P' ? [p] : commands.length ? [this.turn(commands.shift())] : [])
  }

  turn(t) {
    const div = make('div', {className: 'turn'}, make('code', {textContent: t.command})), came = make('output')
    if (t.elsewhere) return div
    const chosen = (t.choose ?? []).map(c => ({word: c.word, text: c.values[0]}))
    const go = async () => {
      const turned = {set: [...t.set ?? [], ...chosen.map(c => ({...c}))], flow: t.flow, with: t.with, at: t.at, every: t.every}
      const answer = await this.run({lesson: {...this.asked, throw: true}, ...turned})
      if (!answer) return
      if (answer.error) { came.textContent = answer.error.text; return }
      came.textContent = words.turned(answer.lesson.outcome.words)
      this.thrown = turned
      this.present(answer)
    }
    ;(t.choose ?? []).forEach((c, i) => {
      const input = make('input', {type: 'range', min: 0, max: c.values.length - 1, step: 1, value: 0}), output = make('output', {textContent: c.values[0]})
      input.setAttribute('aria-valuetext', c.values[0])
      input.oninput = () => {
        chosen[i].text = output.textContent = c.values[input.value]
        input.setAttribute('aria-valuetext', chosen[i].text)
        go()
      }
      div.append(make('label', {}, c.word + ' ', input, output))
    })
    div.append(make('button', {type: 'button', textContent: words.page.throwIt, onclick: go}), ' ', came)
    return div
  }
}

// paragraphs splits a text; a command is a paragraph of its own.
function paragraphs(text) {
  const all = []
  let lines = []
  const end = () => { if (lines.length) all.push(make('p', {textContent: lines.join(' ')})); lines = [] }
  for (const line of text.split('\n')) {
    if (line.trim().startsWith('stones throw ')) { end(); all.push(make('pre', {textContent: line.trim()})) }
    else if (line.trim() === '') end()
    else lines.push(line.trim())
  }
  end()
  return all
}

// record returns what this browser keeps of the lessons, as "stones lesson --save"
// writes it. Where the browser may not store anything, the page keeps it while it is
// open.
let inPage = ''
function record() {
  try { return localStorage.getItem(kept) ?? '' } catch { return inPage }
}

function keep(text) {
  inPage = text
  try { text ? localStorage.setItem(kept, text) : localStorage.removeItem(kept) } catch { /* the page keeps it */ }
}

function save(name, text) {
  const a = make('a', {href: URL.createObjectURL(new Blob([text], {type: 'application/json'})), download: name})
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 1000)
}
