/** What must hold for the ledger, findings and records of any traffic. Each check returns what is wrong, or null. */
import { isDeepStrictEqual } from 'node:util'
import type { Limits } from './engine.ts'
import { CAPTURE_NAME, type Engine, type Outcome } from './outcome.ts'

/** Why bytes alone, without a file system, can be refused. */
const CODES = [
  'empty-file',
  'not-a-capture',
  'unsupported-format',
  'unsupported-compression',
  'not-fetched',
  'translated',
  'damaged',
]

type Check = (outcome: Outcome, limits: Limits) => string | null

const CHECKS: Readonly<Record<string, Check>> = {
  'a refusal has a documented code and names the input': ({ error }) =>
    error === null || (CODES.includes(error.code) && error.message.startsWith(`${CAPTURE_NAME}: `)) ? null : error.code,

  'frames are delivered as the contract says': ({ frames }) => frames.wrong,

  'frames that were delivered are the packets that are counted': ({ summary, frames }) => {
    if (summary === null) return null
    const { packets, bytes, warnings, linkTypes } = summary
    // Packets of interfaces beyond the limit are counted alone, and large records of some links are delivered in part.
    if (warnings.some(({ code }) => code === 'limit-interfaces')) return null
    if (packets !== frames.count) return `${packets} packets, ${frames.count} frames`
    const large = linkTypes.some((name) => ['dbus', 'usbpcap', 'ebhscr'].includes(name))
    return large || bytes === frames.bytes ? null : `${bytes} bytes of packets, ${frames.bytes} of frames`
  },

  'the times of a capture are those of its packets': ({ summary }) => {
    if (summary === null) return null
    const { firstTime, lastTime, packets } = summary
    if (firstTime === null || lastTime === null) return firstTime === lastTime ? null : 'one time without the other'
    return firstTime <= lastTime && packets > 0 ? null : `${firstTime} to ${lastTime}, ${packets} packets`
  },

  'a capture that is incomplete says why': ({ ledger }) =>
    ledger.captures.every(({ complete, warnings }) => complete || warnings.length > 0) ? null : 'no warning',

  'what a limit cost is counted, and a warning': ({ ledger }) => {
    const [capture] = ledger.captures
    const costs = Object.entries(capture?.limits ?? {})
    const silent = costs.find(([name, n]) => n < 1 || !capture?.warnings.some(({ code }) => code === `limit-${name}`))
    return silent === undefined ? null : `${silent[0]}: ${silent[1]}`
  },

  'warnings name frames that are there': ({ ledger, frames }) => {
    // In pcapng also blocks that Wireshark counts and that are not delivered: custom blocks, journal entries, system calls.
    const [capture] = ledger.captures
    const wrong = capture?.warnings.find(
      ({ frame }) => frame !== null && !(frame >= 1 && (capture.format === 'pcapng' || isFrame(frame, frames))),
    )
    return wrong === undefined ? null : `${wrong.code} at frame ${wrong.frame}`
  },

  'no session begins before the connection that it began on': ({ ledger }) => {
    const first = new Map<string, number>()
    for (const { id, firstFrame } of ledger.connections) first.set(id, firstFrame)
    for (const { id, connection, firstFrame } of ledger.sessions) {
      const begins = first.get(connection)
      if (begins !== undefined && firstFrame < begins) return `${id}: frame ${firstFrame}, its connection ${begins}`
    }
    return null
  },

  'every message has a row, with the frame in which it ends': ({ ledger, rows, frames }) => {
    const [capture] = ledger.captures
    if (capture === undefined) return null
    if (capture.smbMessages !== rows.length) return `${capture.smbMessages} messages, ${rows.length} rows`
    const wrong = rows.find(({ frame, time }) => frames.times[frame] !== time)
    return wrong === undefined ? null : `frame ${wrong.frame} at ${wrong.time}`
  },

  'ids are unique': ({ ledger }) => {
    const ids = [...ledger.connections, ...ledger.sessions].map(({ id }) => id)
    return new Set(ids).size === ids.length && !ids.includes('') ? null : 'an id is there twice, or empty'
  },

  'connections and sessions lie within the capture': ({ ledger, frames }) => {
    for (const { id, firstFrame, lastFrame, firstTime } of [...ledger.connections, ...ledger.sessions]) {
      if (!isFrame(firstFrame, frames) || !isFrame(lastFrame, frames) || firstFrame > lastFrame)
        return `${id}: ${firstFrame} to ${lastFrame}`
      if (frames.times[firstFrame] !== firstTime) return `${id}: frame ${firstFrame} is not at ${firstTime}`
    }
    return null
  },

  'every session is on a connection of the ledger': ({ ledger }) => {
    const ids = new Set(ledger.connections.map(({ id }) => id))
    const lost = ledger.sessions.find(({ connections }) => connections.some((id) => !ids.has(id)))
    if (lost !== undefined) return `${lost.id} is on ${lost.connections}`
    const odd = ledger.sessions.find(({ connection, connections }) => connections[0] !== connection)
    return odd === undefined ? null : `${odd.id} was set up on ${odd.connection}, and is on ${odd.connections}`
  },

  'what was granted is established': ({ ledger }) => {
    const odd = ledger.sessions.find(
      ({ guest, encryptData, status }) => (guest || encryptData) && status !== 'established',
    )
    return odd === undefined ? null : `${odd.id} is ${odd.status}`
  },

  'limits hold': ({ ledger }, limits) => {
    const { connections, sessions } = ledger
    const carriers = new Set(sessions.flatMap((session) => session.connections)).size
    if (connections.length > limits.connections + limits.attempts + carriers) return `${connections.length} connections`
    if (sessions.length > limits.sessions) return `${sessions.length} sessions`
    const full = sessions.find(
      (s) => s.trees.length > limits.treesPerSession || s.logons.length > limits.logonsPerSession,
    )
    return full === undefined ? null : `${full.id}: ${full.trees.length} trees, ${full.logons.length} logons`
  },

  'evidence is in the capture, at its time': ({ findings, frames }) => {
    for (const { id, evidence, capture, count } of findings) {
      if (capture !== CAPTURE_NAME || count < 1 || evidence.length < 1 || evidence.length > 5) return id
      for (const { frame, time, capture: of } of evidence)
        if (of !== CAPTURE_NAME || frames.times[frame] !== time) return `${id}: frame ${frame} at ${time} of ${of}`
    }
    return null
  },

  'findings name what is in the ledger': ({ findings, ledger }) => {
    const ids = new Set(findings.map(({ id }) => id))
    if (ids.size !== findings.length) return 'an id is there twice'
    const connections = new Set(ledger.connections.map(({ id }) => id))
    const sessions = new Set(ledger.sessions.map(({ id }) => id))
    const odd = findings.find(
      ({ connection, session }) =>
        (connection !== null && !connections.has(connection)) || (session !== null && !sessions.has(session)),
    )
    return odd === undefined ? null : odd.id
  },

  'the ledger is plain data': ({ ledger }) =>
    isDeepStrictEqual(JSON.parse(JSON.stringify(ledger)), ledger) ? null : 'it is not what its JSON says',

  'the summary counts the records': ({ records }) => {
    const summary = records.at(-1)
    if (summary === undefined) return null
    if (summary.type !== 'summary') return `the last record is a ${summary.type}`
    const found = { captures: 0, connections: 0, sessions: 0, findings: 0 }
    for (const { type } of records) {
      if (type === 'capture') found.captures++
      else if (type === 'connection') found.connections++
      else if (type === 'session') found.sessions++
      else if (type === 'finding') found.findings++
    }
    const { captures, connections, sessions } = summary
    const said = {
      captures,
      connections,
      sessions,
      findings: Object.values(summary.findings).reduce((a, b) => a + b, 0),
    }
    return isDeepStrictEqual(said, found) ? null : `${JSON.stringify(said)}, there are ${JSON.stringify(found)}`
  },
}

