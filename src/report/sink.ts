/**
 * Where report text goes. `write` returns when the text is taken, and blocks while the reader is slow: a report of any length is written in
 * bounded memory. Every writer in this folder ends each line that it starts.
 */
export interface TextSink {
  write(text: string): void
}
