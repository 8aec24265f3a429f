/** `smblens <capture...>`: the terminal UI where there is a terminal, the report of `scan` where there is none. */
import manifest from '../../../package.json' with { type: 'json' }
import { findInputs } from '../options/inputs.ts'
import { hasScreen } from '../output/terminal.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'
import { asked, COMMANDS, type ScanOptions, scan } from './scan.ts'

/** As files that are written name the program. */
export const APPLICATION = `smblens ${manifest.version}`

/** What is shown takes as much again as what it is made of. */
const SCREEN_SHARE = 2

export interface OpenOptions extends ScanOptions {
  theme: 'auto' | 'dark' | 'light' | 'mono'
}

export async function open(paths: readonly string[], options: OpenOptions): Promise<ExitStatus> {
  if (!wantsScreen(paths, options)) return scan(paths, options)
  const request = await asked(options)
  const { files, unread } = await findInputs(paths, COMMANDS)
  if (files.length === 0) return EXIT.INPUT
  // A bundle of its own (scripts/build.mjs): Ink and React are loaded by nothing else.
  const { openTui } = await import('../../tui/terminal/open.tsx')
  const { damaged, unread: unreadable } = await openTui(files, {
    ...request,
    keepMemory: createHeapKeeper(request.memory * SCREEN_SHARE),
    theme: options.theme,
    application: APPLICATION,
  })
  return unread > 0 || unreadable > 0 || damaged ? EXIT.INPUT : EXIT.DONE
}

/** What only a report can do is asked of a report; keys cannot be read where a capture comes in by standard input. */
function wantsScreen(paths: readonly string[], options: OpenOptions): boolean {
  const { output, failOn, minSeverity, format } = options
  if (output !== undefined || failOn !== undefined || minSeverity !== undefined || format !== undefined) return false
  return hasScreen() && !paths.includes('-')
}
