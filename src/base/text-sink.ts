/**
 * Accepts report text. `write` returns when the text is accepted, and blocks while the reader is slow: a report of any length is written in bounded
 * memory. Every writer of reports ends each line that it starts.
 */
export interface TextSink {
  write(text: string): void
}

/** UTF-16 code units that are gathered before they are passed on. */
const GATHERED = 64 * 1024

/** Passes text on in large pieces; `flush` passes on the last one. */
export function bufferedSink(handOn: (text: string) => void): TextSink & { flush(): void } {
  let gathered = ''
  const flush = () => {
    const text = gathered
    gathered = ''
    if (text !== '') handOn(text)
  }
  return {
    write(text) {
      gathered += text
      if (gathered.length >= GATHERED) flush()
    },
    flush,
  }
}
