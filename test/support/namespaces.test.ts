/** @module-tag long */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeWorld,
  runTraffic,
  startSamba,
  TRAFFIC,
  type Traffic,
  type World,
  waitFor,
  whyNoWorld,
} from './namespaces.ts'
import { records, smblens } from './smblens.ts'

const why = whyNoWorld(['smbd', 'smbpasswd', 'smbclient', 'tcpdump'])

describe.skipIf(why !== null)(`a world of namespaces${why === null ? '' : ` (${why})`}`, () => {
  let world: World
  beforeAll(async () => {
    world = makeWorld()
    await startSamba(world)
  })
  afterAll(() => world?.remove())

  it('carries sessions of every kind over the cable', async () => {
    const file = join(world.folder, 'all.pcap')
    const { device, spawn } = world.client
    const tcpdump = spawn('tcpdump', ['-i', device, '-U', '--immediate-mode', '-Z', 'root', '-w', file, 'tcp port 445'])
    await waitFor('tcpdump to start', () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0)
    const kinds = Object.keys(TRAFFIC) as Traffic[]
    for (const kind of kinds) await runTraffic(world, kind)
    await waitFor('all packets', () => sessions(file).length === kinds.length)
    tcpdump.kill('SIGINT')
    await once(tcpdump, 'close')
    expect(Object.fromEntries(kinds.map((kind, i) => [kind, sessions(file)[i]]))).toMatchObject({
      signed: { user: 'alice', guest: false, requests: { encrypted: 0, unsigned: 0 } },
      encrypted: { user: 'alice', guest: false, requests: { signed: 0, unsigned: 0 } },
      guest: { user: 'carol', guest: true, requests: { signed: 0, encrypted: 0 } },
      smb1: { user: 'alice', guest: false, sessionId: expect.stringMatching(/^0x000000000000/) },
    })
  })

  it('leaves nothing behind, and removes what a killed run has left', () => {
    const dead = `smbl-t${spawnSync('true').pid}-1-client`
    expect(spawnSync('ip', ['netns', 'add', dead]).status).toBe(0)
    const other = makeWorld()
    const sleep = other.server.spawn('sleep', ['1000'], { stdio: 'ignore' })
    const ended = once(sleep, 'close')
    other.remove()
    other.remove()
    const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' })
    for (const name of [dead, other.client.name, other.server.name]) expect(stdout).not.toContain(name)
    expect(stdout).toContain(world.server.name)
    expect(existsSync(other.folder)).toBe(false)
    return ended
  })
})

function sessions(file: string): unknown[] {
  const { stdout } = smblens(['scan', '-f', 'ndjson', file])
  return records(stdout).filter(({ type }) => type === 'session')
}
