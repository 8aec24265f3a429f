import { describe, expect, it } from 'vitest'
import { FSCTL_VALIDATE_NEGOTIATE_INFO, parseIoctlRequest, parseIoctlResponse } from '../../../dissectors/smb2/ioctl.ts'
import { bytes, patched } from '../../support/messages.ts'
import { ioctlRequestValidate, ioctlResponseError, ioctlResponsePending, ioctlResponseValidate } from './fixtures.ts'

const NO_FILE = bytes('ff'.repeat(16))
const INPUT_OFFSET = 64 + 24
const OUTPUT_OFFSET = 64 + 36

const ERROR = {
  ok: true,
  value: {
    ctlCode: null,
    fileId: null,
    flags: null,
    input: null,
    output: null,
    error: { errorContextCount: 0, errorData: new Uint8Array() },
    anomalies: [],
  },
}

describe('parseIoctlRequest', () => {
  it('reads its buffers by their offsets', () => {
    expect(parseIoctlRequest(ioctlRequestValidate)).toEqual({
      ok: true,
      value: {
        ctlCode: FSCTL_VALIDATE_NEGOTIATE_INFO,
        fileId: NO_FILE,
        maxInputResponse: 0,
        maxOutputResponse: 24,
        flags: 1,
        input: ioctlRequestValidate.subarray(120),
        output: new Uint8Array(),
        anomalies: [],
      },
    })
  })

  it('keeps what it is about where the buffer was not captured', () => {
    expect(parseIoctlRequest(ioctlRequestValidate.subarray(0, 128), 146)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'Input', offset: 120 },
      partial: {
        ctlCode: FSCTL_VALIDATE_NEGOTIATE_INFO,
        fileId: NO_FILE,
        maxInputResponse: 0,
        maxOutputResponse: 24,
        flags: 1,
        anomalies: [],
      },
    })
  })

  it('finds a buffer of 4 GB malformed, and makes nothing of its size', () => {
    const huge = patched(ioctlRequestValidate, { [INPUT_OFFSET]: 'ffffffffffffffff' })
    expect(parseIoctlRequest(huge)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'Input', offset: 0xffffffff },
    })
  })

  it('names both buffers where they overlap its fields', () => {
    const overlapping = patched(ioctlRequestValidate, {
      [INPUT_OFFSET]: '00000000 04000000',
      [OUTPUT_OFFSET]: '40000000 02000000',
    })
    expect(parseIoctlRequest(overlapping)).toMatchObject({
      ok: true,
      value: {
        input: bytes('fe534d42'),
        output: bytes('3900'),
        anomalies: ['buffer-overlaps-fields', 'buffer-overlaps-fields'],
      },
    })
  })
})

describe('parseIoctlResponse', () => {
  it('reads its buffers by their offsets', () => {
    expect(parseIoctlResponse(ioctlResponseValidate)).toEqual({
      ok: true,
      value: {
        ctlCode: FSCTL_VALIDATE_NEGOTIATE_INFO,
        fileId: NO_FILE,
        flags: 0,
        input: new Uint8Array(),
        output: ioctlResponseValidate.subarray(112),
        error: null,
        anomalies: [],
      },
    })
  })

  it('reads an ERROR response as one, and an interim answer too', () => {
    expect(parseIoctlResponse(ioctlResponseError)).toEqual(ERROR)
    expect(parseIoctlResponse(ioctlResponsePending)).toEqual(ERROR)
  })
})
