/**
 * AndX chains, [MS-CIFS] 2.2.3.4: several commands in one SMB1 message. The words of an AndX command begin with
 *
 *   0 AndXCommand (1; 0xFF ends the chain)  1 AndXReserved  2 AndXOffset (2)
 *
 * AndXOffset counts from the start of the SMB header to the WordCount of the next command.
 */
import { u16le } from '../bytes.ts'
import { SMB1_COMMAND, SMB1_OFFSET } from './header.ts'

/** Windows chains two or three commands. */
const MAX_STEPS = 16

/** Commands whose words begin with AndXCommand, [MS-CIFS] 2.2.2.1. */
const ANDX_COMMANDS: ReadonlySet<number> = new Set([
  SMB1_COMMAND.LOCKING_ANDX,
  0x2d, // OPEN_ANDX
  SMB1_COMMAND.READ_ANDX,
  SMB1_COMMAND.WRITE_ANDX,
  SMB1_COMMAND.SESSION_SETUP_ANDX,
  SMB1_COMMAND.LOGOFF_ANDX,
  SMB1_COMMAND.TREE_CONNECT_ANDX,
  0xa2, // NT_CREATE_ANDX
])

export interface AndxStep {
  command: number
  /** Of its WordCount, from the start of the SMB header. It lies within the message, captured or not. */
  offset: number
}

export interface AndxChain {
  /** One entry for a command that is not chained or cannot be. */
  steps: AndxStep[]
  /**
   * "andx-no-advance" (AndXOffset does not lead forward), "andx-beyond-message", "andx-too-deep": the chain ends there.
   * "andx-overlap": a command begins within the words of the one before.
   */
  anomalies: string[]
}

/** `message` starts at the SMB header, which was captured completely. */
export function andxChain(message: Uint8Array, wireLength: number = message.length): AndxChain {
  const steps: AndxStep[] = [{ command: message[SMB1_OFFSET.command], offset: SMB1_OFFSET.wordCount }]
  const anomalies: string[] = []
  for (;;) {
    const { command, offset } = steps[steps.length - 1]
    const words = offset + 1
    // An error response has no words: it ends the chain, even if the request chained more.
    if (!ANDX_COMMANDS.has(command) || message.length < words + 4 || message[offset] < 2) break
    const nextCommand = message[words]
    if (nextCommand === SMB1_COMMAND.NO_ANDX_COMMAND) break
    const nextOffset = u16le(message, words + 2)
    if (nextOffset <= offset) {
      anomalies.push('andx-no-advance')
      break
    }
    if (nextOffset >= wireLength) {
      anomalies.push('andx-beyond-message')
      break
    }
    if (steps.length === MAX_STEPS) {
      anomalies.push('andx-too-deep')
      break
    }
    if (nextOffset < words + message[offset] * 2 && !anomalies.includes('andx-overlap')) anomalies.push('andx-overlap')
    steps.push({ command: nextCommand, offset: nextOffset })
  }
  return { steps, anomalies }
}
