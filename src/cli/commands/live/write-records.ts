/** `smblens live` as records, each as soon as something is known. */
import type { Severity } from '../../../audit/rule/rule.ts'
import type { CaptureFiles } from '../../../capture/write/rotating-files.ts'
import type { LiveConsumer } from '../../../live/consumer.ts'
import { END_CODES, LiveTracker } from '../../../live/live-tracker.ts'
import { RecordStream } from '../../../live/record-stream.ts'
import { runLive } from '../../../live/run.ts'
import { showNotice } from '../../output/notices.ts'
import { RecordOutput } from '../../output/record-output.ts'
import { EXIT, type ExitStatus } from '../../process/exit-status.ts'
import { abortOnSignals } from '../../process/signals.ts'
import { inheritedOutput, openLog } from './record-log.ts'
import type { WatchSettings } from './settings.ts'
import { reportUnprivileged } from './supervise.ts'

export interface RecordSettings extends WatchSettings {
  minSeverity: Severity | null
  heartbeatMs: number
  output: string | undefined
}

export async function writeRecords(settings: RecordSettings): Promise<ExitStatus> {
  const { output, limits, count } = settings
  const ending = abortOnSignals()
  // Root may have opened what we inherit; a file is opened later, by the user whom root becomes.
  const inherited = inheritedOutput(output)
  let damaged = false
  try {
    await runLive({
      ...settings.run,
      signal: ending.signal,
      begin(interfaces, onCount) {
        const files = settings.openFiles()
        reportUnprivileged()
        const out = new RecordOutput(inherited ?? openLog(output!))
        const live = new LiveTracker({
          interfaces,
          limits,
          stores: files === null ? [] : [files],
          count,
          onCount,
          ready: () => out.making,
        })
        if (ending.signal.aborted) out.hurry()
        else ending.signal.addEventListener('abort', () => out.hurry(), { once: true })
        const consumer = recordsTo(out, live, files, settings)
        return {
          ...consumer,
          end(loss) {
            damaged = live.damaged
            return consumer.end(loss)
          },
        }
      },
    })
  } finally {
    ending.release()
  }
  return damaged ? EXIT.INPUT : EXIT.DONE
}

function recordsTo(
  out: RecordOutput,
  live: LiveTracker,
  files: CaptureFiles | null,
  settings: RecordSettings,
): LiveConsumer {
  const stream = new RecordStream(live, settings)
  let shown = 0
  // The records have them too, but the person who looks after the service reads standard error.
  const showWarnings = () => {
    for (; shown < live.warnings.length; shown++) {
      const { code, message } = live.warnings[shown]!
      if (!END_CODES.has(code)) showNotice(message)
    }
  }
  return {
    live,
    heartbeatMs: settings.heartbeatMs,
    async update() {
      files?.flush()
      showWarnings()
      await out.emit(() => stream.changes())
    },
    heartbeat: (loss) => out.emit(() => stream.heartbeat(loss)),
    async end(loss) {
      files?.close()
      showWarnings()
      await out.emitLast(() => stream.finish(loss))
    },
  }
}
