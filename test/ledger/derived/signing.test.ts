import { describe, expect, it } from 'vitest'
import { chosenDialect } from '../../../src/ledger/derived/dialect.ts'
import {
  clientSigning,
  finalServerSigning,
  serverSigning,
  sessionClientSigning,
} from '../../../src/ledger/derived/signing.ts'
import { strongerMode, weakerMode } from '../../../src/ledger/derived/signing-mode.ts'
import {
  at,
  bareConnection,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Request,
  smb1Response,
} from '../../support/facts.ts'

const REQUIRED_SMB2 = 0x03
const ENABLED_SMB2 = 0x01
const ENABLED_SMB1 = 0x07

const smb2Answer = (frame: number) => negotiateResponse({ ...at(frame), dialect: 0x0302, securityMode: REQUIRED_SMB2 })

const smb1Answer = (frame: number, overrides: Parameters<typeof smb1Response>[0] = {}) =>
  smb1({
    negotiateRequest: smb1Request(['NT LM 0.12', 'SMB 2.002']),
    negotiateResponse: smb1Response({
      ...at(frame),
      dialectIndex: 0,
      dialect: 'NT LM 0.12',
      securityMode: ENABLED_SMB1,
      ...overrides,
    }),
  })

describe('what a server says about signing', () => {
  it.each([
    ['an SMB2 response', { negotiateResponse: smb2Answer(5) }, 'required', 5, '3.0.2'],
    ['an SMB1 response that chooses SMB1', { smb1: smb1Answer(5) }, 'enabled', 5, 'NT LM 0.12'],
    [
      'the first of two that choose, SMB1',
      { smb1: smb1Answer(5), negotiateResponse: smb2Answer(7) },
      'enabled',
      5,
      'NT LM 0.12',
    ],
    [
      'the first of two that choose, SMB2',
      { smb1: smb1Answer(7), negotiateResponse: smb2Answer(5) },
      'required',
      5,
      '3.0.2',
    ],
    [
      'the SMB2 response where the SMB1 one chose nothing',
      { smb1: smb1Answer(5, { dialectIndex: 0xffff, dialect: null }), negotiateResponse: smb2Answer(7) },
      'required',
      7,
      '3.0.2',
    ],
    [
      'the SMB2 response where the SMB1 one chose SMB2',
      { smb1: smb1Answer(5, { dialectIndex: 1, dialect: 'SMB 2.002' }), negotiateResponse: smb2Answer(7) },
      'required',
      7,
      '3.0.2',
    ],
  ] as const)('is in %s', (_, facts, mode, frame, dialect) => {
    const connection = bareConnection(facts)
    expect(serverSigning(connection)).toMatchObject({ mode, at: { frame } })
    expect(finalServerSigning(connection)).toEqual(serverSigning(connection))
    expect(chosenDialect(connection)).toBe(dialect)
  })

  it.each([
    ['nothing was seen', {}],
    ['the only response chose nothing', { smb1: smb1Answer(5, { dialectIndex: 0xffff, dialect: null }) }],
    ['its SecurityMode was cut off', { smb1: smb1Answer(5, { securityMode: null }) }],
  ] as const)('is not known where %s', (_, facts) => {
    expect(serverSigning(bareConnection(facts))).toBeNull()
  })
})

it('a server that chooses SMB2 in SMB1 states its signing policy, but not in the response that counts', () => {
  const connection = bareConnection({ smb1: smb1Answer(5, { dialectIndex: 1, dialect: 'SMB 2.002' }) })
  expect(serverSigning(connection)).toMatchObject({ mode: 'enabled', at: { frame: 5 } })
  expect(finalServerSigning(connection)).toBeNull()
})

describe('what a client says about signing', () => {
  const asks = bareConnection({ negotiateRequest: negotiateRequest({ securityMode: ENABLED_SMB2 }) })

  it('is in its NEGOTIATE, and one session may require more', () => {
    expect(clientSigning(asks)).toBe('enabled')
    expect(sessionClientSigning(asks, session({ setupSigning: 'none' }))).toBe('enabled')
    expect(sessionClientSigning(asks, session({ setupSigning: 'required' }))).toBe('required')
  })

  it('is in its session setup where NEGOTIATE was not captured', () => {
    expect(sessionClientSigning(bareConnection(), session({ setupSigning: 'enabled' }))).toBe('enabled')
    expect(sessionClientSigning(bareConnection(), session({ setupSigning: null }))).toBeNull()
  })

  it('is not known of an SMB1 client that sets neither flag', () => {
    const quiet = bareConnection({ smb1: smb1({ clientSigning: 'none' }) })
    expect(clientSigning(quiet)).toBeNull()
    expect(sessionClientSigning(quiet, session({ family: 'smb1', setupSigning: 'none' }))).toBeNull()
    expect(sessionClientSigning(quiet, session({ family: 'smb1', setupSigning: 'enabled' }))).toBe('enabled')
  })
})

it('the stronger and the weaker of two modes', () => {
  expect(strongerMode('enabled', 'required')).toBe('required')
  expect(strongerMode('enabled', 'none')).toBe('enabled')
  expect(strongerMode('none', null)).toBe('none')
  expect(weakerMode('enabled', 'required')).toBe('enabled')
  expect(weakerMode('none', 'enabled')).toBe('none')
  expect(weakerMode(null, 'required')).toBe('required')
})
