/** `smblens messages <capture>`: every SMB message, as it is read. */
import { messagesAsNdjson, messagesAsTable } from '../../report/message-table.ts'
import { readLedger } from '../options/inputs.ts'
import { parseLimits, parseMemory } from '../options/limits.ts'
import { createProgress } from '../output/progress.ts'
import { openOutput } from '../output/report-file.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'

export interface MessagesOptions {
  format: 'ndjson' | 'table'
  output?: string
  /** As the user wrote it. */
  memory?: string
  /** Limits as the user wrote them: name=number. */
  limit?: string[]
}

export async function listMessages(path: string, options: MessagesOptions): Promise<ExitStatus> {
  const memory = parseMemory(options.memory)
  const limits = parseLimits(options.limit, memory)
  const output = openOutput(options.output, [path])
  const progress = createProgress()
  try {
    const messages = options.format === 'table' ? messagesAsTable(output) : messagesAsNdjson(output)
    progress.input(path, 0, 1)
    const ledger = await readLedger(path, progress, createHeapKeeper(memory), { messages, limits })
    if (ledger === null && output.leaveAsItWas()) return EXIT.INPUT
    output.finish()
    return ledger?.captures.every(({ complete }) => complete) ? EXIT.DONE : EXIT.INPUT
  } finally {
    progress.end()
    output.discard()
  }
}
