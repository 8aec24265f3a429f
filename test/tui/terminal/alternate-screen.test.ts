/** The way into the other screen and out of it, in small programs of their own: signals and errors end those. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/frames.ts'
import { ROOT } from '../../support/smblens.ts'

const ENTER = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l'
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'

const folder = temporaryFolder()
const screen = join(folder.path, 'screen.mjs')
beforeAll(async () => {
  // Node 20 takes no TypeScript.
  await build({
    entryPoints: [join(ROOT, 'src/tui/terminal/alternate-screen.ts')],
    outfile: screen,
    platform: 'node',
    format: 'esm',
    bundle: true,
  })
})
afterAll(() => folder.remove())

function run(script: string) {
  const program = `
    import { enterScreen } from ${JSON.stringify(screen)}
    const screen = enterScreen({
      fd: 1,
      onSignal: () => console.error('signal'),
      onError: (error) => { console.error('fault: ' + (error?.message ?? error)); return 70 },
    });
    ${script}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('the other screen', () => {
  it.each([
    ['it is left explicitly', 'screen.leave(); screen.leave()', 0, ''],
    ['the program ends', '', 0, ''],
    ['the program exits', 'process.exit(5)', 5, ''],
    ['an error is not caught', `setTimeout(() => { throw new Error('oh') })`, 70, 'fault: oh\n'],
    ['a rejected promise is not handled', `Promise.reject(new Error('oh'))`, 70, 'fault: oh\n'],
    ['something is thrown that is no error', `setTimeout(() => { throw 'oh' })`, 70, 'fault: oh\n'],
    ['SIGTERM comes', `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1e6)`, 143, 'signal\n'],
    ['SIGHUP comes', `process.kill(process.pid, 'SIGHUP'); setInterval(() => {}, 1e6)`, 129, 'signal\n'],
    ['SIGINT comes', `process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1e6)`, 130, 'signal\n'],
  ])('is left once when %s', (_, script, status, stderr) => {
    expect(run(script)).toEqual({ status, stdout: ENTER + LEAVE, stderr })
  })

  it('does not keep a program from ending whose terminal is gone', () => {
    const { status, stderr } = run(
      `(await import('node:fs')).closeSync(1); setTimeout(() => { throw new Error('oh') })`,
    )
    expect({ status, stderr }).toEqual({ status: 70, stderr: 'fault: oh\n' })
  })
})
