/** Splits what programs write to standard error into lines. */
import type { Readable } from 'node:stream'

/** No message of a capture program is longer; of other output, this is enough. */
const MAX_LINE = 2000

/** Carriage returns end lines too: programs use them to overwrite a running count. Resolves at the end of the stream, or when it fails. */
export function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/[\r\n]+/)
    rest = lines.pop()!.slice(0, MAX_LINE)
    for (const line of lines) if (line !== '') onLine(line.slice(0, MAX_LINE))
  })
  return new Promise((resolve) => {
    stream.once('close', () => {
      if (rest !== '') onLine(rest)
      rest = ''
      resolve()
    })
    stream.on('error', () => {})
  })
}
