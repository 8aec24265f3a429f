/** The generated capture of many sessions: the program reads in it what was planned. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'
import { ROOT, records, smblens } from '../support/smblens.ts'

interface Planned {
  packets: number
  users: number
  ntlm: number
  kerberos: number
  anonymous: number
  refused: number
  guest: number
  encrypted: number
  smb1: number
  outside: number
}

const SESSIONS = 600
const folder = temporaryFolder()
afterAll(() => folder.remove())

const { writeSessions }: { writeSessions: (path: string, options: { sessions: number; seed?: number }) => Planned } =
  await import(join(ROOT, 'bench/sessions.mjs'))

describe('bench/sessions.mjs', () => {
  const path = join(folder.path, 'sessions.pcap')
  const planned = writeSessions(path, { sessions: SESSIONS })
  const all = records(smblens(['scan', path, '-f', 'ndjson']).stdout)
  const sessions = all.filter(({ type }) => type === 'session')
  const findings = (rule: string) => all.filter((record) => record['rule'] === rule)

  it('has the sessions and packets that were planned, undamaged', () => {
    expect(sessions).toHaveLength(SESSIONS)
    const capture = all.find(({ type }) => type === 'capture')
    expect(capture).toMatchObject({ packets: planned.packets, complete: true, warnings: [] })
  })

  it('has their users, authentications and outcomes', () => {
    const counted = {
      packets: planned.packets,
      users: new Set(sessions.filter(({ auth }) => auth === 'ntlmv2').map(({ user }) => user)).size,
      ntlm: sessions.filter(({ auth }) => auth === 'ntlmv2').length,
      kerberos: sessions.filter(({ auth }) => auth === 'kerberos').length,
      anonymous: sessions.filter(({ anonymous }) => anonymous === true).length,
      refused: sessions.filter(({ status }) => status === 'failed').length,
      guest: sessions.filter(({ guest }) => guest === true).length,
      encrypted: sessions.filter(({ encryptData }) => encryptData === true).length,
    }
    expect(planned).toMatchObject(counted)
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(0)
  })

  it('has every dialect, and findings of many kinds', () => {
    const dialects = new Set(all.filter(({ type }) => type === 'connection').map(({ dialect }) => dialect))
    expect([...dialects].sort()).toEqual(['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1', 'NT LM 0.12'])
    for (const rule of ['unsigned-session', 'ntlm-auth', 'old-dialect', 'unencrypted-session', 'signing-not-required'])
      expect(findings(rule).length, rule).toBeGreaterThan(0)
    expect(findings('guest-session').length).toBeGreaterThan(0)
    expect(findings('anonymous-session').length).toBeGreaterThan(0)
    expect(findings('smb1-negotiated').length).toBeGreaterThan(0)
    expect(findings('outbound-smb').length).toBeGreaterThan(0)
  })

  it('is the same for a seed, and another for another', () => {
    const bytes = (name: string, seed: number) => {
      const file = join(folder.path, name)
      writeSessions(file, { sessions: 40, seed })
      return readFileSync(file)
    }
    const one = bytes('one.pcap', 7)
    expect(bytes('again.pcap', 7).equals(one)).toBe(true)
    expect(bytes('other.pcap', 8).equals(one)).toBe(false)
  })
})
