/** Puts the terminal UI on the terminal, reads the captures into it, and leaves the terminal as it was. */
import { statSync } from 'node:fs'
import { render } from 'ink'
import type { Networks } from '../audit/networks.ts'
import type { Rule } from '../audit/rule.ts'
import { escapeText } from '../report/escape.ts'
import type { Limits } from '../track/limits.ts'
import { createEffects } from '../view/effects.ts'
import { Feed, type Input } from '../view/feed.ts'
import { ViewStore } from '../view/store.ts'
import { App, sizeOf } from './app.tsx'
import { Controller } from './controller.ts'
import { enterScreen } from './screen.ts'
import { type ThemeName, themeFor } from './theme.ts'

export interface OpenTuiOptions {
  rules: readonly Rule[]
  networks: Networks
  limits: Partial<Limits>
  theme: ThemeName
  /** Name and version, as files that are written tell it. */
  application: string
}

export interface Outcome {
  /** Captures of which nothing could be read. */
  unread: number
  /** A capture was cut or damaged. */
  damaged: boolean
}

/** The command's own name for a fault of ours, as sysexits.h numbers it. */
const EX_SOFTWARE = 70

export async function openTui(paths: readonly string[], options: OpenTuiOptions): Promise<Outcome> {
  const store = new ViewStore()
  const stop = new AbortController()
  const screen = enterScreen({
    fd: 1,
    onSignal: () => stop.abort(),
    onError(error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(
        `smblens: a fault in smblens: please report it\n${escapeText(text).replaceAll('\\n', '\n')}\n`,
      )
      return EX_SOFTWARE
    },
  })
  const quit = () => ink.unmount()
  const feed = new Feed(store, paths.map(sized), { ...options, signal: stop.signal })
  const { limits, application } = options
  const toTerminal = (sequence: string) => {
    process.stdout.write(sequence)
  }
  const tables = () => controller.tables
  const effects = createEffects({ feed, limits, tables, application, signal: stop.signal, toTerminal, quit })
  const controller = new Controller(store, effects)
  controller.resize(sizeOf(process.stdout))
  const ink = render(<App controller={controller} theme={themeFor(options.theme, process.env)} />, {
    exitOnCtrlC: false,
    patchConsole: false,
  })
  const reading = firstFrame()
    .then(() => feed.run())
    .then(() => {
      // Nothing to look at: the reason is told where it stays, behind the screen.
      if (store.snapshot().captures.length === 0) ink.unmount()
    })
    .catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
  let fault: unknown = null
  reading.catch((error: unknown) => {
    fault = error
    ink.unmount()
  })
  await ink.waitUntilExit()
  stop.abort()
  screen.leave()
  if (fault !== null) throw fault
  const { captures, unread } = store.snapshot()
  for (const message of unread) process.stderr.write(`smblens: ${escapeText(message)}\n`)
  return { unread: unread.length, damaged: captures.some(({ complete }) => !complete) }
}

/** Ink has written its first picture when the event loop has gone round. */
function firstFrame(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

function sized(path: string): Input {
  const stat = statSync(path, { throwIfNoEntry: false })
  return { path, size: stat?.isFile() ? stat.size : null }
}
