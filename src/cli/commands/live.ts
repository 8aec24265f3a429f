/** `smblens live -i IFACE`: records of what passes an interface, as they become true. */

import type { Rule, Severity } from '../../audit/rule/rule.ts'
import { errorCode } from '../../capture/capture-error.ts'
import { captureFilter } from '../../capture/live/request/filter.ts'
import type { CaptureProgram, CaptureRequest } from '../../capture/live/request/live-capture.ts'
import { CaptureStartError } from '../../capture/live/start-capture.ts'
import { NewFileError } from '../../capture/write/new-file.ts'
import { type CaptureFiles, openCaptureFiles } from '../../capture/write/rotating-files.ts'
import { END_CODES, LiveTracker } from '../../live/live-tracker.ts'
import { Watch } from '../../live/record-stream.ts'
import { type RunOptions, runLive } from '../../live/run.ts'
import { SpoolError } from '../../live/spool-folder.ts'
import type { Networks } from '../../policy/networks.ts'
import type { Limits } from '../../track/core/limits.ts'
import type { LiveScreen } from '../../tui/terminal/open.tsx'
import { OutputError, ReaderGone } from '../output/descriptor-sink.ts'
import { prepareToTell, tell } from '../output/notices.ts'
import { type PatientWriter, writerTo, writerToPath } from '../output/patient-writer.ts'
import { RecordOutput } from '../output/record-output.ts'
import { hasScreen } from '../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'
import { APPLICATION, type OpenOptions } from './open.ts'
import { asked } from './scan.ts'
import { isSupervised, leaveSupervisor, obeySupervisor, reportUnprivileged, supervise } from './supervise.ts'

type Theme = OpenOptions['theme']

