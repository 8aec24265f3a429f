/** The terminal of the tests, with programs whose behaviour is known. */
import { afterEach, describe, expect, it } from 'vitest'
import { hasTmux, openTerminal, type Terminal, type TerminalOptions, withoutTmux } from './terminal.ts'

let terminal: Terminal | null = null
afterEach(() => {
  terminal?.close()
  terminal = null
})

function open(script: string, options?: TerminalOptions): Terminal {
  terminal = openTerminal([process.execPath, '-e', script], options)
  return terminal
}

const FULL_SCREEN = `
  const { stdin, stdout } = process
  stdin.setRawMode(true)
  stdout.write('\\x1b[?1049h\\x1b[?25l\\x1b[2J\\x1b[H\\x1b[31mred\\x1b[0m')
  const size = () => stdout.write('\\x1b[3;1H\\x1b[K' + stdout.columns + 'x' + stdout.rows)
  size()
  stdout.on('resize', size)
  stdin.on('data', (key) => {
    if (String(key) !== 'q') return stdout.write('\\x1b[5;1H\\x1b[K' + JSON.stringify(String(key)))
    stdout.write('\\x1b[?25h\\x1b[?1049l')
    stdin.setRawMode(false)
    process.exit(7)
  })`

describe.skipIf(!hasTmux)(`a terminal for tests${withoutTmux}`, () => {
  it('shows output, accepts keys, changes size and ends', async () => {
    const t = open(FULL_SCREEN, { columns: 90, rows: 20 })
    await t.until('90x20')
    expect(t.state()).toMatchObject({ alternate: true, cursorVisible: false, columns: 90, rows: 20 })
    expect(t.lines()[0]).toBe('red')
    expect(t.lines({ styled: true })[0]).toContain('\x1b[31mred')
    expect(t.written()).toContain('\x1b[?1049h\x1b[?25l')
    t.keys('Down')
    await t.until('"\\u001b[B"')
    t.type('/;$x')
    await t.until('"/;$x"')
    t.resize(60, 15)
    await t.until('60x15')
    t.keys('q')
    expect(await t.exitStatus()).toBe(7)
    expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
    expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
  })

  it('reports a terminal that was left in disorder', async () => {
    const t = open(
      `process.stdin.setRawMode(true); process.stdout.write('\\x1b[?1049h\\x1b[?25l'); process.kill(process.pid, 'SIGKILL')`,
    )
    expect(await t.exitStatus()).toBe(128 + 9)
    expect(t.state()).toMatchObject({ alternate: true, cursorVisible: false })
    expect(t.settings()).toMatchObject({ echo: false, canonical: false })
  })

  it('has the requested environment without CI, and separates standard error', async () => {
    const t = open(
      `const { CI, TERM, NO_COLOR } = process.env; console.log(JSON.stringify([CI ?? null, TERM, NO_COLOR])); console.error('aside')`,
      { env: { TERM: 'screen', NO_COLOR: '1' } },
    )
    await t.until('[null,"screen","1"]')
    expect(await t.exitStatus()).toBe(0)
    expect(t.stderr()).toBe('aside\n')
    expect(t.text()).not.toContain('aside')
  })

  it('passes signals on', async () => {
    const t = open(`process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('ready')`)
    await t.until('ready')
    t.signal('SIGTERM')
    expect(await t.exitStatus()).toBe(3)
  })
})
