/** `smblens <capture...>`: the terminal UI if there is a terminal, else the report of `scan`. */
import { findInputs } from '../input/find-inputs.ts'
import { auditOptionsOf } from '../options/audit-options.ts'
import { hasScreen } from '../output/terminal.ts'
import { APPLICATION } from '../process/application.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'
import { type ScanOptions, scan } from './scan.ts'

/** The screen's rows take as much memory again as the ledger they are made from. */
const SCREEN_FACTOR = 2

export interface OpenOptions extends ScanOptions {
  theme: 'auto' | 'dark' | 'light' | 'mono'
}

/** @param commands names of commands, which may have been meant if there is no such capture */
export async function open(
  paths: readonly string[],
  options: OpenOptions,
  commands: readonly string[],
): Promise<ExitStatus> {
  if (!opensScreen(paths, options)) return scan(paths, options, commands)
  const settings = await auditOptionsOf(options)
  const { files, unread } = await findInputs(paths, commands)
  if (files.length === 0) return EXIT.INPUT
  // A separate bundle (scripts/build.mjs): nothing else loads Ink and React.
  const { openTui } = await import('../../tui/terminal/open.tsx')
  const { damaged, unread: unreadable } = await openTui(files, {
    ...settings,
    keepMemory: createHeapKeeper(settings.memory * SCREEN_FACTOR),
    theme: options.theme,
    application: APPLICATION,
  })
  return unread > 0 || unreadable > 0 || damaged ? EXIT.INPUT : EXIT.DONE
}

/** False with an option that only a report obeys, and if a capture comes from standard input: then keys cannot be read. */
function opensScreen(paths: readonly string[], options: OpenOptions): boolean {
  const { output, failOn, minSeverity, format } = options
  if (output !== undefined || failOn !== undefined || minSeverity !== undefined || format !== undefined) return false
  return hasScreen() && !paths.includes('-')
}
