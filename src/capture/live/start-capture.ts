/** Starts a live capture: finds a program that can capture, has every interface opened, or reports in one line why that is not possible. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { escapeText } from '../../base/safe-text.ts'
import { CaptureStartError } from '../start-error.ts'
import { InterfaceRun, type StartProblem } from './interface-run.ts'
import { type Launcher, startLauncher } from './launcher/launcher.ts'
import { isInterfaceName, MAX_SNAP_LENGTH } from './launcher/launcher-messages.ts'
import { replaceableText } from './machine/find-program.ts'
import { linkState, listInterfaces } from './machine/interfaces.ts'
import { CAPTURE_PROGRAMS, type CaptureProgramDescription } from './programs/capture-programs.ts'
import { checkFilter } from './programs/check-filter.ts'
import type { CaptureEvents, CaptureRequest, LiveCapture } from './request/live-capture.ts'

export { CaptureStartError } from '../start-error.ts'

interface ProgramProblem extends StartProblem {
  program: CaptureProgramDescription
  /** The interface that could not be opened, if the start got that far. */
  interfaceName?: string
}

/**
 * Resolves when every interface is being captured. The rights can be dropped then: another process has what still needs them.
 * @param signal ends the attempt
 * @throws CaptureStartError
 */
export async function startCapture(
  request: CaptureRequest,
  events: CaptureEvents,
  signal: AbortSignal,
): Promise<LiveCapture> {
  await refuseEarly(request)
  const problems: ProgramProblem[] = []
  for (const program of CAPTURE_PROGRAMS) {
    if (signal.aborted) break
    if (request.with !== 'auto' && request.with !== program.name) continue
    const unusable = whyUnusable(program, request)
    if (unusable !== null) {
      problems.push({ ...unusable, program })
      continue
    }
    const started = await startWith(program, request, events, signal)
    if (!('code' in started)) return started
    if (signal.aborted) continue
    if (started.code === 'bad-filter') throw new CaptureStartError('bad-filter', wrongFilter(started.text))
    problems.push(started)
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
    throw new CaptureStartError('failed', `packets are kept up to ${MAX_SNAP_LENGTH} bytes: choose a lower snap length`)
  // A number that is not the name of an interface would be taken for an index in a list.
  const odd = interfaces.find((name) => !isInterfaceName(name) || (/^\d+$/.test(name) && linkState(name) === 'gone'))
  if (odd !== undefined) throw await noInterface(odd)
}

/** Why a program cannot serve the request, as far as that is known without starting it; null if it may. */
function whyUnusable(program: CaptureProgramDescription, request: CaptureRequest): StartProblem | null {
  const mistaken = request.interfaces.find((name) => program.command.isMistaken(name, true))
  if (mistaken !== undefined)
    return { code: 'failed', text: `it takes the name ${escapeText(mistaken)} for something else: choose tcpdump` }
  const refusal = program.refusal(request)
  if (refusal !== null) return { code: 'failed', text: refusal }
  const found = program.find()
  if (found === null) return { code: 'no-program', text: 'is not installed' }
  if (found.unusable === 'replaceable') return { code: 'failed', text: replaceableText(escapeText(found.path)) }
  return found.unusable === null ? null : { code: 'no-rights', text: `this user may not start ${found.path}` }
}

async function startWith(
  program: CaptureProgramDescription,
  request: CaptureRequest,
  events: CaptureEvents,
  signal: AbortSignal,
): Promise<LiveCapture | ProgramProblem> {
  let lost: string | null = null
  let isSilent = false
  let begun = false
  const runs: InterfaceRun[] = []
  const launcher = startLauncher(request, {
    onReport: (report, stream) => runs[report.index]?.onReport(report, stream),
    onLost(reason, forGood) {
      lost = reason
      for (const run of runs) run.onLauncherLost(reason, forGood)
      if (forGood && begun) events.onLost(reason)
    },
    onSilent(now) {
      isSilent = now
      if (begun) events.onNote(...(isSilent ? SILENT : ANSWERS_AGAIN))
    },
  })
  const launcherAnswers = () => !isSilent
  for (const [index, interfaceName] of request.interfaces.entries())
    runs.push(new InterfaceRun({ index, interfaceName, program, launcher, launcherAnswers }))
  for (const [i, run] of runs.entries()) {
    const problem = lost === null ? await startUnlessEnded(run, signal) : { code: 'failed' as const, text: lost }
    if (problem === null) continue
    await Promise.all(runs.map((each) => each.stop()))
    await launcher.end()
    const interfaceName = request.interfaces[i]!
    const filterError = problem.code === 'failed' ? await checkFilter(request.filter) : null
    if (filterError !== null) return { code: 'bad-filter', text: filterError, program, interfaceName }
    return { ...problem, program, interfaceName }
  }
  begun = true
  return capturing(program, runs, launcher, events)
}

const SILENT: [code: string, message: string] = [
  'capture-silent',
  'the process that captures for smblens does not respond: packets still arrive, but losses are not counted meanwhile, ' +
    'and an interface that fails is not tried again',
]
const ANSWERS_AGAIN: [code: string, message: string] = [
  'capture-heard',
  'the process that captures for smblens responds again',
]

function startUnlessEnded(run: InterfaceRun, signal: AbortSignal): Promise<StartProblem | null> {
  const ended: StartProblem = { code: 'ended', text: ENDED }
  if (signal.aborted) return Promise.resolve(ended)
  return new Promise((resolve) => {
    const onAbort = () => resolve(ended)
    signal.addEventListener('abort', onAbort, { once: true })
    void run.start().then((problem) => {
      signal.removeEventListener('abort', onAbort)
      resolve(problem)
    })
  })
}

function capturing(
  program: CaptureProgramDescription,
  runs: readonly InterfaceRun[],
  launcher: Launcher,
  events: CaptureEvents,
): LiveCapture {
  let stopped: Promise<void> | null = null
  let turn: Promise<void> = Promise.resolve()
  /** One after the other: a stream that waits for another to be handed over would be read where it waits. */
  const restart = (run: InterfaceRun) => {
    turn = turn.then(
      () =>
        new Promise<void>((handedOver) => {
          if (stopped !== null) handedOver()
          else void run.start(handedOver)
        }),
    )
  }
  // The caller continues before the first event.
  setImmediate(() => {
    for (const [i, run] of runs.entries())
      run.open({
        onStream: (stream) => events.onStream(i, stream),
        onDown: (reason) => events.onDown(i, reason),
        onUp: () => events.onUp(i),
        onRetry: () => restart(run),
      })
  })
  const loss = () => Promise.all(runs.map((run) => run.loss()))
  return {
    program: program.name,
    loss,
    async stop() {
      stopped ??= Promise.all(runs.map((run) => run.stop())).then(() => launcher.end())
      await stopped
      return loss()
    },
  }
}

/** The programs' problems as one line that says what to do. */
async function explain(
  problems: readonly ProgramProblem[],
  { interfaces }: CaptureRequest,
): Promise<CaptureStartError> {
  const unknown = problems.find(({ code }) => code === 'no-interface')
  if (unknown !== undefined) return noInterface(unknown.interfaceName ?? interfaces[0]!)
  const code = problems.some((problem) => problem.code === 'no-rights')
    ? 'no-rights'
    : problems.every((problem) => problem.code === 'no-program')
      ? 'no-program'
      : 'failed'
  const where = escapeText(interfaces.join(', '))
  const what = {
    'no-rights': `no permission to capture on ${where}`,
    'no-program': `no program to capture with on ${where}`,
    failed: `capturing on ${where} could not be started`,
  }[code]
  return new CaptureStartError(code, [what, ...problems.map(remedy)].join('; '))
}

function remedy({ program, code, text }: ProgramProblem): string {
  const { name } = program
  if (code === 'no-program') return `${name}: ${program.install}`
  if (text.startsWith(`${name} `)) return text
  if (code === 'no-rights') return `${name}: ${program.rights(program.find()?.path ?? name)}`
  return `${name}: ${text}${/not up\b/.test(text) ? ' (sudo ip link set NAME up)' : ''}`
}

function wrongFilter(error: string): string {
  return `the filter is wrong: ${error} (man 7 pcap-filter describes the language)`
}

async function noInterface(name: string): Promise<CaptureStartError> {
  const names = (await listInterfaces()).map((each) => each.name)
  const suggestion = names.includes(name) ? '' : didYouMean(name, names)
  return new CaptureStartError(
    'no-interface',
    `there is no interface "${escapeText(name)}"${escapeText(suggestion)}: there are ${escapeText(names.join(', '))}`,
  )
}
