/** @module-tag long */
/** What the terminal UI leaves behind: the files that were asked for, and nothing else. In a real terminal. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'
import { BIN, ROOT, records, smblens } from '../support/smblens.ts'
import { hasTmux, openTerminal, type Terminal, type TerminalOptions, withoutTmux } from '../support/terminal.ts'

const MKFIFO = 'mkfifo'
const GUEST = join(ROOT, 'captures/guest-fallback.pcap')

const folder = temporaryFolder()
afterAll(() => folder.remove())

let terminal: Terminal | null = null
let cwd = ''
let folders = 0
beforeEach(() => {
  cwd = join(folder.path, `run-${folders++}`)
  mkdirSync(cwd)
})
afterEach(() => {
  terminal?.close()
  terminal = null
})

function start(args: readonly string[], options: TerminalOptions = {}): Terminal {
  const env = { TMPDIR: cwd, ...options.env }
  terminal = openTerminal([process.execPath, BIN, ...args], { ...options, cwd, env })
  return terminal
}

async function open(args: readonly string[] = [GUEST], options: TerminalOptions = {}): Promise<Terminal> {
  const t = start(args, options)
  await t.until('q quit')
  await t.until(/read .* in /)
  return t
}

async function expectQuits(t: Terminal, status = 0): Promise<void> {
  t.keys('q')
  expect(await t.exitStatus()).toBe(status)
  // Ink shows the cursor again on both.
  expect(t.stderr().replaceAll('\x1b[?25h', '')).toBe('')
  expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
  expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
}

async function gone(pid: number): Promise<void> {
  const lives = () => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
  while (lives()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe.skipIf(!hasTmux)(`what the terminal UI writes${withoutTmux}`, () => {
  it('is the rows of the filter, as csv', async () => {
    const t = await open()
    t.type('5/SESSION_SETUP\r')
    await t.until('filter SESSION_SETUP')
    t.keys('e')
    await t.until('frames.csv')
    t.keys('Enter')
    await t.until(/\d+ rows written to frames\.csv/)
    const [header, ...rows] = readFileSync(join(cwd, 'frames.csv'), 'utf8').split('\r\n').slice(0, -1)
    expect(header).toMatch(/^frame,time,/)
    const messages = smblens(['messages', GUEST, '-f', 'ndjson'])
    const setups = records(messages.stdout).filter(({ type, command }) => type === 'message' && command === 1)
    expect(rows).toHaveLength(setups.length)
    expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(setups.map(({ frame }) => frame))
    await expectQuits(t)
    expect(readdirSync(cwd)).toEqual(['frames.csv'])
  })

  it('is packets that show the finding again; a second time it asks, and no is no', async () => {
    const t = await open()
    t.type('2')
    await t.until('[2 Findings')
    t.keys('Enter')
    await t.until('Evidence')
    t.keys('w')
    await t.until('evidence.pcapng')
    t.keys('Enter')
    await t.until(/\d+ packets written to evidence\.pcapng/)
    const file = join(cwd, 'evidence.pcapng')
    const rulesOf = (path: string) =>
      records(smblens(['scan', path, '-f', 'ndjson']).stdout).flatMap((record) => record['rule'] ?? [])
    expect(rulesOf(file)).toContain('guest-fallback')
    writeFileSync(file, 'mine')
    for (const no of ['n', 'Escape']) {
      t.keys('w')
      await t.until('write packets to')
      t.keys('Enter')
      await t.until('Overwrite it? (y/n)')
      t.keys(no)
      await t.until('Nothing was written')
      expect(readFileSync(file, 'utf8')).toBe('mine')
    }
    t.keys('w')
    await t.until('write packets to')
    t.keys('Enter')
    await t.until('Overwrite it? (y/n)')
    t.keys('y')
    await t.until(/packets written/)
    expect(rulesOf(file)).toContain('guest-fallback')
    await expectQuits(t)
    expect(readdirSync(cwd)).toEqual(['evidence.pcapng'])
  })

  it('is the Wireshark filter to the clipboard, by OSC 52', async () => {
    const t = await open()
    t.type('2y')
    await t.until(/Wireshark filter: |copied: /)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const [, base64 = ''] = /\x1b\]52;c;([A-Za-z0-9+/=]*)\x07/.exec(t.written()) ?? []
    const filter = Buffer.from(base64, 'base64').toString('utf8')
    expect(filter).toMatch(/^[\w\s.(){},&|=!<>:"]+$/)
    const { status } = spawnSync('tshark', ['-r', GUEST, '-Y', filter, '-c', '1'], { encoding: 'utf8' })
    // Without tshark there is no status.
    expect([0, null]).toContain(status)
    await expectQuits(t)
  })

  it('is an error message if the capture has disappeared', async () => {
    const capture = join(cwd, 'going.pcap')
    copyFileSync(GUEST, capture)
    const t = await open([capture])
    rmSync(capture)
    t.type('2')
    await t.until('[2 Findings')
    t.keys('Enter')
    await t.until('could not be read again')
    t.keys('w')
    await t.until('evidence.pcapng')
    t.keys('Enter')
    await t.until(/going\.pcap: (?!.*evidence)/)
    t.keys('Escape', '5', 'Enter')
    await t.until('could not be read again')
    await expectQuits(t)
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe.skipIf(!hasTmux)(`the end of the terminal UI${withoutTmux}`, () => {
  it('comes with q and Ctrl-C even while it reads a capture that never ends', async () => {
    for (const [i, key] of ['q', 'C-c'].entries()) {
      const pipe = join(cwd, `endless-${i}.pcap`)
      spawnSync(MKFIFO, [pipe])
      const writer = spawn(
        'sh',
        ['-c', `exec >"$1"; head -c 9000 "$2"; sleep 1; tail -c +9001 "$2"; exec sleep 1000`, 'sh', pipe, GUEST],
        {
          stdio: 'ignore',
        },
      )
      try {
        const t = start([pipe])
        await t.until(/Sessions [1-9]/)
        t.keys(key)
        expect(await t.exitStatus()).toBe(0)
        expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
        t.close()
      } finally {
        writer.kill()
        rmSync(pipe)
      }
    }
    expect(readdirSync(cwd)).toEqual([])
  })

  it('comes with q while it waits for a pipe without a writer', async () => {
    const pipe = join(cwd, 'silent.pcap')
    spawnSync(MKFIFO, [pipe])
    const t = start([pipe])
    await t.until('q quit')
    await expectQuits(t)
  })

  it('comes when the terminal is closed', async () => {
    const t = await open()
    const pid = t.pid()
    expect(existsSync(`/proc/${process.pid}`) ? existsSync(`/proc/${pid}`) : true).toBe(true)
    t.hangUp()
    await gone(pid)
  })
})

describe.skipIf(!hasTmux)(`the appearance of the terminal UI${withoutTmux}`, () => {
  const coloursOf = (t: Terminal) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    const codes = [...t.written().matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, code = '']) => code.split(';').map(Number))
    return new Set(codes.filter((code) => (code >= 30 && code <= 37) || (code >= 90 && code <= 97)))
  }

  it.each([
    ['--theme dark', ['--theme', 'dark'], {}, [33, 36], []],
    ['--theme light', ['--theme', 'light'], {}, [34, 35], [33, 36]],
    ['a light background', [], { COLORFGBG: '0;15' }, [34, 35], [33, 36]],
    ['--theme mono', ['--theme', 'mono'], {}, [], [31, 32, 33, 34, 35, 36, 90, 91, 92]],
  ] as const)('with %s', async (_, args, env, some, none) => {
    const t = await open([...args, GUEST], { env })
    t.type('2')
    await t.until('[2 Findings')
    const colours = coloursOf(t)
    for (const colour of some) expect(colours).toContain(colour)
    for (const colour of none) expect(colours).not.toContain(colour)
    await expectQuits(t)
  })

  it('is text for a screen reader, and keys work', async () => {
    const t = await open([GUEST], { env: { INK_SCREEN_READER: 'true' } })
    await t.until('At risk')
    t.type('2')
    await t.until('Guest session')
    t.keys('Down', 'Enter')
    await t.until('Evidence')
    expect(t.text()).not.toMatch(/[─│┌┐└┘╭╮╰╯]/)
    await expectQuits(t)
  })
})
