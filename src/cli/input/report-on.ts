/** What every command does that reads captures and writes one report about all of them. */
import type { Ledger } from '../../ledger/ledger.ts'
import type { WriteOptions } from '../../report/formats/report-format.ts'
import { type Output, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'
import { findInputs } from './find-inputs.ts'
import { type ReadSettings, readCaptures } from './read-captures.ts'

export interface ReportRequest extends Pick<ReadSettings, 'limits'> {
  paths: readonly string[]
  /** Names of commands, which may have been meant if there is no such capture. */
  commands: readonly string[]
  /** Of --output. */
  output: string | undefined
  /** Bytes that the process may use. */
  memory: number
}

export interface ReadInputs {
  ledger: Ledger
  /** Inputs that could not be read at all. */
  inputsUnread: number
  output: Output
  page: WriteOptions
}

/**
 * @param report writes it; its exit status counts unless it is "done", which unread or damaged input then changes
 * @throws UsageError if there are no captures, or the output cannot be written
 */
export async function reportOn(
  { paths, commands, output: file, limits, memory }: ReportRequest,
  report: (inputs: ReadInputs) => ExitStatus,
): Promise<ExitStatus> {
  const inputs = await findInputs(paths, commands)
  const output = openOutput(file, inputs.files)
  try {
    const rest = createHeapKeeper(memory)
    const { ledger, unread } = await readCaptures(inputs.files, { limits, rest })
    const inputsUnread = inputs.unread + unread
    if (ledger.captures.length === 0 && output.leaveAsItWas()) return EXIT.INPUT
    const page = { width: terminalWidth(), color: !output.isFile && colorOnStdout(), rest }
    const status = report({ ledger, inputsUnread, output, page })
    if (status !== EXIT.DONE) return status
    return inputsUnread > 0 || ledger.captures.some(({ complete }) => !complete) ? EXIT.INPUT : EXIT.DONE
  } finally {
    output.discard()
  }
}
