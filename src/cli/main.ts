/** The entry point behind bin/smblens: runs the command, and reports every failure with one line and an exit status. */
import { OutputError, ReaderGone } from './output/descriptor-sink.ts'
import { reportInternalError, reportLine } from './output/diagnostics.ts'
import { EXIT, UsageError } from './process/exit-status.ts'
import { CommanderError, createProgram } from './program.ts'

/** EX_SOFTWARE of sysexits.h: an internal error, outside the documented exit statuses. */
const EX_SOFTWARE = 70

/** @param args the command line after the program's name */
export async function main(args: readonly string[]): Promise<number> {
  let status: number = EXIT.DONE
  try {
    const program = createProgram((outcome) => {
      status = outcome
    })
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return EXIT.USAGE
    }
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    return statusOf(error)
  }
}

function statusOf(error: unknown): number {
  // The reader of the pipe has closed it, as `head` does. What it has read was right.
  if (error instanceof ReaderGone) return EXIT.DONE
  // Commander has already written its message, or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE
  if (error instanceof UsageError || error instanceof OutputError) {
    reportLine(error.message)
    return EXIT.USAGE
  }
  reportInternalError('smblens', error)
  return EX_SOFTWARE
}
