import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeSpoolFolder, SpoolError, sweepSpoolFolders } from '../../src/live/spool-folder.ts'
import { temporaryFolder } from '../support/frames.ts'

let parent: string
let remove: () => void
beforeEach(() => {
  const folder = temporaryFolder()
  parent = folder.path
  remove = folder.remove
  vi.stubEnv('TMPDIR', parent)
})
afterEach(() => {
  vi.unstubAllEnvs()
  remove()
})

/** The folder of a process that has ended, in this test's namespace of process ids. */
function leftBehind(): string {
  const own = makeSpoolFolder()
  const { pid } = spawnSync('true')
  const name = own.replace(`-${process.pid}-`, `-${pid}-`)
  rmSync(own, { recursive: true })
  mkdirSync(name)
  writeFileSync(join(name, 'packets-00001.pcapng'), 'packets')
  return name
}

describe('the folder for the packets of a live capture', () => {
  it('is ours alone', () => {
    expect(statSync(makeSpoolFolder()).mode & 0o777).toBe(0o700)
  })

  it('is deleted at the next start when its process no longer runs', () => {
    const old = leftBehind()
    const next = makeSpoolFolder()
    expect(existsSync(old)).toBe(false)
    // One of a process that runs stays.
    makeSpoolFolder()
    expect(existsSync(next)).toBe(true)
  })

  it('is deleted when another process has its number now', () => {
    const own = makeSpoolFolder()
    const reused = own.replace(/-(\d+)-(\w{6})$/, (_, start, end) => `-${Number(start) + 1}-${end}`)
    mkdirSync(reused)
    sweepSpoolFolders(parent)
    expect(existsSync(reused)).toBe(process.platform !== 'linux')
    expect(existsSync(own)).toBe(true)
  })

  it('is kept when its process is in another container, or when its name has another form', () => {
    const old = leftBehind()
    const elsewhere = old.replace(/spool-\d+/, 'spool-1')
    for (const path of [elsewhere, join(parent, 'smblens-spool-mine'), join(parent, 'smblens-abcdef')]) mkdirSync(path)
    sweepSpoolFolders(parent)
    expect(readdirSync(parent).sort()).toEqual(
      [elsewhere.slice(parent.length + 1), 'smblens-abcdef', 'smblens-spool-mine'].sort(),
    )
  })

  it('is not followed where it is a link', () => {
    const precious = join(parent, 'precious')
    mkdirSync(precious)
    writeFileSync(join(precious, 'file'), '')
    const old = leftBehind()
    rmSync(old, { recursive: true })
    symlinkSync(precious, old)
    sweepSpoolFolders(parent)
    expect(existsSync(join(precious, 'file'))).toBe(true)
  })

  it('says what to do where there can be none', () => {
    vi.stubEnv('TMPDIR', join(parent, 'none'))
    expect(() => makeSpoolFolder()).toThrow(SpoolError)
    expect(() => makeSpoolFolder()).toThrow('(ENOENT): set TMPDIR to a folder that you may write to')
  })
})
