/** `smblens live -i IFACE`: records of what passes an interface, as they become true. */
import { openSync } from 'node:fs'
import type { Networks } from '../audit/networks.ts'
import type { Rule, Severity } from '../audit/rule.ts'
import { errorCode } from '../capture/capture-error.ts'
import { type CaptureFiles, openCaptureFiles } from '../capture/capture-files.ts'
import { captureFilter } from '../capture/live/filter.ts'
import type { CaptureProgram, CaptureRequest } from '../capture/live/live-capture.ts'
import { CaptureStartError } from '../capture/live/start-capture.ts'
import { NewFileError } from '../capture/new-file.ts'
import { LiveTracker } from '../live/live-tracker.ts'
import { type RunOptions, runLive } from '../live/run.ts'
import { type LiveRecord, Watch } from '../live/watch.ts'
import { safeJson } from '../report/escape.ts'
import type { Limits } from '../track/limits.ts'
import type { LiveScreen } from '../tui/open.tsx'
import { DescriptorSink, ReaderGone } from './descriptor.ts'
import { EXIT, type ExitStatus, UsageError } from './exit-status.ts'
import { APPLICATION, type OpenOptions } from './open.ts'
import { reportLine } from './report-line.ts'
import { asked } from './scan.ts'
import { hasScreen } from './terminal.ts'

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
  limit?: string[]
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export async function live(options: LiveOptions): Promise<ExitStatus> {
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
  try {
    if (wantsScreen(options, request)) return await watchOnScreen(run, { ...settings, theme: options.theme }, keep)
    const records = { ...settings, minSeverity: minSeverity ?? null, heartbeatMs: heartbeat * 1000, output }
    return await writeRecords(run, records, keep)
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.DONE
    if (error instanceof NewFileError) throw new UsageError(`--write ${error.message}`)
    if (!(error instanceof CaptureStartError)) throw error
    reportLine(error.message)
    return error.code === 'bad-filter' || error.code === 'no-interface' ? EXIT.USAGE : EXIT.INPUT
  }
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
  let damaged = false
  try {
    await runLive({
      ...run,
      signal: ending.signal,
      begin(interfaces, onCount) {
        const files = keep()
        const live = new LiveTracker({ interfaces, limits, keepers: files === null ? [] : [files], count, onCount })
        const watch = new Watch(live, settings)
        const emit = emitterTo(output)
        let told = 0
        // For whoever looks after the service: records are read by others.
        const tellWarnings = () => {
          for (; told < live.warnings.length; told++) reportLine(live.warnings[told]!.message)
        }
        return {
          live,
          heartbeatMs,
          look() {
            files?.flush()
            emit(watch.changes())
            tellWarnings()
          },
          beat: (loss) => emit(watch.beat(loss)),
          end(loss) {
            files?.close()
            emit(watch.finish(loss))
            tellWarnings()
            damaged = live.damaged
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
  const { openLiveTui } = await import('../tui/open.tsx')
  const left = new AbortController()
  const opened: { screen: LiveScreen | null; files: CaptureFiles | null } = { screen: null, files: null }
  try {
    await runLive({
      ...run,
      signal: left.signal,
      begin(interfaces, onCount) {
        const files = keep()
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
      filter: captureFilter({ filter, allTraffic }),
      snapLength,
      bufferBytes: buffer << 20,
      promiscuous,
    }
  if (interfaces.length > 1) throw new UsageError('-i - reads standard input and nothing else: leave the other -i out')
  if (filter !== '') throw new UsageError('--filter is for interfaces: filter what comes by -i - where it is captured')
  return null
}

/** A file is added to: a log goes on where it was. */
function emitterTo(path: string | undefined): (records: Iterable<LiveRecord>) => void {
  const sink = new DescriptorSink(path === undefined || path === '-' ? 1 : openLog(path))
  return (records) => {
    for (const record of records) sink.write(`${safeJson(record)}\n`)
    sink.flush()
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a')
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
