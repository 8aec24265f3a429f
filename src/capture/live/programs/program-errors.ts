/** The first error among what a program wrote to standard error. */
import type { ProgramDescription, ProgramMessage } from './program.ts'

export function firstError(
  stderr: string,
  parseMessage: ProgramDescription['parseMessage'],
): (ProgramMessage & { kind: 'error' }) | null {
  for (const line of stderr.split(/[\r\n]+/)) {
    const message = parseMessage(line)
    if (message?.kind === 'error') return message
  }
  return null
}
