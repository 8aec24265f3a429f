import { describe, expect, it } from 'vitest'
import { parseErrorResponse } from '../../../dissectors/smb2/error.ts'
import { bytes, patched } from '../../support/messages.ts'
import { errorWithoutByte, ioctlResponseError } from './fixtures.ts'

describe('parseErrorResponse', () => {
  it('reads one with the padding byte for no data, and one without', () => {
    const empty = { ok: true, value: { errorContextCount: 0, errorData: new Uint8Array() } }
    expect(parseErrorResponse(ioctlResponseError)).toEqual(empty)
    expect(parseErrorResponse(errorWithoutByte)).toEqual(empty)
  })

  it('reads the data, and how many contexts it holds', () => {
    const context = '0800 0000 00000000 aabbccdd 00000000'
    const message = Uint8Array.from([...errorWithoutByte.subarray(0, 64), ...bytes(`0900 01 00 10000000 ${context}`)])
    expect(parseErrorResponse(message)).toEqual({
      ok: true,
      value: { errorContextCount: 1, errorData: bytes(context) },
    })
  })

  it('finds data beyond the message malformed', () => {
    expect(parseErrorResponse(patched(ioctlResponseError, { 68: 'ffffffff' }))).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'ErrorData', offset: 72 },
    })
  })
})
