/** Opens the terminal UI, reads captures into it, and leaves the terminal as it was. */
import { statSync } from 'node:fs'
import { render } from 'ink'
import type { Rule } from '../../audit/rule/rule.ts'
import { escapeText } from '../../base/safe-text.ts'
import type { LiveConsumer } from '../../live/consumer.ts'
import type { PacketStore } from '../../live/packet-intake.ts'
import { openSpool } from '../../live/spool.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Limits } from '../../track/core/limits.ts'
import { createActions } from '../../view/actions.ts'
import { FileFeed, type Input } from '../../view/file-feed.ts'
import { LiveFeed, type LiveFeedOptions } from '../../view/live-feed.ts'
import type { Source } from '../../view/source.ts'
import { ViewStore } from '../../view/store.ts'
import { Controller } from '../update/controller.ts'
import type { ScreenActions } from '../update/update.ts'
import { enterScreen } from './alternate-screen.ts'
import { App, sizeOf } from './app.tsx'
import { copyToClipboard } from './clipboard.ts'
import { type ThemeName, themeFor } from './theme.ts'

export interface OpenTuiOptions {
  rules: readonly Rule[]
  policy: Policy
  limits: Partial<Limits>
  theme: ThemeName
  /** Called often while captures are read and pictures are made. */
  keepMemory?: (() => void) | undefined
  /** The name and version that written files are marked with. */
  application: string
}

export interface Outcome {
  /** Captures that could not be read at all. */
  unread: number
  /** A capture was cut or damaged. */
  damaged: boolean
}

/** From sysexits.h: an internal error. */
const EX_SOFTWARE = 70

/** Shows captures while they are read. Resolves when the screen has been closed. */
export function openTui(paths: readonly string[], options: OpenTuiOptions): Promise<Outcome> {
  return show(options, (store, { stop, close }) => {
    const feed = new FileFeed(store, paths.map(sized), { ...options, signal: stop })
    const run = async () => {
      await feed.run()
      // There is nothing to show. The reasons are written when the screen has been left.
      if (store.snapshot().captures.length === 0) close()
    }
    return { source: feed, run }
  })
}

export interface OpenLiveOptions extends OpenTuiOptions, Omit<LiveFeedOptions, 'stores' | 'spool'> {
  /** Where packets are stored permanently. */
  files: (PacketStore & { flush(): void; close(): void }) | null
}

export interface LiveScreen {
  /** Follows the capture. */
  consumer: LiveConsumer
  /** Resolves when the user has closed the screen, which stays open when the capture ends. */
  closed: Promise<void>
  close(): void
  /** Deletes the packets that were stored so that they can be shown again. */
  discard(): void
}

/** Shows a live capture. */
export function openLiveTui(options: OpenLiveOptions): LiveScreen {
  const { files } = options
  const spool = openSpool(options.application)
  const stores = files === null ? [] : [files]
  let consumer: LiveFeed | null = null
  let close = () => {}
  const closed = show(options, (store, screen) => {
    consumer = new LiveFeed(store, { ...options, spool, stores, onUpdate: () => files?.flush() })
    close = screen.close
    return {
      source: consumer,
      run: () => Promise.resolve(),
      onSignal() {
        files?.close()
        spool.close()
      },
    }
  }).then(() => {})
  return { consumer: consumer!, closed, close: () => close(), discard: () => spool.close() }
}

interface ScreenControl {
  /** Aborted when the screen closes. */
  stop: AbortSignal
  close(): void
}

/** What is shown, and the work that reads it. */
interface ScreenSource {
  source: Source
  /** Called when the first picture is on the screen. The screen closes if it rejects. */
  run(): Promise<void>
  /** A signal is about to end the process. */
  onSignal?(): void
}

async function show(
  { limits, application, theme }: OpenTuiOptions,
  createSource: (store: ViewStore, control: ScreenControl) => ScreenSource,
): Promise<Outcome> {
  const store = new ViewStore()
  const stop = new AbortController()
  const screen = enterScreen({
    fd: 1,
    onSignal() {
      stop.abort()
      shown.onSignal?.()
    },
    onError(error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(`smblens: internal error: please report it\n${escapeText(text).replaceAll('\\n', '\n')}\n`)
      return EX_SOFTWARE
    },
  })
  const close = () => ink.unmount()
  const shown = createSource(store, { stop: stop.signal, close })
  const { source, run } = shown
  const actions: ScreenActions = {
    ...createActions({ source, limits, application, signal: stop.signal }),
    copy: (text) => copyToClipboard(text, process.env, (sequence) => process.stdout.write(sequence)),
    quit: close,
  }
  const controller = new Controller(store, actions)
  controller.resize(sizeOf(process.stdout))
  const ink = render(<App controller={controller} theme={themeFor(theme, process.env)} />, {
    exitOnCtrlC: false,
    patchConsole: false,
  })
  let failure: unknown = null
  const running = firstFrame()
    .then(run)
    .catch((error: unknown) => {
      if (stop.signal.aborted) return
      failure = error
      close()
    })
  await ink.waitUntilExit()
  stop.abort()
  screen.leave()
  await running
  if (failure !== null) throw failure
  const { captures, unread } = store.snapshot()
  for (const message of unread) process.stderr.write(`smblens: ${escapeText(message)}\n`)
  return { unread: unread.length, damaged: captures.some(({ complete }) => !complete) }
}

/** Ink writes its first picture in the next turn of the event loop. */
function firstFrame(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

function sized(path: string): Input {
  const stat = statSync(path, { throwIfNoEntry: false })
  return { path, size: stat?.isFile() ? stat.size : null }
}
