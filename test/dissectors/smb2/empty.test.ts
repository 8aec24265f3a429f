import { describe, expect, it } from 'vitest'
import { parseLogoffRequest, parseLogoffResponse } from '../../../dissectors/smb2/logoff.ts'
import { parseTreeDisconnectRequest, parseTreeDisconnectResponse } from '../../../dissectors/smb2/tree-disconnect.ts'
import { patched } from '../../support/messages.ts'
import {
  ioctlResponseError,
  logoffRequest,
  logoffResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from './fixtures.ts'

describe.each([
  ['LOGOFF', parseLogoffRequest, logoffRequest, parseLogoffResponse, logoffResponse],
  [
    'TREE_DISCONNECT',
    parseTreeDisconnectRequest,
    treeDisconnectRequest,
    parseTreeDisconnectResponse,
    treeDisconnectResponse,
  ],
])('%s', (_, parseRequest, request, parseResponse, response) => {
  it('has nothing in it', () => {
    expect(parseRequest(request)).toEqual({ ok: true, value: {} })
    expect(parseResponse(response)).toEqual({ ok: true, value: { error: null } })
  })

  it('may be refused', () => {
    expect(parseResponse(ioctlResponseError)).toEqual({
      ok: true,
      value: { error: { errorContextCount: 0, errorData: new Uint8Array() } },
    })
  })

  it('has its own StructureSize', () => {
    const fault = { kind: 'malformed', field: 'StructureSize', offset: 64 }
    expect(parseRequest(patched(request, { 64: '09' }))).toMatchObject({ ok: false, fault })
    expect(parseResponse(patched(response, { 64: '05' }))).toMatchObject({ ok: false, fault })
  })
})
