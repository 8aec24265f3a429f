/** `smblens live` in the terminal UI. */
import type { CaptureFiles } from '../../../capture/write/rotating-files.ts'
import { runLive } from '../../../live/run.ts'
import type { LiveScreen } from '../../../tui/terminal/open.tsx'
import { APPLICATION } from '../../process/application.ts'
import { EXIT, type ExitStatus } from '../../process/exit-status.ts'
import type { OpenOptions } from '../open.ts'
import type { WatchSettings } from './settings.ts'
import { reportUnprivileged } from './supervise.ts'

export interface ScreenSettings extends WatchSettings {
  theme: OpenOptions['theme']
}

export async function watchOnScreen({ run, openFiles, ...settings }: ScreenSettings): Promise<ExitStatus> {
  const { openLiveTui } = await import('../../../tui/terminal/open.tsx')
  const left = new AbortController()
  const opened: { screen: LiveScreen | null; files: CaptureFiles | null } = { screen: null, files: null }
  try {
    await runLive({
      ...run,
      signal: left.signal,
      begin(interfaces, onCount) {
        const files = openFiles()
        reportUnprivileged()
        const screen = openLiveTui({ ...settings, interfaces, files, onCount, application: APPLICATION })
        Object.assign(opened, { screen, files })
        screen.closed.finally(() => left.abort()).catch(() => {})
        return screen.consumer
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