/** Checks that are too expensive for every case: they run now and then. */
const DEAR = ['the ledger is plain data']

/** The name of the first check that fails, and its message. */
export function brokenInvariant(
  outcome: Outcome,
  limits: Limits,
  thorough: boolean,
): [name: string, detail: string] | null {
  for (const [name, check] of Object.entries(CHECKS)) {
    if (!thorough && DEAR.includes(name)) continue
    const wrong = check(outcome, limits)
    if (wrong !== null) return [name, wrong]
  }
  return null
}

/** What audit and merge guarantee: the same result from the same parts, in any order and any number of times. */
export function brokenOrder(engine: Engine, { ledger, findings }: Outcome): string | null {
  const turned = {
    ...ledger,
    connections: [...ledger.connections].reverse(),
    sessions: [...ledger.sessions].reverse(),
  }
  if (
    JSON.stringify(engine.audit(turned, { policy: engine.defaultPolicy(engine.createNetworks()) })) !==
    JSON.stringify(findings)
  )
    return 'findings depend on the order of the ledger'
  if (JSON.stringify(engine.mergeLedgers(turned, ledger, turned)) !== JSON.stringify(ledger))
    return 'merging a ledger with itself changes it'
  return null
}

function isFrame(frame: number, { times }: Outcome['frames']): boolean {
  return Number.isInteger(frame) && frame >= 1 && frame < times.length
}
