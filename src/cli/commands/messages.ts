/** `smblens messages <capture>`: every SMB message, written as it is read. */
import { messagesAsNdjson, messagesAsTable } from '../../report/message-table.ts'
import { readOrReport } from '../input/read-captures.ts'
import type { AuditArguments } from '../options/audit-options.ts'
import { parseLimits, parseMemory } from '../options/limits.ts'
import { createProgress } from '../output/progress.ts'
import { openOutput } from '../output/report-file.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'

export interface MessagesOptions extends Pick<AuditArguments, 'memory' | 'limit'> {
  format: 'ndjson' | 'table'
  output?: string
}

export async function listMessages(path: string, options: MessagesOptions): Promise<ExitStatus> {
  const memory = parseMemory(options.memory)
  const limits = parseLimits(options.limit, memory)
  const output = openOutput(options.output, [path])
  const progress = createProgress()
  try {
    const messages = options.format === 'table' ? messagesAsTable(output) : messagesAsNdjson(output)
    progress.input(path, 0, 1)
    const ledger = await readOrReport(path, progress, createHeapKeeper(memory), { messages, limits })
    if (ledger === null && output.leaveAsItWas()) return EXIT.INPUT
    output.finish()
    return ledger?.captures.every(({ complete }) => complete) ? EXIT.DONE : EXIT.INPUT
  } finally {
    progress.end()
    output.discard()
  }
}
