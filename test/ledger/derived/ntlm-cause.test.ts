import { describe, expect, it } from 'vitest'
import { ntlmCause } from '../../../src/ledger/derived/ntlm-cause.ts'
import type { LogonFacts } from '../../../src/ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../../src/ledger/smb-facts.ts'
import {
  at,
  bareConnection,
  connection,
  kerberos,
  logon,
  negotiateRequest,
  negotiateResponse,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  STATUS_SUCCESS,
  session,
  smb1,
  smb1Response,
  tree,
} from '../../support/facts.ts'

const both = [OID_KERBEROS, OID_NTLMSSP]
const MS_KERBEROS = '1.2.840.48018.1.2.2'
const NEGOEX = '1.3.6.1.4.1.311.2.2.30'

const byNtlm = (overrides: Partial<LogonFacts> = {}) => logon({ auth: 'ntlmv2', offered: both, ...overrides })

function reasonOf(
  one: LogonFacts,
  on: ConnectionFacts = connection(),
  rest: { trees?: SessionFacts['trees']; others?: SessionFacts[] } = {},
) {
  const own = session({ on, auth: 'ntlmv2', logons: [one], trees: rest.trees ?? [] })
  return ntlmCause(on, own, one, [own, ...(rest.others ?? [])])
}

const target = (targetName: string | null, overrides: Parameters<typeof ntlm>[0] = {}) =>
  byNtlm({ ntlm: ntlm({ targetName, ...overrides }) })

describe('a target named by its address', () => {
  it.each([
    'cifs/10.0.0.10',
    'cifs/2001:db8::1',
    'cifs/[2001:db8::1]',
    'cifs/fe80::1%eth0',
    'cifs/2001-db8--1.ipv6-literal.net',
    'HOST/10.0.0.10',
    'cifs/10.0.0.10/CORP.EXAMPLE',
  ])('%s', (name) => {
    expect(reasonOf(target(name))).toEqual({ reason: 'target-is-address', target: name, shownBy: 'spn', ...at(8) })
  })

  it.each(['cifs/files', 'cifs/files.corp.example', 'cifs/10.0.0.10.corp.example', 'cifs/1234', 'cifs/a.b.c.d', ''])(
    'is not "%s"',
    (name) => {
      expect(reasonOf(target(name))?.reason).not.toBe('target-is-address')
    },
  )

  it('is not what the client got from a source that it does not trust', () => {
    expect(reasonOf(target('cifs/10.0.0.10', { avFlags: 0x6 }))?.reason).toBe('both-offer-kerberos')
  })

  const typed = (netname: string | null) => connection({ negotiateRequest: negotiateRequest({ netname }) })
  const path = { trees: [tree({ path: '\\\\10.0.0.10\\team' })] }

  it('shows in the name that the user typed, where the logon has no SPN', () => {
    const found = { reason: 'target-is-address', target: '10.0.0.10', shownBy: 'netname', ...at(4) }
    expect(reasonOf(target(null), typed('10.0.0.10'))).toEqual(found)
    expect(reasonOf(target(''), typed('10.0.0.10'))).toEqual(found)
    expect(reasonOf(target('cifs/files'), typed('10.0.0.10'))?.reason).toBe('both-offer-kerberos')
  })

  it('shows in a path, where there is no other name', () => {
    const found = { reason: 'target-is-address', target: '\\\\10.0.0.10\\team', shownBy: 'path', ...at(12) }
    expect(reasonOf(target(null), typed(null), path)).toEqual(found)
    expect(reasonOf(target(null), typed('files'), path)?.reason).toBe('both-offer-kerberos')
    expect(reasonOf(target(null), typed(null), { trees: [tree({ path: null })] })?.reason).toBe('both-offer-kerberos')
  })

  it('is not concluded where the SPN may be behind the cut', () => {
    expect(reasonOf(target(null, { avPairsCut: true }), typed('10.0.0.10'), path)?.reason).toBe('both-offer-kerberos')
  })
})

