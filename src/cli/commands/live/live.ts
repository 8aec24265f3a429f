/** `smblens live -i IFACE`: watches what passes an interface. */
import type { CaptureRequest } from '../../../capture/live/request/live-capture.ts'
import { CaptureStartError } from '../../../capture/live/start-capture.ts'
import { NewFileError } from '../../../capture/write/new-file.ts'
import { SpoolError } from '../../../live/spool-folder.ts'
import { auditOptionsOf } from '../../options/audit-options.ts'
import { OutputError, ReaderGone } from '../../output/descriptor-sink.ts'
import { prepareNotices, showNotice } from '../../output/notices.ts'
import { hasScreen } from '../../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../../process/exit-status.ts'
import { descriptorsIn } from './record-log.ts'
import { capturesToWrite, type LiveOptions, requestOf } from './request.ts'
import type { WatchSettings } from './settings.ts'
import { isSupervised, leaveSupervisor, obeySupervisor, supervise } from './supervise.ts'
import { watchOnScreen } from './watch-on-screen.ts'
import { writeRecords } from './write-records.ts'

/** Any number may be the exit status if a signal ended the capture. */
export async function live(options: LiveOptions): Promise<number> {
  const request = requestOf(options)
  const { rules, policy, limits } = await auditOptionsOf(options)
  const { write, duration, count, heartbeat, minSeverity, output } = options
  const user = options.user ?? null
  const settings: WatchSettings = {
    rules,
    policy,
    limits,
    run: { request, durationMs: duration === undefined ? null : duration * 1000, user },
    count: count ?? null,
    openFiles: capturesToWrite(options),
  }
  const screen = opensScreen(options, request)
  if (request !== null && !isSupervised())
    return supervise({ user, screen, descriptors: descriptorsIn([output, write]) })
  obeySupervisor()
  prepareNotices()
  try {
    if (screen) return await watchOnScreen({ ...settings, theme: options.theme })
    return await writeRecords({
      ...settings,
      minSeverity: minSeverity ?? null,
      heartbeatMs: heartbeat * 1000,
      output,
    })
  } catch (error) {
    return statusOf(error)
  } finally {
    leaveSupervisor()
    exitAnyway()
  }
}

/** False if packets come from standard input: then keys cannot be read. */
function opensScreen({ format, output }: LiveOptions, request: CaptureRequest | null): boolean {
  if (request === null || format !== undefined || output !== undefined) return false
  return hasScreen()
}

/** Errors are reported here, not in main.ts as for other commands, since standard error may be a pipe without a reader. */
function statusOf(error: unknown): ExitStatus {
  if (error instanceof ReaderGone) return EXIT.DONE
  if (error instanceof NewFileError) showNotice(`--write ${error.message}`)
  else if (error instanceof UsageError || error instanceof OutputError || error instanceof SpoolError)
    showNotice(error.message)
  else if (error instanceof CaptureStartError) {
    showNotice(error.message)
    return error.code === 'bad-filter' || error.code === 'no-interface' ? EXIT.USAGE : EXIT.INPUT
  } else throw error
  return EXIT.USAGE
}

const LINGER_MS = 1000

/** What is still open, such as the pipe of a program that could not be ended, must not keep this process alive. */
function exitAnyway(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
