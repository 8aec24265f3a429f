import { describe, expect, it } from 'vitest'
import {
  parseTreeConnectAndxRequest,
  parseTreeConnectAndxResponse,
} from '../../../dissectors/smb1/tree-connect-andx.ts'
import { bytes, patched } from '../../support/messages.ts'
import {
  sessionSetupResponseError,
  treeConnectRequestOem,
  treeConnectRequestUnicode,
  treeConnectResponseExtended,
  treeConnectResponseLanman,
  treeConnectResponseNt,
} from './fixtures.ts'

const WORD_COUNT = 32

describe('parseTreeConnectAndxRequest', () => {
  it('reads an OEM path', () => {
    expect(parseTreeConnectAndxRequest(treeConnectRequestOem, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        flags: 0x0c,
        passwordLength: 1,
        password: bytes('00'),
        path: '\\\\10.77.0.2\\FILES',
        service: '?????',
      },
    })
  })

  it('reads a UTF-16 path and, behind it, the service, which is always OEM', () => {
    expect(parseTreeConnectAndxRequest(treeConnectRequestUnicode, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        flags: 0x0c,
        passwordLength: 1,
        password: bytes('00'),
        path: '\\\\10.77.0.2\\IPC$',
        service: 'IPC',
      },
    })
  })

  it('has four words', () => {
    expect(parseTreeConnectAndxRequest(patched(treeConnectRequestOem, { 32: '03' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'unsupported', field: 'WordCount', offset: 32 },
    })
  })
})

describe('parseTreeConnectAndxResponse', () => {
  it.each([
    ['LANMAN', treeConnectResponseLanman, [null, null, null, 'A:', null]],
    ['NT', treeConnectResponseNt, [1, null, null, 'A:', 'NTFS']],
    ['extended', treeConnectResponseExtended, [1, 0x1ff, 0x1ff, 'IPC', '']],
    ['error', sessionSetupResponseError, [null, null, null, null, null]],
  ])('reads the %s form', (_, message, expected) => {
    const [optionalSupport, maximalShareAccessRights, guestMaximalShareAccessRights, service, nativeFileSystem] =
      expected
    expect(parseTreeConnectAndxResponse(message, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        optionalSupport,
        maximalShareAccessRights,
        guestMaximalShareAccessRights,
        service,
        nativeFileSystem,
      },
    })
  })

  it('rejects other forms', () => {
    expect(parseTreeConnectAndxResponse(patched(treeConnectResponseNt, { 32: '04' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'unsupported', field: 'WordCount', offset: 32 },
    })
  })
})
