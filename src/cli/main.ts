/** Where bin/smblens goes once it has something to do: runs the command, and answers every failure with a line and an exit status. */
import { OutputError, ReaderGone } from './output/descriptor-sink.ts'
import { reportFault, reportLine } from './output/diagnostics.ts'
import { EXIT, UsageError } from './process/exit-status.ts'
import { CommanderError, createProgram } from './program.ts'

/** A fault of ours, as sysexits.h numbers it: no caller takes it for one of the statuses of the manual. */
const EX_SOFTWARE = 70

/** @param args the words after the program's name */
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
  // The reader of a pipe has seen enough. What it has seen was right.
  if (error instanceof ReaderGone) return EXIT.DONE
  // Commander has written its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE
  if (error instanceof UsageError || error instanceof OutputError) {
    reportLine(error.message)
    return EXIT.USAGE
  }
  reportFault('this', error)
  return EX_SOFTWARE
}
