import { describe, expect, it } from 'vitest'
import { parseTreeConnectRequest, parseTreeConnectResponse } from '../../../dissectors/smb1/tree-connect.ts'
import { ascii, concat } from '../../support/der-builder.ts'
import { smb1, treeConnectBytes } from '../../support/smb1.ts'

const request = (bytes: Uint8Array) => parseTreeConnectRequest(smb1({ command: 0x70, bytes }), 32)
const response24 = Uint8Array.from({ length: 24 }, (_, i) => (i * 37) % 256)

describe('TREE_CONNECT request', () => {
  it('has path, password and service', () => {
    expect(request(treeConnectBytes('\\\\SRV\\C', ascii('secret'), 'A:'))).toEqual({
      ok: true,
      value: { path: '\\\\SRV\\C', passwordLength: 6, password: ascii('secret'), service: 'A:' },
    })
  })

  it('may have no password', () => {
    const none = request(treeConnectBytes('\\\\SRV\\C', new Uint8Array(0), '?????'))
    expect(none).toMatchObject({ value: { passwordLength: 0, service: '?????' } })
  })

  it.each([
    ['without a NUL behind it', treeConnectBytes('S', response24, 'A:').filter((_, i) => i !== 28)],
    ['with one', treeConnectBytes('S', response24, 'A:')],
  ])('takes 24 bytes with NULs among them for a response, %s', (_, bytes) => {
    expect(response24).toContain(0)
    expect(request(bytes)).toMatchObject({ value: { passwordLength: 24, password: response24, service: 'A:' } })
  })

  it.each([
    ['no BufferFormat', concat(ascii('path'), Uint8Array.of(0)), 'BufferFormat'],
    ['nothing', new Uint8Array(0), 'BufferFormat'],
    ['no end of the password', concat(Uint8Array.of(4, 0x41, 0, 4), ascii('secret')), 'Password'],
  ])('is malformed with %s', (_, bytes, field) => {
    expect(request(bytes)).toMatchObject({ ok: false, fault: { kind: 'malformed', field } })
  })
})

describe('TREE_CONNECT response', () => {
  it('gives the TID', () => {
    const message = smb1({ command: 0x70, response: true, words: Uint8Array.of(0, 16, 7, 0) })
    expect(parseTreeConnectResponse(message, 32)).toEqual({ ok: true, value: { maxBufferSize: 4096, tid: 7 } })
  })

  it('has none in an error answer', () => {
    const message = smb1({ command: 0x70, response: true, status: 0x00020002 })
    expect(parseTreeConnectResponse(message, 32)).toEqual({ ok: true, value: { maxBufferSize: null, tid: null } })
  })
})
