import { describe, expect, it } from 'vitest'
import {
  at,
  bareConnection,
  connection,
  ledger,
  session,
  smb1,
  smb1Request,
  smb1Response,
} from '../../support/facts.ts'
import { pairRows, rowsOf, verdicts } from '../../support/readiness.ts'

const BOTH = smb1Request(['NT LM 0.12', 'SMB 2.002', 'SMB 2.???'])
const chosen = (request: ReturnType<typeof smb1Request>) =>
  bareConnection({ smb1: smb1({ negotiateRequest: request, negotiateResponse: smb1Response({ dialectIndex: 0 }) }) })

describe('remove-smb1', () => {
  it('is ready where SMB2 was agreed on', () => {
    expect(verdicts(pairRows('remove-smb1', connection()))).toEqual(['ready negotiated-smb2'])
  })

  it('breaks for a client that offers nothing newer', () => {
    const [row] = pairRows('remove-smb1', bareConnection({ smb1: smb1() }))
    expect(row).toMatchObject({ state: 'breaks', reason: 'client-offers-smb1-only' })
    expect(row!.evidence.map(({ frame }) => frame)).toEqual([5, 4])
  })

  it('breaks where the server chose SMB1 though SMB2 was offered', () => {
    expect(verdicts(pairRows('remove-smb1', chosen(BOTH)))).toEqual(['breaks server-chose-smb1'])
  })

  it('is ready where that server answers in SMB2 elsewhere, and cites both', () => {
    const elsewhere = connection({ client: '10.0.0.9', firstFrame: 200, negotiateRequest: null })
    const facts = ledger([chosen(BOTH), elsewhere])
    const [row] = rowsOf('remove-smb1', facts).filter(({ client }) => client === '10.0.0.5')
    expect(row).toMatchObject({ state: 'ready', reason: 'both-speak-smb2' })
    expect(row!.evidence).toHaveLength(3)
  })

  it('does not know what a client can do whose offer was not seen, or only in part', () => {
    const used = smb1({ negotiateRequest: null, negotiateResponse: null, firstUse: { ...at(9), command: 0x25 } })
    const midstream = bareConnection({ state: 'midstream', smb1: used })
    expect(verdicts(pairRows('remove-smb1', midstream))).toEqual(['not-observed offer-not-seen'])
    const cut = chosen(smb1Request(['NT LM 0.12'], { dialectsCut: true }))
    expect(verdicts(pairRows('remove-smb1', cut))).toEqual(['not-observed offer-not-seen'])
  })

  it('takes SMB1 that was offered and not chosen for nothing', () => {
    const on = connection({ smb1: smb1({ negotiateRequest: BOTH, negotiateResponse: null }) })
    expect(verdicts(pairRows('remove-smb1', on))).toEqual(['ready negotiated-smb2'])
  })

  it('is credited where a server refuses the dialects of SMB1', () => {
    const refusal = smb1({ negotiateResponse: smb1Response({ dialectIndex: 0xffff, dialect: null }) })
    expect(verdicts(pairRows('remove-smb1', bareConnection({ smb1: refusal })))).toEqual(['breaks refused-today'])
  })

  it('is ready in the middle of a session of SMB2', () => {
    const on = bareConnection({ state: 'midstream', firstSmb2: at(1) })
    const unknown = session({ on, status: 'unknown', guest: null, anonymous: null })
    expect(verdicts(pairRows('remove-smb1', on, [unknown]))).toEqual(['ready speaks-smb2'])
  })
})
