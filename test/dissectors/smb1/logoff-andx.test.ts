import { describe, expect, it } from 'vitest'
import { parseLogoffAndxRequest, parseLogoffAndxResponse } from '../../../dissectors/smb1/logoff-andx.ts'
import { patched } from '../../support/messages.ts'
import { logoffRequest, logoffResponse, logoffResponseError } from './fixtures.ts'

const WORD_COUNT = 32

describe('LOGOFF_ANDX', () => {
  it('has nothing in it', () => {
    expect(parseLogoffAndxRequest(logoffRequest, WORD_COUNT)).toEqual({ ok: true, value: {} })
    expect(parseLogoffAndxResponse(logoffResponse, WORD_COUNT)).toEqual({ ok: true, value: {} })
    expect(parseLogoffAndxResponse(logoffResponseError, WORD_COUNT)).toEqual({ ok: true, value: {} })
  })

  it('has two words', () => {
    const fault = { kind: 'unsupported', field: 'WordCount', offset: 32 }
    expect(parseLogoffAndxRequest(patched(logoffRequest, { 32: '00' }), WORD_COUNT)).toMatchObject({ ok: false, fault })
    expect(parseLogoffAndxResponse(patched(logoffResponse, { 32: '01' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault,
    })
  })
})
