/** Dropping rights cannot be undone, so it is done in separate processes, which report the rights that are left. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountFor } from '../../../../src/capture/live/machine/drop-rights.ts'
import { hasProgram } from '../../../support/smblens.ts'

const isRoot = process.getuid?.() === 0
const folder = mkdtempSync(join(tmpdir(), 'smblens-rights-'))
const file = join(folder, 'rights.cjs')

beforeAll(async () => {
  const source = fileURLToPath(new URL('../../../../src/capture/live/machine/drop-rights.ts', import.meta.url))
  await build({ entryPoints: [source], outfile: file, bundle: true, platform: 'node', format: 'cjs' })
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Left {
  error?: string
  ids?: number[]
  groups?: number[]
  shadow?: string
}

function drop(user: string | null, env: Record<string, string> = {}, prefix: readonly string[] = []): Left {
  const script = `
    const { dropRights } = require('node:module').createRequire('/')(${JSON.stringify(file)})
    const tried = (what) => { try { what(); return 'done' } catch (error) { return error.code } }
    try {
      dropRights(${JSON.stringify(user)})
      const ids = [process.getuid(), process.geteuid(), process.getgid(), process.getegid()]
      const shadow = tried(() => require('node:fs').readFileSync('/etc/shadow'))
      console.log(JSON.stringify({ ids, groups: process.getgroups(), shadow }))
    } catch (error) {
      console.log(JSON.stringify({ error: error.code + ': ' + error.message }))
    }`
  const [command, ...args] = [...prefix, process.execPath, '-e', script]
  const { PATH } = process.env
  const { stdout, stderr } = spawnSync(command!, args, { encoding: 'utf8', env: { PATH, ...env } })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

describe('the account that root changes to', () => {
  it('is the user who called sudo', () => {
    expect(accountFor(null, { SUDO_UID: '1000', SUDO_GID: '100' })).toMatchObject({ uid: 1000, gid: 100 })
  })

  it.each([{}, { SUDO_UID: '0', SUDO_GID: '0' }, { SUDO_UID: '1000' }, { SUDO_UID: '-1', SUDO_GID: '7' }])(
    'is the user nobody otherwise: %j',
    (env) => {
      expect(accountFor(null, env).name).toBe('nobody')
    },
  )

  it.each(['root', 'no-such-account-here', '', '-u', '0', '$(id)'])('is never "%s"', (user) => {
    expect(() => accountFor(user, {})).toThrow(/--user/)
  })
})

describe.skipIf(!isRoot)(`dropping rights${isRoot ? '' : ' (skipped: needs root)'}`, () => {
  it('leaves one user and one group', () => {
    expect(drop(null, { SUDO_UID: '4711', SUDO_GID: '4712' })).toEqual({
      ids: [4711, 4711, 4712, 4712],
      groups: [4712],
      shadow: 'EACCES',
    })
    expect(drop('nobody').ids?.[0]).toBe(accountFor('nobody', {}).uid)
  })

  it('refuses what does not exist, and root', () => {
    expect(drop('no-such-account-here').error).toBe('no-rights: --user there is no account "no-such-account-here"')
    expect(drop('root').error).toMatch(/^no-rights: --user "root" has root's rights/)
  })

  const setpriv = hasProgram('setpriv')
  const skipped = setpriv ? '' : ' (skipped: no setpriv)'
  it.skipIf(!setpriv)(`refuses where root may not become another${skipped}`, () => {
    const { error } = drop('nobody', {}, ['setpriv', '--bounding-set', '-setuid,-setgid'])
    expect(error).toMatch(/^no-rights: root cannot become nobody: /)
  })

  it.skipIf(!setpriv)(`refuses other users with capabilities, and accepts those without${skipped}`, () => {
    const other = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const ambient = ['--inh-caps', '+net_raw', '--ambient-caps', '+net_raw']
    // The folder is root's alone.
    const { mode } = { mode: spawnSync('chmod', ['755', folder]).status }
    expect(mode).toBe(0)
    expect(drop(null, {}, [...other, ...ambient]).error).toMatch(/^no-rights: this process holds capabilities/)
    expect(drop(null, {}, other).ids?.[0]).toBe(65534)
    expect(drop('root', {}, other).error).toMatch(/^no-rights: only root can become "root"/)
  })
})