describe('a server without Kerberos', () => {
  const offering = (mechanisms: string[] | null, mechanismsCut = false) =>
    connection({ negotiateResponse: negotiateResponse({ mechanisms, mechanismsCut }) })

  it.each([[[OID_NTLMSSP]], [[NEGOEX, OID_NTLMSSP]]])('offers %s', (mechanisms) => {
    expect(reasonOf(byNtlm(), offering(mechanisms))).toEqual({ reason: 'server-offers-no-kerberos', ...at(5) })
  })

  it.each([[[OID_KERBEROS]], [[MS_KERBEROS, OID_NTLMSSP]]])('does not offer %s', (mechanisms) => {
    expect(reasonOf(byNtlm(), offering(mechanisms))?.reason).toBe('both-offer-kerberos')
  })

  it('is not concluded from a list that was cut, is empty or was not seen', () => {
    for (const on of [offering([OID_NTLMSSP], true), offering([]), offering(null), bareConnection()])
      expect(reasonOf(byNtlm(), on)).toBeNull()
  })

  it('comes before an address, for which there would be no ticket either', () => {
    expect(reasonOf(target('cifs/10.0.0.10'), offering([OID_NTLMSSP]))?.reason).toBe('server-offers-no-kerberos')
  })
})

describe('Kerberos that was refused', () => {
  const error = (frame: number, code: number | null = 37) => ({ ...at(frame), code, realm: null, serverName: null })
  const refused = (frame: number, rest: Partial<LogonFacts> = {}) =>
    session({
      status: 'failed',
      firstFrame: frame,
      logons: [logon({ ntStatus: null, answered: null, kerberos: kerberos({ error: error(frame) }), ...rest })],
    })

  it('in the same exchange', () => {
    const one = byNtlm({ kerberos: kerberos({ error: error(7) }) })
    expect(reasonOf(one)).toEqual({ reason: 'kerberos-refused', code: 37, ...at(7) })
  })

  it('in an earlier exchange of the connection, the last of several', () => {
    const others = [refused(5), refused(7), refused(6)]
    expect(reasonOf(byNtlm(), connection(), { others })).toEqual({ reason: 'kerberos-refused', code: 37, ...at(7) })
  })

  it('is no reason for a logon that came before it', () => {
    expect(reasonOf(byNtlm(), connection(), { others: [refused(40)] })?.reason).toBe('both-offer-kerberos')
  })

  it('is none where the exchange succeeded after all', () => {
    const others = [refused(7, { ntStatus: STATUS_SUCCESS, answered: at(9) })]
    expect(reasonOf(byNtlm(), connection(), { others })?.reason).toBe('both-offer-kerberos')
  })

  it('comes before all others', () => {
    const one = target('cifs/10.0.0.10')
    expect(reasonOf({ ...one, kerberos: kerberos({ error: error(7, null) }) })).toMatchObject({
      reason: 'kerberos-refused',
      code: null,
    })
  })
})

describe('what the client offers', () => {
  it('without Kerberos', () => {
    for (const offered of [[OID_NTLMSSP], [NEGOEX, OID_NTLMSSP], []])
      expect(reasonOf(byNtlm({ offered }))).toEqual({ reason: 'client-offers-no-kerberos', ...at(6) })
  })

  it('is not concluded from a list that was cut', () => {
    expect(reasonOf(byNtlm({ offered: [OID_NTLMSSP], offeredCut: true }))).toBeNull()
  })

  it('with Kerberos, as the server does', () => {
    expect(reasonOf(byNtlm())).toEqual({ reason: 'both-offer-kerberos', ...at(6) })
    expect(reasonOf(byNtlm({ offeredCut: true }))?.reason).toBe('both-offer-kerberos')
  })
})

it('SMB1 without extended security carries no ticket', () => {
  const old = (extendedSecurity: boolean | null) =>
    bareConnection({ smb1: smb1({ negotiateResponse: smb1Response({ extendedSecurity }) }) })
  const bare = byNtlm({ offered: [], offeredCut: true })
  expect(reasonOf(bare, old(false))).toEqual({ reason: 'no-extended-security', ...at(8) })
  expect(reasonOf(bare, old(true))).toBeNull()
  expect(reasonOf(bare, old(null))).toBeNull()
})

it('a logon whose AUTHENTICATE was not seen has no reason', () => {
  expect(reasonOf(byNtlm({ ntlm: null, offered: [OID_NTLMSSP] }))).toBeNull()
})
