/** Starts a live capture: finds the program that can, has every interface opened, and tells in one line why not. */

import { didYouMean } from '../../base/did-you-mean.ts'
import { escapeText } from '../../base/safe-text.ts'
import { type CapturePlace, createPlace, type StartProblem } from './interface-run.ts'
import { type Launcher, startLauncher } from './launcher/launcher.ts'
import { isInterfaceName, isMistaken, MAX_SNAP_LENGTH } from './launcher/launcher-messages.ts'
import { findProgram } from './machine/find-program.ts'
import { linkState, listInterfaces } from './machine/interfaces.ts'
import { checkFilter } from './programs/check-filter.ts'
import { INSTALL, replaceable, rightsFor } from './programs/remedies.ts'
import type { CaptureEvents, CaptureProgram, CaptureRequest, LiveCapture } from './request/live-capture.ts'
import { CaptureStartError } from './request/start-error.ts'

export { CaptureStartError } from './request/start-error.ts'

/**
 * tcpdump first, the only one that tells what it lost while it runs, and that loses nothing at the speeds that were measured. dumpcap tells at its end.
 * cap never does, stamps packets when they arrive at it, and needs several times the time.
 */
const AUTO: readonly CaptureProgram[] = ['tcpdump', 'dumpcap', 'cap']

/**
 * Resolves when every interface is being captured. Rights can be dropped then: what still needs them is another process.
 * @param signal ends the attempt
 * @throws CaptureStartError
 */
export async function startCapture(
  request: CaptureRequest,
  events: CaptureEvents,
  signal: AbortSignal,
): Promise<LiveCapture> {
  await refuseEarly(request)
  const problems: { program: CaptureProgram; problem: StartProblem }[] = []
  for (const program of request.with === 'auto' ? AUTO : [request.with]) {
    if (signal.aborted) break
    const problem = unusable(program, request)
    if (problem !== null) {
      problems.push({ program, problem })
      continue
    }
    const started = await startWith(program, request, events, signal)
    if (!('code' in started)) return started
    if (signal.aborted) continue
    if (started.code === 'bad-filter') throw new CaptureStartError('bad-filter', wrongFilter(started.text))
    problems.push({ program, problem: started })
    if (started.code === 'no-interface') break
  }
  if (signal.aborted) throw new CaptureStartError('ended', ENDED)
  throw await explain(problems, request)
}

const ENDED = 'the capture was ended before it had begun'

async function refuseEarly({ interfaces, snapLength }: CaptureRequest): Promise<void> {
  if (process.platform === 'win32')
    throw new CaptureStartError(
      'failed',
      'on Windows smblens reads what another program captures: dumpcap -i NAME -P -w - | smblens live -i -',
    )
  if (snapLength > MAX_SNAP_LENGTH)
    throw new CaptureStartError('failed', `packets are kept up to ${MAX_SNAP_LENGTH} bytes: ask for no more than that`)
  // A number that is no interface's name would be taken for a place in a list.
  const odd = interfaces.find((name) => !isInterfaceName(name) || (/^\d+$/.test(name) && linkState(name) === 'gone'))
  if (odd !== undefined) throw await noInterface(odd)
}

/** What is known without starting it. */
function unusable(program: CaptureProgram, { interfaces, promiscuous }: CaptureRequest): StartProblem | null {
  const mistaken = interfaces.find((name) => isMistaken(program, name, true))
  if (mistaken !== undefined)
    return { code: 'failed', text: `it takes the name ${escapeText(mistaken)} for something else: choose tcpdump` }
  if (program === 'cap')
    return promiscuous ? null : { code: 'failed', text: 'it captures promiscuously only: choose another program' }
  const found = findProgram(program)
  if (found === null) return { code: 'no-program', text: 'is not installed' }
  if (found.unusable === 'replaceable') return { code: 'failed', text: replaceable(escapeText(found.path)) }
  return found.unusable === null ? null : { code: 'no-rights', text: `this user may not start ${found.path}` }
}

