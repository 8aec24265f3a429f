import { describe, expect, it } from 'vitest'
import type { NtlmFacts } from '../../../src/ledger/logon-facts.ts'
import { type HostRecord, hostRecords } from '../../../src/report/records/host.ts'
import {
  at,
  connection,
  kerberos,
  ledger,
  logon,
  negotiateRequest,
  negotiateResponse,
  ntlm,
  session,
} from '../../support/facts.ts'
import { NETWORKS } from '../../support/findings.ts'

const CHALLENGE: NonNullable<NtlmFacts['challenge']> = {
  ...at(7),
  flags: 0,
  serverChallenge: '0011223344556677',
  version: { major: 10, minor: 0, build: 17_763 },
  nbComputer: 'FILES',
  nbDomain: 'CORP',
  dnsComputer: 'files.corp.example',
  dnsDomain: 'corp.example',
  hasTimestamp: true,
}

const recordsOf = (...given: Parameters<typeof hostRecords>) => [...hostRecords(...given)]

function host(ip: string, hosts: Iterable<HostRecord>) {
  const found = [...hosts].find((record) => record.ip === ip)
  if (!found) throw new Error(`no host ${ip}`)
  return found
}

describe('hosts', () => {
  it('get their names from NTLM, Kerberos and the negotiate', () => {
    const on = connection({ negotiateRequest: negotiateRequest({ netname: 'share.corp.example' }) })
    const logons = [
      logon({ auth: 'ntlmv2', ntlm: ntlm({ workstation: 'PC1' }, { challenge: CHALLENGE }) }),
      logon({ kerberos: kerberos({ apReq: { ...kerberos().apReq!, serverName: 'cifs/FILES.corp.example' } }) }),
    ]
    const hosts = recordsOf(ledger([on], [session({ on, logons })]), NETWORKS)
    expect(host('10.0.0.5', hosts)).toMatchObject({
      names: ['PC1'],
      os: 'Windows 10 22H2 (10.0.19045)',
      roles: ['client'],
      dialects: ['3.1.1'],
      signing: null,
      clientSigning: 'required',
    })
    expect(host('10.0.0.10', hosts)).toMatchObject({
      names: ['share.corp.example', 'files.corp.example', 'FILES'],
      nameSources: [
        { name: 'share.corp.example', sources: ['netname'] },
        { name: 'files.corp.example', sources: ['ntlm-challenge-dns', 'kerberos-sname'] },
        { name: 'FILES', sources: ['ntlm-challenge-netbios', 'ntlm-target-name'] },
      ],
      os: 'Windows 10 1809 or Server 2019 (10.0.17763)',
      roles: ['server'],
      signing: 'required',
      clientSigning: null,
    })
  })

  it('keep the weakest signing seen', () => {
    const strong = connection()
    const weak = connection({ firstFrame: 200, negotiateResponse: negotiateResponse({ securityMode: 1 }) })
    expect(host('10.0.0.10', recordsOf(ledger([strong, weak]), NETWORKS)).signing).toBe('enabled')
    expect(host('10.0.0.10', recordsOf(ledger([weak, strong]), NETWORKS)).signing).toBe('enabled')
  })

  it('are not servers just because a client tried them', () => {
    const hosts = recordsOf(ledger([connection({ state: 'refused', server: '203.0.113.7' })]), NETWORKS)
    expect(host('203.0.113.7', hosts)).toMatchObject({ roles: [], internal: false })
    expect(host('10.0.0.5', hosts)).toMatchObject({ roles: ['client'], internal: true })
  })

  it('take no address as a name, and at most 16 names', () => {
    const on = connection({ negotiateRequest: negotiateRequest({ netname: '10.0.0.10' }) })
    const logons = Array.from({ length: 40 }, (_, i) =>
      logon({ auth: 'ntlmv2', ntlm: ntlm({ workstation: `WS${i}`, targetName: 'cifs/10.0.0.10' }) }),
    )
    const hosts = recordsOf(ledger([on], [session({ on, logons })]), NETWORKS)
    expect(host('10.0.0.10', hosts).names).toEqual([])
    expect(host('10.0.0.5', hosts).names).toHaveLength(16)
  })

  it('may be client and server at once, even of themselves', () => {
    const loop = connection({ client: '10.0.0.9', server: '10.0.0.9' })
    expect(recordsOf(ledger([loop]), NETWORKS)).toMatchObject([{ roles: ['client', 'server'], connections: 1 }])
  })

  it('fall back to the system that SMB1 names', () => {
    const on = connection()
    const bare = ntlm({ version: null })
    const facts = session({ on, nativeOs: { client: 'Windows 4.0', server: 'Unix' }, logons: [logon({ ntlm: bare })] })
    const hosts = recordsOf(ledger([on], [facts]), NETWORKS)
    expect(host('10.0.0.5', hosts).os).toBe('Windows 4.0')
    expect(host('10.0.0.10', hosts).os).toBe('Unix')
  })
})
