/** What programs say on standard error, by lines. */
import type { Readable } from 'node:stream'

/** No message of theirs is longer; of what is, this is enough. */
const MAX_LINE = 2000

/** Carriage returns end lines too: counts that are written over each other. Resolves at the end of the stream, or when it fails. */
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
