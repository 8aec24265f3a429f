/** `smblens policy init [FILE]` and `smblens policy check FILE`. */
import { escapeText } from '../../base/safe-text.ts'
import { NewFileError, openNewFile } from '../../capture/write/new-file.ts'
import { problemText } from '../../policy/file/problems.ts'
import { POLICY_TEMPLATE } from '../../policy/file/template.ts'
import { writePolicySummary } from '../../report/text/policy-summary.ts'
import { readPolicyFile } from '../options/policy-file.ts'
import { reportLine } from '../output/diagnostics.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'

/** @param path - is standard output */
export function initPolicy(path: string): ExitStatus {
  if (path === '-') {
    const output = openOutput(undefined, [])
    deliver(output, () => output.write(POLICY_TEMPLATE))
    return EXIT.DONE
  }
  try {
    const file = openNewFile(path)
    file.write(new TextEncoder().encode(POLICY_TEMPLATE))
    file.finish()
  } catch (error) {
    if (error instanceof NewFileError) throw new UsageError(error.message)
    throw error
  }
  reportLine(`wrote ${path}: edit it, then run smblens policy check ${path}`)
  return EXIT.DONE
}

/** All that is wrong with the file, or what it says. */
export async function checkPolicy(path: string): Promise<ExitStatus> {
  const reading = await readPolicyFile(path)
  const output = openOutput(undefined, [])
  deliver(output, () => {
    if (reading.problems === null) {
      writePolicySummary(path, reading.document, Date.now() * 1000, output, {
        width: terminalWidth(),
        color: colorOnStdout(),
      })
      return
    }
    for (const problem of reading.problems) output.write(`${escapeText(problemText(path, problem))}\n`)
    if (reading.more > 0) output.write(`${escapeText(path)}: and ${reading.more} more\n`)
  })
  return reading.problems === null ? EXIT.DONE : EXIT.USAGE
}
