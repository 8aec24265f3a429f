/**
 * A real terminal for tests: a command in a pane of tmux, on its own server, driven by keys and read as a user sees it. A shell waits behind the command,
 * so that a test can check the state in which it leaves the terminal.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0
/** For the name of a test that is skipped. */
export const withoutTmux = hasTmux ? '' : ' (skipped: tmux is not installed)'

/** A limit that only stops tests that hang. */
const PATIENCE = 120_000
const POLL = 30
const DRAWING = 1000

export interface TerminalOptions {
  columns?: number
  rows?: number
  /** TERM, NO_COLOR, COLORTERM, LANG and so on. CI is never set: some programs then write nothing. */
  env?: Record<string, string>
  cwd?: string
}

export interface TerminalState {
  /** On the alternate screen. */
  alternate: boolean
  cursorVisible: boolean
  cursor: { column: number; row: number }
  columns: number
  rows: number
}

export interface Terminal {
  /** The visible lines, without trailing blanks; `styled` keeps the sequences of colours and styles. */
  lines(options?: { styled?: boolean }): string[]
  text(): string
  state(): TerminalState
  /** tmux's names of keys: "Enter", "Escape", "Tab", "Down", "PageDown", "C-c". */
  keys(...keys: string[]): void
  /** Types these characters literally. */
  type(text: string): void
  resize(columns: number, rows: number): void
  /** Waits until the condition holds. Fails with the screen after two minutes, or a second after the command has ended. */
  until(text: string | RegExp | ((terminal: Terminal) => boolean), what?: string): Promise<void>
  /** Waits until the screen has not changed for `milliseconds`. */
  settled(milliseconds?: number): Promise<void>
  /** Sends a signal to the command. */
  signal(signal: NodeJS.Signals): void
  /** The command's process, once it has begun. */
  pid(): number
  /** Makes the terminal stop accepting output, or accept it again. */
  freeze(frozen: boolean): void
  /** Closes the terminal, as when its window is closed. */
  hangUp(): void
  /** Waits for the command's end and returns its exit status: 128 plus the signal's number if a signal ended it. */
  exitStatus(): Promise<number>
  /** How the terminal driver handles input after the end: whether it echoes, and whether it works by lines. */
  settings(): { echo: boolean; canonical: boolean; signals: boolean }
  /** What the command wrote to standard error, which does not go to the screen. */
  stderr(): string
  /** Every byte that was written to the terminal since the start, the driver's line ends included. */
  written(): string
  close(): void
}

let opened = 0

export function openTerminal(command: readonly string[], options: TerminalOptions = {}): Terminal {
  const { columns = 120, rows = 36, cwd = process.cwd() } = options
  const folder = mkdtempSync(join(tmpdir(), 'smblens-terminal-'))
  const socket = `smblens-${process.pid}-${opened++}`
  const at = (name: string) => join(folder, name)
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  const { CI: _ci, NO_COLOR: _no, FORCE_COLOR: _force, COLORTERM: _term, TMUX: _tmux, ...inherited } = process.env
  const chosen = { TERM: 'xterm-256color', LANG: 'C.UTF-8', ...options.env }
  const assignments = Object.entries(chosen).map(([name, value]) => `${name}=${value}`)
  const line = ['env', ...assignments, ...command].map(quoted).join(' ')
  // The inner shell becomes the command, so that its process id is known before it runs.
  const script = [
    'trap : INT',
    `while [ ! -e ${at('go')} ]; do sleep 0.01; done`,
    `sh -c 'echo $$ >${at('pid')}; exec "$@"' sh ${line} 2>${at('stderr')}`,
    `echo $? >${at('status.part')}`,
    `stty -a >${at('stty')}`,
    `mv ${at('status.part')} ${at('status')}`,
    'trap "" INT; exec sleep 100000',
  ].join('\n')
  execFileSync(
    'tmux',
    [
      '-L',
      socket,
      '-f',
      '/dev/null',
      '-u',
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      '-c',
      cwd,
      'sh',
      '-c',
      script,
    ]
      .concat([
        ';',
        'set',
        '-g',
        'status',
        'off',
        ';',
        'set',
        '-g',
        'remain-on-exit',
        'on',
        ';',
        'set',
        '-s',
        'escape-time',
        '0',
      ])
      .concat([';', 'resize-window', '-x', `${columns}`, '-y', `${rows}`]),
    { env: { ...inherited, LANG: 'C.UTF-8' }, stdio: 'ignore' },
  )

  const server = Number(tmux('display-message', '-p', '#{pid}'))
  tmux('pipe-pane', `cat >>${at('written')}`)
  // Size and recording are set before the command begins.
  writeFileSync(at('go'), '')

  const read = (name: string) => {
    try {
      return readFileSync(at(name), 'utf8')
    } catch {
      return ''
    }
  }
  const capture = (styled: boolean) =>
    tmux('capture-pane', '-p', ...(styled ? ['-e'] : []))
      .split('\n')
      .slice(0, -1)

  const terminal: Terminal = {
    lines: ({ styled = false } = {}) => capture(styled),
    text: () => capture(false).join('\n'),
    state() {
      const format = '#{alternate_on} #{cursor_flag} #{cursor_x} #{cursor_y} #{pane_width} #{pane_height}'
      const [alternate, visible, column, row, width, height] = tmux('display-message', '-p', format)
        .trim()
        .split(' ')
        .map(Number)
      return {
        alternate: alternate === 1,
        cursorVisible: visible === 1,
        cursor: { column: column ?? 0, row: row ?? 0 },
        columns: width ?? 0,
        rows: height ?? 0,
      }
    },
    keys: (...keys) => void tmux('send-keys', ...keys),
    type: (text) => void tmux('send-keys', '-l', '--', text),
    resize: (width, height) => void tmux('resize-window', '-x', `${width}`, '-y', `${height}`),
    async until(wanted, what = String(wanted)) {
      const holds = () => {
        if (typeof wanted === 'function') return wanted(terminal)
        const text = terminal.text()
        return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)
      }
      let deadline = Date.now() + PATIENCE
      for (; !holds(); await pause(POLL)) {
        // After its end nothing more comes, except for what tmux still has to draw.
        if (read('status') !== '') deadline = Math.min(deadline, Date.now() + DRAWING)
        if (Date.now() > deadline)
          throw new Error(`waited for ${what}, and saw:\n${terminal.text()}\n${read('stderr')}`)
      }
    },
    async settled(milliseconds = 250) {
      const screen = () => capture(true).join('\n')
      let last = screen()
      for (let since = Date.now(); Date.now() - since < milliseconds; await pause(POLL)) {
        const now = screen()
        if (now !== last) since = Date.now()
        last = now
      }
    },
    signal: (signal) => void process.kill(Number(read('pid')), signal),
    pid: () => Number(read('pid')),
    freeze: (frozen) => void process.kill(server, frozen ? 'SIGSTOP' : 'SIGCONT'),
    hangUp: () => void spawnSync('tmux', ['-L', socket, 'kill-server']),
    async exitStatus() {
      await terminal.until(() => read('status') !== '', 'the end of the command')
      return Number(read('status'))
    },
    settings() {
      const words = read('stty').split(/[\s;]+/)
      return { echo: words.includes('echo'), canonical: words.includes('icanon'), signals: words.includes('isig') }
    },
    stderr: () => read('stderr'),
    written: () => read('written'),
    close() {
      spawnSync('tmux', ['-L', socket, 'kill-server'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return terminal
}

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
