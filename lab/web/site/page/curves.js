// Curves over time, and the distribution of the delays. Each is drawn from a frame and
// its film; has* says whether there is anything to draw.
import {isBack, bitRate} from './film.js'
import {Plot} from './plot.js'
import {words} from './words.js'

const inTime = (svg, film, up, upName, whole) => {
  const slow = film.end > 3000 ? 1000 : 1, plot = new Plot(svg, {across: film.end / slow, up, acrossName: words.time(slow), upName, whole})
  return {plot, at: (t, v) => [t / slow, v]}
}

export const hasWindow = frame => frame.flows.some(f => f.outcome.tcp_info?.length)

// congestionWindow draws TCP's window, dotted the slow start threshold, and a cross for
// each lost packet.
export function congestionWindow(svg, frame, film) {
  const infos = frame.flows.map(f => f.outcome.tcp_info ?? [])
  const {plot, at} = inTime(svg, film, Math.max(1, ...infos.flat().flatMap(s => [s.cwnd_packets, s.ssthresh_packets])), words.packets)
  infos.forEach((info, i) => {
    plot.line('due', info.filter(s => s.ssthresh_packets > 0).map(s => at(s.at_ms, s.ssthresh_packets)), true)
    plot.line(`curve f${i % 4}`, info.map(s => at(s.at_ms, s.cwnd_packets)), true)
    const p = frame.flows[i].packets, gone = []
    if (info.length) for (let k = 0; k < p.sent.length; k++) {
      if (Number.isNaN(p.arrived[k]) && !isBack(p.kind[k])) gone.push(at(p.sent[k], info.findLast(s => s.at_ms <= p.sent[k])?.cwnd_packets ?? 0))
    }
    plot.crosses(gone)
  })
  return plot
}

// delays returns the distribution of a flow's delays: points of ms and the per cent of
// the stones that took at most so long. Stones that never came are left out of the
// points, so that the curve ends below 100.
export function delays(flow) {
  const s = flow.stones, all = []
  for (let k = 0; k < s.number.length; k++) if (s.first[k] >= s.due[k]) all.push(s.first[k] - s.due[k])
  return Array.from(Float64Array.from(all).sort(), (ms, i) => [ms, 100 * (i + 1) / s.number.length])
}

export function delayCurves(svg, frame) {
  const curves = frame.flows.map(delays)
  const plot = new Plot(svg, {across: Math.max(1, ...curves.map(c => c.at(-1)?.[0] ?? 0)) * 1.05, up: 100, acrossName: words.delay, upName: words.atMost})
  curves.forEach((c, i) => plot.line(`curve f${i % 4}`, c.length ? [[c[0][0], 0], ...c, [plot.across, c.at(-1)[1]]] : [], true))
  return plot
}

export const hasQueue = (_, film) => film.lanes.some(l => l.link)

// queues draws how many packets of each flow wait for the link, or are on it, with a
// cross for each that the full queue dropped.
export function queues(svg, frame, film) {
  const over = film.fates.indexOf('overflowed'), lines = film.lanes.map(l => {
    const steps = [], full = []
    for (let k = 0; k < l.goes.length; k++) {
      const sent = l.packets.sent[k]
      if (l.packets.fate[k] === over && !isBack(l.packets.kind[k])) full.push(sent)
      if (l.goes[k] > sent) steps.push([sent, 1], [l.goes[k], -1])
    }
    steps.sort((a, b) => a[0] - b[0] || a[1] - b[1])
    let n = 0
    return {line: [[0, 0], ...steps.map(([t, more]) => [t, n += more])], full}
  })
  const {plot, at} = inTime(svg, film, Math.max(1, ...lines.flatMap(l => l.line.map(p => p[1]))), words.packets)
  lines.forEach(({line, full}, i) => {
    plot.line(`curve f${i % 4}`, line.map(p => at(...p)), true)
    plot.crosses(full.map(t => at(t, line.findLast(p => p[0] <= t)[1])))
  })
  return plot
}

// rates returns the rate at which a flow's stones came, in kbit/s, in each of so many
// parts of the time, as points with the beginning of the part.
export function rates(frame, i, end, parts = 40) {
  const flow = frame.flows[i], size = frame.result.experiment.flows.find(f => f.name === flow.name).size
  const long = end / parts, bits = new Float64Array(parts)
  for (const t of flow.stones.first) if (t >= 0) bits[Math.min(parts - 1, Math.floor(t / long))] += 8 * size
  return Array.from(bits, (b, k) => [k * long, b / long])
}

// shares draws the rates, and the link's bandwidth if it is near them.
export function shares(svg, frame, film) {
  const lines = frame.flows.map((_, i) => rates(frame, i, film.end)), link = bitRate(frame.result.experiment.out?.bandwidth) / 1000
  const most = Math.max(1, ...lines.flat().map(p => p[1])), near = link > 0 && link < 2 * most
  const {plot, at} = inTime(svg, film, Math.max(most, near ? link : 0), words.rate, false)
  if (near) plot.line('due', [at(0, link), at(film.end, link)])
  lines.forEach((line, i) => plot.line(`curve f${i % 4}`, [...line, [film.end, line.at(-1)[1]]].map(p => at(...p)), true))
  return plot
}