async function startWith(
  program: CaptureProgram,
  request: CaptureRequest,
  events: CaptureEvents,
  signal: AbortSignal,
): Promise<LiveCapture | (StartProblem & { interface: string })> {
  let lost: string | null = null
  let silent = false
  let begun = false
  const places: CapturePlace[] = []
  const launcher = startLauncher(request, {
    onReport: (report, stream) => places[report.place]?.onReport(report, stream),
    onLost(reason, forGood) {
      lost = reason
      for (const place of places) place.lose(reason, forGood)
      if (forGood && begun) events.onLost(reason)
    },
    onSilent(now) {
      silent = now
      if (begun) events.onNote(...(silent ? SILENT : HEARD))
    },
  })
  const hears = () => !silent
  for (const [i, name] of request.interfaces.entries()) places.push(createPlace(i, name, program, launcher, hears))
  for (const [i, place] of places.entries()) {
    const problem = lost === null ? await startUnlessEnded(place, signal) : { code: 'failed' as const, text: lost }
    if (problem === null) continue
    await Promise.all(places.map((each) => each.stop()))
    await launcher.end()
    const name = request.interfaces[i]!
    const words = problem.code === 'failed' ? await checkFilter(request.filter) : null
    return words === null ? { ...problem, interface: name } : { code: 'bad-filter', text: words, interface: name }
  }
  begun = true
  return capturing(program, places, launcher, events)
}

const SILENT: [code: string, message: string] = [
  'capture-silent',
  'the process that captures for smblens does not answer: packets still come, but losses are not counted meanwhile, ' +
    'and an interface that fails is not tried again',
]
const HEARD: [code: string, message: string] = ['capture-heard', 'the process that captures for smblens answers again']

function startUnlessEnded(place: CapturePlace, signal: AbortSignal): Promise<StartProblem | null> {
  const ended: StartProblem = { code: 'ended', text: ENDED }
  if (signal.aborted) return Promise.resolve(ended)
  return new Promise((resolve) => {
    const onAbort = () => resolve(ended)
    signal.addEventListener('abort', onAbort, { once: true })
    void place.start().then((problem) => {
      signal.removeEventListener('abort', onAbort)
      resolve(problem)
    })
  })
}

function capturing(
  program: CaptureProgram,
  places: readonly CapturePlace[],
  launcher: Launcher,
  events: CaptureEvents,
): LiveCapture {
  let stopped: Promise<void> | null = null
  let turn: Promise<void> = Promise.resolve()
  /** One after the other: a stream that waits for another to be handed over would be read where it waits. */
  const restart = (place: CapturePlace) => {
    turn = turn.then(
      () =>
        new Promise<void>((begun) => {
          if (stopped !== null) begun()
          else void place.start(begun)
        }),
    )
  }
  // Whoever called goes on before the first event.
  setImmediate(() => {
    for (const [i, place] of places.entries())
      place.open(
        {
          onStream: (stream) => events.onStream(i, stream),
          onDown: (reason) => events.onDown(i, reason),
          onUp: () => events.onUp(i),
        },
        () => restart(place),
      )
  })
  const loss = () => Promise.all(places.map((place) => place.loss()))
  return {
    program,
    loss,
    async stop() {
      stopped ??= Promise.all(places.map((place) => place.stop())).then(() => launcher.end())
      await stopped
      return loss()
    },
  }
}

/** What the programs said, as one line that says what to do. */
async function explain(
  problems: readonly { program: CaptureProgram; problem: StartProblem & { interface?: string } }[],
  { interfaces }: CaptureRequest,
): Promise<CaptureStartError> {
  const unknown = problems.find(({ problem }) => problem.code === 'no-interface')
  if (unknown !== undefined) return noInterface(unknown.problem.interface ?? interfaces[0]!)
  const code = problems.some(({ problem }) => problem.code === 'no-rights')
    ? 'no-rights'
    : problems.every(({ problem }) => problem.code === 'no-program')
      ? 'no-program'
      : 'failed'
  const where = escapeText(interfaces.join(', '))
  const what = {
    'no-rights': `no right to capture on ${where}`,
    'no-program': `nothing to capture with on ${where}`,
    failed: `capturing on ${where} could not be started`,
  }[code]
  return new CaptureStartError(
    code,
    [what, ...problems.map(({ program, problem }) => remedy(program, problem))].join('; '),
  )
}

function remedy(program: CaptureProgram, { code, text }: StartProblem): string {
  if (code === 'no-program') return `${program}: ${INSTALL[program]}`
  if (text.startsWith(`${program} `)) return text
  if (code !== 'no-rights') return `${program}: ${text}${/not up\b/.test(text) ? ' (sudo ip link set NAME up)' : ''}`
  const path = program === 'cap' ? program : (findProgram(program)?.path ?? program)
  return `${program}: ${rightsFor(program, path)}`
}

function wrongFilter(words: string): string {
  return `the filter is wrong: ${words} (man 7 pcap-filter has the language)`
}

async function noInterface(name: string): Promise<CaptureStartError> {
  const names = (await listInterfaces()).map((each) => each.name)
  const suggestion = names.includes(name) ? '' : didYouMean(name, names)
  return new CaptureStartError(
    'no-interface',
    `there is no interface "${escapeText(name)}"${escapeText(suggestion)}: there are ${escapeText(names.join(', '))}`,
  )
}
