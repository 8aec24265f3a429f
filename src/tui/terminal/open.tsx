/** Puts the terminal UI on the terminal, reads the captures into it, and leaves the terminal as it was. */
import { statSync } from 'node:fs'
import { render } from 'ink'
import type { Rule } from '../../audit/rule/rule.ts'
import { escapeText } from '../../base/safe-text.ts'
import type { Audience } from '../../live/consumer.ts'
import type { PacketKeeper } from '../../live/packet-intake.ts'
import { openSpool } from '../../live/spool.ts'
import type { Networks } from '../../policy/networks.ts'
import type { Limits } from '../../track/core/limits.ts'
import { createEffects } from '../../view/actions.ts'
import { Feed, type Input } from '../../view/file-feed.ts'
import { LiveFeed, type LiveFeedOptions } from '../../view/live-feed.ts'
import type { Source } from '../../view/source.ts'
import { ViewStore } from '../../view/store.ts'
import { Controller } from '../update/controller.ts'
import { enterScreen } from './alternate-screen.ts'
import { App, sizeOf } from './app.tsx'
import { type ThemeName, themeFor } from './theme.ts'

export interface OpenTuiOptions {
  rules: readonly Rule[]
  networks: Networks
  limits: Partial<Limits>
  theme: ThemeName
  /** Called often while captures are read and pictures made. */
  keepMemory?: (() => void) | undefined
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

/** Reads captures while somebody looks at them. */
export function openTui(paths: readonly string[], options: OpenTuiOptions): Promise<Outcome> {
  return show(options, (store, { stop, close }) => {
    const feed = new Feed(store, paths.map(sized), { ...options, signal: stop })
    const run = async () => {
      await feed.run()
      // Nothing to look at: the reason is told where it stays, behind the screen.
      if (store.snapshot().captures.length === 0) close()
    }
    return { source: feed, run }
  })
}

export interface OpenLiveOptions extends OpenTuiOptions, Omit<LiveFeedOptions, 'keepers' | 'spool'> {
  /** Where packets are to be kept for good. */
  files: (PacketKeeper & { flush(): void; close(): void }) | null
}

export interface LiveScreen {
  /** To be told of the capture. */
  audience: Audience
  /** Resolves when somebody has left the screen, which stays open when the capture ends. */
  closed: Promise<void>
  close(): void
  /** What was kept for looking at packets again. */
  discard(): void
}

/** Shows a live capture. */
export function openLiveTui(options: OpenLiveOptions): LiveScreen {
  const { files } = options
  const spool = openSpool(options.application)
  const keepers = files === null ? [] : [files]
  let audience: LiveFeed | null = null
  let close = () => {}
  const closed = show(options, (store, screen) => {
    audience = new LiveFeed(store, { ...options, spool, keepers, onLook: () => files?.flush() })
    close = screen.close
    return {
      source: audience,
      run: () => Promise.resolve(),
      onSignal() {
        files?.close()
        spool.close()
      },
    }
  }).then(() => {})
  return { audience: audience!, closed, close: () => close(), discard: () => spool.close() }
}

/** What the screen gives to whoever fills it. */
export interface Screen {
  /** Aborted when the screen closes. */
  stop: AbortSignal
  close(): void
}

interface Filling {
  source: Source
  /** Begins when the first picture is on the screen. Where it rejects, the screen closes. */
  run(): Promise<void>
  /** The process is about to die of a signal. */
  onSignal?(): void
}

async function show(
  { limits, application, theme }: OpenTuiOptions,
  fill: (store: ViewStore, screen: Screen) => Filling,
): Promise<Outcome> {
  const store = new ViewStore()
  const stop = new AbortController()
  const screen = enterScreen({
    fd: 1,
    onSignal() {
      stop.abort()
      filling.onSignal?.()
    },
    onError(error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(
        `smblens: a fault in smblens: please report it\n${escapeText(text).replaceAll('\\n', '\n')}\n`,
      )
      return EX_SOFTWARE
    },
  })
  const close = () => ink.unmount()
  const filling = fill(store, { stop: stop.signal, close })
  const { source, run } = filling
  const toTerminal = (sequence: string) => {
    process.stdout.write(sequence)
  }
  const tables = () => controller.tables
  const effects = createEffects({ source, limits, tables, application, signal: stop.signal, toTerminal, quit: close })
  const controller = new Controller(store, effects)
  controller.resize(sizeOf(process.stdout))
  const ink = render(<App controller={controller} theme={themeFor(theme, process.env)} />, {
    exitOnCtrlC: false,
    patchConsole: false,
  })
  let fault: unknown = null
  const running = firstFrame()
    .then(run)
    .catch((error: unknown) => {
      if (stop.signal.aborted) return
      fault = error
      close()
    })
  await ink.waitUntilExit()
  stop.abort()
  screen.leave()
  await running
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
