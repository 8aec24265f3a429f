import { expect, it } from 'vitest'
import { encryptionUnsupported } from '../../../src/audit/rules/encryption-unsupported.ts'
import type { ConnectionFacts } from '../../../src/ledger/smb-facts.ts'
import {
  at,
  bareConnection,
  connection,
  ledger,
  negotiateRequest,
  negotiateResponse,
  smb1,
} from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

type Request = Parameters<typeof negotiateRequest>[0]
type Response = Parameters<typeof negotiateResponse>[0]

/** SMB2_GLOBAL_CAP_ENCRYPTION is 0x40. */
const agreed = (response: Response, request: Request | null = {}, rest: Partial<ConnectionFacts> = {}) => {
  const { client: _, server: __, ...others } = rest
  return connection({
    negotiateRequest: request === null ? null : negotiateRequest(request),
    negotiateResponse: negotiateResponse(response),
    ...others,
  })
}
const none = { cipher: null }

describeRule(encryptionUnsupported, {
  fires: [
    {
      when: '3.1.1, and the server answers without a cipher context',
      ledger: ledger([agreed(none)]),
      severity: 'info',
      says: ['10.0.0.10 and 10.0.0.5 agreed on SMB 3.1.1 and on no cipher; the client offered encryption.'],
      frames: [4, 5],
    },
    {
      when: '3.1.1, and the two have no cipher in common',
      ledger: ledger([agreed({ cipher: 0 })]),
      severity: 'info',
      says: ['they have no cipher in common.'],
      frames: [4, 5],
    },
    ...[null, [], [0]].map((ciphers) => ({
      when: `3.1.1, and the client offers ${JSON.stringify(ciphers)}`,
      ledger: ledger([agreed(none, { ciphers })]),
      severity: 'info' as const,
      says: ['; the client offered no encryption.'],
    })),
    {
      when: '3.1.1, and the contexts of the client were cut',
      ledger: ledger([agreed(none, { ciphers: null, contextsCut: true })]),
      severity: 'info',
      says: ['what ciphers the client offers was not captured.'],
      frames: [5],
    },
    {
      when: '3.1.1, and the request was not seen',
      ledger: ledger([agreed(none, null)]),
      severity: 'info',
      says: ['what the client offered was not seen.'],
      frames: [5],
    },
    {
      when: '3.1.1, and the contexts of the server were cut behind a cipher of 0',
      ledger: ledger([agreed({ cipher: 0, contextsCut: true })]),
      severity: 'info',
    },
    ...[0x0300, 0x0302].map((dialect) => ({
      when: `${dialect.toString(16)}, and the server does not answer the capability of the client`,
      ledger: ledger([agreed({ dialect, cipher: null, capabilities: 0x2f }, { capabilities: 0x7f })]),
      severity: 'info' as const,
      says: ['the client offered encryption.'],
      frames: [4, 5],
    })),
    {
      when: '3.0, and the client has not the capability',
      ledger: ledger([agreed({ dialect: 0x0300, cipher: null, capabilities: 0x2f }, { capabilities: 0x3f })]),
      severity: 'info',
      says: ['the client offered no encryption.'],
    },
    {
      when: '3.0, and the capabilities of the client were cut',
      ledger: ledger([agreed({ dialect: 0x0300, cipher: null, capabilities: 0x2f }, { capabilities: null })]),
      severity: 'info',
      says: ['what ciphers the client offers was not captured.'],
    },
    {
      when: 'a program encrypts without an agreement',
      ledger: ledger([agreed(none, { ciphers: null }, { firstTransform: at(20) })]),
      severity: 'info',
      says: ['the client offered no encryption, and messages are encrypted all the same.'],
      frames: [4, 5, 20],
    },
    {
      when: '3.1.1 with the capability bit, which counts at 3.0 only',
      ledger: ledger([agreed({ cipher: null, capabilities: 0x6f })]),
      severity: 'info',
    },
  ],
  silent: [
    ...[0x0300, 0x0302].map((dialect) => ({
      when: `${dialect.toString(16)} with the capability on both sides`,
      ledger: ledger([agreed({ dialect, cipher: null, capabilities: 0x6f })]),
    })),
    {
      when: '3.1.1 with a cipher and without the capability bit',
      ledger: ledger([agreed({ cipher: 4, capabilities: 0 })]),
    },
    { when: 'the contexts of the server were cut', ledger: ledger([agreed({ cipher: null, contextsCut: true })]) },
    {
      when: 'the capabilities of the server were cut',
      ledger: ledger([agreed({ dialect: 0x0302, cipher: null, capabilities: null })]),
    },
    { when: 'the answer was not seen', ledger: ledger([bareConnection({ negotiateRequest: negotiateRequest() })]) },
    ...[0x0202, 0x0210, 0x02ff, 0xbeef].map((dialect) => ({
      when: `the dialect is 0x${dialect.toString(16)}`,
      ledger: ledger([agreed({ dialect, cipher: null, capabilities: 0 })]),
    })),
    { when: 'it is SMB1', ledger: ledger([bareConnection({ smb1: smb1() })]) },
    {
      when: 'the connection begins before the capture',
      ledger: ledger([bareConnection({ state: 'midstream', firstTransform: at(1) })]),
    },
  ],
})

it('encryption-unsupported counts by the side that stands in the way', () => {
  const on = (client: string, server: string, response: Response, request: Request) =>
    connection({
      client,
      server,
      negotiateRequest: negotiateRequest(request),
      negotiateResponse: negotiateResponse(response),
    })
  const found = findings(
    encryptionUnsupported,
    ledger([
      on('10.0.0.5', '10.0.0.10', none, {}),
      on('10.0.0.6', '10.0.0.10', none, {}),
      on('10.0.0.7', '10.0.0.10', none, { ciphers: null }),
      on('10.0.0.7', '10.0.0.11', none, { ciphers: null }),
    ]),
  )
  expect(found.map(({ client, server, count, remediations }) => [client?.ip, server?.ip, count, remediations])).toEqual(
    [
      ['10.0.0.7', undefined, 2, ['client']],
      [undefined, '10.0.0.10', 2, ['server']],
    ],
  )
})
