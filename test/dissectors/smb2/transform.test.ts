import { describe, expect, it } from 'vitest'
import { hex64, u32le } from '../../../dissectors/bytes.ts'
import { parseTransformHeader, TRANSFORM_SESSION_ID } from '../../../dissectors/smb2/transform.ts'
import { bytes, patched } from '../../support/messages.ts'
import { negotiateRequest202, transform } from './fixtures.ts'

describe('parseTransformHeader', () => {
  it('reads the header', () => {
    expect(parseTransformHeader(transform)).toEqual({
      ok: true,
      value: {
        signature: bytes('66c2b5f5277e8de19e980f40f6a60558'),
        nonce: bytes('070000000000000004ff395a00000000'),
        originalMessageSize: 68,
        flags: 1,
        sessionId: 0x6a6eaf25n,
        anomalies: [],
      },
    })
  })

  it('has the session where it is read in place', () => {
    const low = u32le(transform, TRANSFORM_SESSION_ID)
    const high = u32le(transform, TRANSFORM_SESSION_ID + 4)
    expect(hex64(low, high)).toBe('0x000000006a6eaf25')
  })

  it('needs no more than the header', () => {
    expect(parseTransformHeader(transform.subarray(0, 52), transform.length)).toMatchObject({ ok: true })
  })

  it('names a size that is not that of the message, and invalid flags', () => {
    expect(parseTransformHeader(patched(transform, { 36: 'ffffffff', 42: '0200' }))).toMatchObject({
      ok: true,
      value: { originalMessageSize: 0xffffffff, flags: 2, anomalies: ['unknown-flags', 'size-mismatch'] },
    })
  })

  it('reads nothing else as a transform', () => {
    expect(parseTransformHeader(negotiateRequest202)).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'ProtocolId', offset: 0 },
      partial: { anomalies: [] },
    })
  })
})