export interface LiveOptions {
  interface?: string[]
  format?: 'ndjson'
  output?: string
  duration?: number
  count?: number
  heartbeat: number
  theme: Theme
  filter?: string
  allTraffic?: boolean
  write?: string
  writeSize?: number
  writeFiles?: number
  captureWith: CaptureProgram | 'auto'
  snapLength: number
  buffer: number
  promiscuous: boolean
  user?: string
  minSeverity?: Severity
  rule?: string[]
  excludeRule?: string[]
  internal?: string[]
  memory?: string
  limit?: string[]
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The exit status is a number of any kind where a signal ended it. */
export async function live(options: LiveOptions): Promise<number> {
  const request = requestOf(options)
  const { rules, networks, limits } = await asked(options)
  const { write, writeSize, writeFiles, duration, count, heartbeat, minSeverity, user, output } = options
  if (write === undefined && (writeSize !== undefined || writeFiles !== undefined))
    throw new UsageError('--write-size and --write-files are of --write FILE: say which file')
  if (writeFiles !== undefined && writeSize === undefined)
    throw new UsageError(
      '--write-files keeps the newest of several files: say with --write-size after how many MB one is full',
    )

  const settings = { rules, networks, limits, count: count ?? null }
  const keep = () =>
    write === undefined
      ? null
      : openCaptureFiles({
          path: write,
          maxBytes: writeSize === undefined ? null : writeSize * 1_000_000,
          maxFiles: writeFiles ?? null,
          application: APPLICATION,
        })
  const run = { request, durationMs: duration === undefined ? null : duration * 1000, user: user ?? null }
  const screen = wantsScreen(options, request)
  if (request !== null && !isSupervised())
    return supervise({ user: user ?? null, screen, descriptors: descriptorsIn([output, write]) })
  obeySupervisor()
  prepareToTell()
  try {
    if (screen) return await watchOnScreen(run, { ...settings, theme: options.theme }, keep)
    const records = { ...settings, minSeverity: minSeverity ?? null, heartbeatMs: heartbeat * 1000, output }
    return await writeRecords(run, records, keep)
  } catch (error) {
    return statusOf(error)
  } finally {
    leaveSupervisor()
    endAnyway()
  }
}

/** Said here, not where other commands have it said: standard error may be a pipe that nobody reads. */
function statusOf(error: unknown): ExitStatus {
  if (error instanceof ReaderGone) return EXIT.DONE
  if (error instanceof NewFileError) tell(`--write ${error.message}`)
  else if (error instanceof UsageError || error instanceof OutputError || error instanceof SpoolError)
    tell(error.message)
  else if (error instanceof CaptureStartError) {
    tell(error.message)
    return error.code === 'bad-filter' || error.code === 'no-interface' ? EXIT.USAGE : EXIT.INPUT
  } else throw error
  return EXIT.USAGE
}

/** What is still open, such as a pipe of a program that nobody could end, must not keep this process from ending. */
function endAnyway(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

const LINGER_MS = 1000

/** Descriptors that a shell made for us: `-o >(gzip >smb.gz)`. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/

function descriptorsIn(paths: readonly (string | undefined)[]): ReadonlySet<number> {
  const numbers = paths.flatMap((path) => DESCRIPTOR.exec(path ?? '')?.[1] ?? []).map(Number)
  return new Set(numbers.filter((number) => number > 2))
}

type Run = Pick<RunOptions, 'request' | 'durationMs' | 'user'>
type Keep = () => CaptureFiles | null

interface Settings {
  rules: readonly Rule[]
  networks: Networks
  limits: Partial<Limits>
  count: number | null
}

interface RecordSettings extends Settings {
  minSeverity: Severity | null
  heartbeatMs: number
  output: string | undefined
}

async function writeRecords(run: Run, settings: RecordSettings, keep: Keep): Promise<ExitStatus> {
  const { heartbeatMs, output, limits, count } = settings
  const ending = endOnSignals()
  // What root owns can be opened now; a file belongs to whom root becomes.
  const inherited = inheritedOutput(output)
  let damaged = false
  try {
    await runLive({
      ...run,
      signal: ending.signal,
      begin(interfaces, onCount) {
        const files = keep()
        reportUnprivileged()
        const out = new RecordOutput(inherited ?? openLog(output!))
        const live = new LiveTracker({
          interfaces,
          limits,
          keepers: files === null ? [] : [files],
          count,
          onCount,
          ready: () => out.making,
        })
        if (ending.signal.aborted) out.hurry()
        else ending.signal.addEventListener('abort', () => out.hurry(), { once: true })
        const watch = new Watch(live, settings)
        let warned = 0
        // For whoever looks after the service: records are read by others.
        const tellWarnings = () => {
          for (; warned < live.warnings.length; warned++) {
            const { code, message } = live.warnings[warned]!
            if (!END_CODES.has(code)) tell(message)
          }
        }
        return {
          live,
          heartbeatMs,
          async look() {
            files?.flush()
            tellWarnings()
            await out.emit(() => watch.changes())
          },
          beat: (loss) => out.emit(() => watch.beat(loss)),
          async end(loss) {
            damaged = live.damaged
            files?.close()
            tellWarnings()
            await out.emitLast(() => watch.finish(loss))
          },
        }
      },
    })
  } finally {
    ending.release()
  }
  return damaged ? EXIT.INPUT : EXIT.DONE
}

async function watchOnScreen(run: Run, settings: Settings & { theme: Theme }, keep: Keep): Promise<ExitStatus> {
  const { openLiveTui } = await import('../../tui/terminal/open.tsx')
  const left = new AbortController()
  const opened: { screen: LiveScreen | null; files: CaptureFiles | null } = { screen: null, files: null }
  try {
    await runLive({
      ...run,
      signal: left.signal,
      begin(interfaces, onCount) {
        const files = keep()
        reportUnprivileged()
        const screen = openLiveTui({ ...settings, interfaces, files, onCount, application: APPLICATION })
        Object.assign(opened, { screen, files })
        screen.closed.finally(() => left.abort()).catch(() => {})
        return screen.audience
      },
    })
    await opened.screen?.closed
    opened.files?.close()
    return EXIT.DONE
  } finally {
    opened.screen?.close()
    opened.screen?.discard()
  }
}

/** Keys cannot be read where packets come in by standard input. */
function wantsScreen({ format, output }: LiveOptions, request: CaptureRequest | null): boolean {
  if (request === null || format !== undefined || output !== undefined) return false
  return hasScreen()
}

/** Null: standard input. */
function requestOf(options: LiveOptions): CaptureRequest | null {
  const { filter = '', allTraffic = false, snapLength, buffer, promiscuous } = options
  const interfaces = [...new Set(options.interface)]
  if (interfaces.length === 0)
    throw new UsageError('live wants an interface: -i NAME (smblens interfaces lists them), or -i - for standard input')
  if (!interfaces.includes('-'))
    return {
      interfaces,
      with: options.captureWith,
      filter: captureFilter({ interfaces, filter, allTraffic }),
      snapLength,
      bufferBytes: buffer << 20,
      promiscuous,
    }
  if (interfaces.length > 1) throw new UsageError('-i - reads standard input and nothing else: leave the other -i out')
  if (filter !== '') throw new UsageError('--filter is for interfaces: filter what comes by -i - where it is captured')
  return null
}

/** Standard output, and what else is open already; null for a file. */
function inheritedOutput(path: string | undefined): PatientWriter | null {
  if (path === undefined || path === '-') return writerTo(1)
  const descriptor = DESCRIPTOR.exec(path)?.[1]
  return descriptor === undefined ? null : writerTo(Number(descriptor))
}

/** A file is added to: a log goes on where it was. */
function openLog(path: string): PatientWriter {
  try {
    return writerToPath(path)
  } catch (error) {
    if (errorCode(error) === null) throw error
    throw new UsageError(
      `--output ${path} cannot be written (${errorCode(error)}): name a file in a folder that ${userName()} may write to`,
    )
  }
}

function userName(): string {
  return process.getuid === undefined ? 'you' : `user id ${process.getuid()}`
}

/** The first signal ends the capture in good order, the second at once. */
function endOnSignals(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onSignal = () => {
    controller.abort()
    release()
  }
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { signal: controller.signal, release }
}
