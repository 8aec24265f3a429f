import { describe, expect, it } from 'vitest'
import { parseTreeConnectRequest, parseTreeConnectResponse } from '../../../dissectors/smb2/tree-connect.ts'
import { bytes, patched } from '../../support/messages.ts'
import { sessionSetupResponseFailure, treeConnectRequest, treeConnectResponseEncrypt } from './fixtures.ts'

const HEADER = treeConnectRequest.subarray(0, 64)
const FLAGS = 66
const PATH_OFFSET = 68

describe('parseTreeConnectRequest', () => {
  it('reads the path', () => {
    expect(parseTreeConnectRequest(treeConnectRequest)).toEqual({
      ok: true,
      value: { flags: 0, path: '\\\\10.77.0.2\\IPC$', treeConnectContextCount: null, anomalies: [] },
    })
  })

  it('finds the path behind an extension', () => {
    const path = '5c005c0073005c0078 00'
    const body = `0900 0400 5800 0a00  28000000 0100 ${'00'.repeat(10)} ${path}  000000000000 0100 0000 00000000`
    const message = Uint8Array.from([...HEADER, ...bytes(body)])
    expect(parseTreeConnectRequest(message)).toEqual({
      ok: true,
      value: { flags: 4, path: '\\\\s\\x', treeConnectContextCount: 1, anomalies: [] },
    })
  })

  it('does not read reserved flags before 3.1.1 as an extension if the message is too short for one', () => {
    expect(parseTreeConnectRequest(patched(treeConnectRequest, { [FLAGS]: 'ffff' }))).toEqual({
      ok: true,
      value: {
        flags: 0xffff,
        path: '\\\\10.77.0.2\\IPC$',
        treeConnectContextCount: null,
        anomalies: ['no-room-for-extension'],
      },
    })
  })

  it('does not look for a path where the offset does not point', () => {
    expect(parseTreeConnectRequest(patched(treeConnectRequest, { [PATH_OFFSET]: '6000' }))).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'PathName', offset: 0x60 },
      partial: { flags: 0, anomalies: [] },
    })
  })
})

describe('parseTreeConnectResponse', () => {
  it('reads a share that requires encryption', () => {
    expect(parseTreeConnectResponse(treeConnectResponseEncrypt)).toEqual({
      ok: true,
      value: {
        shareType: 1,
        shareFlags: 0x8000,
        encryptData: true,
        capabilities: 0,
        maximalAccess: 0x001f01ff,
        error: null,
      },
    })
  })

  it('reads an ERROR response as one', () => {
    expect(parseTreeConnectResponse(sessionSetupResponseFailure)).toEqual({
      ok: true,
      value: {
        shareType: null,
        shareFlags: null,
        encryptData: null,
        capabilities: null,
        maximalAccess: null,
        error: { errorContextCount: 0, errorData: new Uint8Array() },
      },
    })
  })

  it('refuses any other body', () => {
    expect(parseTreeConnectResponse(treeConnectRequest.subarray(0, 66))).toMatchObject({ ok: false })
    expect(parseTreeConnectResponse(patched(treeConnectResponseEncrypt, { 64: '11' }))).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'StructureSize', offset: 64 },
      partial: {},
    })
  })
})
