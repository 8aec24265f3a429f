import { describe, expect, it } from 'vitest'
import { parseIoctlRequest, parseIoctlResponse } from '../../../dissectors/smb2/ioctl.ts'
import { parseNegotiateRequest } from '../../../dissectors/smb2/negotiate.ts'
import {
  parseValidateNegotiateInfoRequest,
  parseValidateNegotiateInfoResponse,
} from '../../../dissectors/smb2/validate-negotiate-info.ts'
import { ioctlRequestValidate, ioctlResponseValidate, negotiateRequest202 } from './fixtures.ts'

const ioctlRequest = parseIoctlRequest(ioctlRequestValidate)
const ioctlResponse = parseIoctlResponse(ioctlResponseValidate)
if (!ioctlRequest.ok || !ioctlResponse.ok) throw new Error('the fixtures are no IOCTL messages')
const { input } = ioctlRequest.value
const output = ioctlResponse.value.output ?? new Uint8Array()

describe('parseValidateNegotiateInfoRequest', () => {
  it('repeats the NEGOTIATE request of its connection', () => {
    const parsed = parseValidateNegotiateInfoRequest(input)
    expect(parsed).toEqual({
      ok: true,
      value: {
        capabilities: 0,
        guid: '00000000-0000-0000-0000-000000000000',
        securityMode: 1,
        dialects: [0x0202],
        anomalies: [],
      },
    })
    const negotiate = parseNegotiateRequest(negotiateRequest202)
    if (!parsed.ok || !negotiate.ok) throw new Error('not read')
    expect(parsed.value.dialects).toEqual(negotiate.value.dialects)
  })

  it('has no dialects where their list is longer than the buffer', () => {
    const tooMany = input.slice()
    tooMany[22] = 2
    expect(parseValidateNegotiateInfoRequest(tooMany)).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'Dialects', offset: 26 },
      partial: {
        capabilities: 0,
        guid: '00000000-0000-0000-0000-000000000000',
        securityMode: 1,
        anomalies: [],
      },
    })
  })

  it('keeps 64 dialects', () => {
    const many = new Uint8Array(24 + 2 * 100)
    many[22] = 100
    const parsed = parseValidateNegotiateInfoRequest(many)
    if (!parsed.ok) throw new Error('not read')
    expect(parsed.value.dialects).toHaveLength(64)
    expect(parsed.value.anomalies).toEqual(['too-many-dialects'])
  })
})

describe('parseValidateNegotiateInfoResponse', () => {
  it('reads the server’s side', () => {
    expect(parseValidateNegotiateInfoResponse(output)).toEqual({
      ok: true,
      value: {
        capabilities: 1,
        guid: '656c6966-7273-0076-0000-000000000000',
        securityMode: 1,
        dialect: 0x0202,
      },
    })
  })

  it('misses the dialect where the buffer ends before it', () => {
    expect(parseValidateNegotiateInfoResponse(output.subarray(0, 22))).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'Dialect', offset: 22 },
    })
  })
})
