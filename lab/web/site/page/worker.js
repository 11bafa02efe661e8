// The engine in a worker: the lab as WebAssembly. What is packed into a page that is
// one file stands in self.stonesEngine; else it is fetched from beside this file.
if (typeof Go === 'undefined') importScripts('wasm_exec.js')

async function bytes() {
  if (self.stonesEngine) return Uint8Array.from(atob(self.stonesEngine), c => c.charCodeAt(0))
  const got = await fetch('engine.wasm.gz')
  if (!got.ok) throw new Error('the engine is not there: engine.wasm.gz')
  return new Uint8Array(await got.arrayBuffer())
}

// unpacked is what gzip packed; a server may have done that already.
async function unpacked(packed) {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer())
}

const ready = (async () => {
  const go = new Go()
  const {instance} = await WebAssembly.instantiate(await unpacked(await bytes()), go.importObject)
  go.run(instance)
  stonesFrame('{"id":0,"set":[{"word":"count","text":"20"}]}') // so that the first slider is quick
})()

// What goes wrong is thrown outside of promises: only there the page hears of it.
const tell = wrong => { setTimeout(() => { throw wrong }) }

onmessage = ({data}) => ready.then(() => {
  const frame = stonesFrame(data)
  postMessage(frame.buffer, [frame.buffer])
}).catch(tell)
