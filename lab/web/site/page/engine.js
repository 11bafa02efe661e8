import {words} from './words.js'

// The engine answers requests with frames: over HTTP, or in a worker. One request runs
// at a time; of those that come meanwhile only the last one is kept.
export class Engine {
  constructor(ask, name) {
    this.ask = ask
    this.name = name
    this.id = 0
    this.busy = false
    this.next = null
  }

  // run answers with the frame of the newest request, or null for one that was
  // overtaken by a newer one.
  run(request) {
    if (this.next) this.next.answer(null)
    return new Promise(answer => {
      this.next = {request: {...request, id: ++this.id}, answer}
      this.turn()
    })
  }

  async turn() {
    if (this.busy || !this.next) return
    const {request, answer} = this.next
    this.next = null
    this.busy = true
    try {
      const frame = decode(await this.ask(JSON.stringify(request)))
      answer(this.next ? null : frame)
    } catch (wrong) {
      answer({error: {text: String(wrong.message || wrong)}, flows: []})
    }
    this.busy = false
    this.turn()
  }

  get idle() { return !this.busy && !this.next }
}

// connect finds the engine: the program that serves the page, or a worker beside it.
export async function connect() {
  const inline = document.getElementById('engine-inline')
  if (!inline && location.protocol !== 'file:') {
    const answer = await fetch('engine.json').catch(() => null)
    if (answer && answer.ok && (await answer.json().catch(() => ({}))).http) {
      return new Engine(async body => {
        const got = await fetch('run', {method: 'POST', headers: {'Content-Type': 'application/json'}, body})
        if (!got.ok) throw new Error(await got.text())
        return got.arrayBuffer()
      }, words.served)
    }
  }
  return new Engine(working(inline), words.here)
}

// working asks a worker, which it starts again if that breaks.
function working(inline) {
  let worker = null, waiting = null
  const start = () => {
    worker = new Worker(inline ? URL.createObjectURL(new Blob([inline.textContent], {type: 'text/javascript'})) : 'worker.js')
    worker.onmessage = ({data}) => { waiting?.answer(data); waiting = null }
    worker.onerror = event => {
      waiting?.fail(new Error(words.broke(event.message)))
      waiting = null
      worker.terminate()
      worker = null
    }
  }
  return body => new Promise((answer, fail) => {
    if (!worker) start()
    waiting = {answer, fail}
    worker.postMessage(body)
  })
}

// decode takes a frame apart: a header in JSON, and columns of numbers behind it.
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  const numbers = new Float64Array(buffer, 4 + length)
  const flows = (head.result?.flows ?? []).map(outcome => ({outcome, name: outcome.name, stones: {}, packets: {}}))
  for (const c of head.columns ?? []) {
    const flow = flows.find(f => f.name === c.flow)
    flow[c.of][c.name] = numbers.subarray(c.at, c.at + c.n)
  }
  return {...head, flows}
}
