import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { trustedPath } from '../../../../src/capture/live/machine/trusted-path.ts'
import { temporaryFolder } from '../../../support/frames.ts'

const isRoot = process.getuid?.() === 0
let at: string
let remove: () => void
beforeEach(() => {
  const folder = temporaryFolder()
  at = realpathSync(folder.path)
  remove = folder.remove
})
afterEach(() => remove())

function program(...folders: string[]): string {
  let path = at
  for (const name of folders) {
    path = join(path, name)
    mkdirSync(path, { mode: 0o755 })
  }
  path = join(path, 'tcpdump')
  writeFileSync(path, '', { mode: 0o755 })
  return path
}

function shareWithGroup(path: string): void {
  chownSync(path, 0, 65_534)
  chmodSync(path, 0o775)
}

describe.skipIf(!isRoot)(`what root may start${isRoot ? '' : ' (skipped: needs root)'}`, () => {
  it('is owned by root, also below a folder that everybody may write to but where no other user can remove it', () => {
    const path = program('a', 'b')
    expect(trustedPath(path)).toBe(path)
  })

  it('is the target of a link', () => {
    const path = program('a')
    symlinkSync(path, join(at, 'link'))
    expect(trustedPath(join(at, 'link'))).toBe(path)
  })

  it.each([
    ['is another’s', (path: string) => chownSync(path, 65_534, 0)],
    ['can be written by everybody', (path: string) => chmodSync(path, 0o757)],
    ['can be written by a group', (path: string) => shareWithGroup(path)],
    ['lies in another’s folder', (path: string) => chownSync(join(path, '..'), 65_534, 0)],
    ['lies in a folder in which everybody may write', (path: string) => chmodSync(join(path, '..'), 0o777)],
    ['lies below such a folder', (path: string) => chmodSync(join(path, '../../..'), 0o777)],
    ['lies below one of a group', (path: string) => shareWithGroup(join(path, '../../..'))],
  ])('is nothing that %s', (_, change) => {
    const path = program('a', 'b')
    change(path)
    expect(trustedPath(path)).toBeNull()
  })

  it('is not behind a link of root that leads to what others can change', () => {
    const path = program('a')
    symlinkSync(path, join(at, 'link'))
    chmodSync(join(at, 'a'), 0o777)
    expect(trustedPath(join(at, 'link'))).toBeNull()
  })

  it('is not a missing file', () => {
    expect(trustedPath(join(at, 'none'))).toBeNull()
  })
})
