/** What describeMessage says of messages whose every byte is known. */
import { describe, expect, it } from 'vitest'
import { describeMessage } from '../../src/inspect/describe.ts'
import { allFields, type Field } from '../../src/inspect/field/field.ts'
import * as blobs from '../dissectors/auth/fixtures.ts'
import * as smb1 from '../dissectors/smb1/fixtures.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { smb2 as smb2Message } from '../support/conversation.ts'
import { bytes, patched, sessionSetup } from '../support/messages.ts'
import { smb1 as smb1Message, treeConnectBytes } from '../support/smb1.ts'

/** "Name start-end value" of every field. */
function lines(message: Uint8Array, wireLength?: number): string[] {
  return [...allFields(describeMessage(message, wireLength))].map(({ name, value, start, end }) =>
    `${name} ${start}-${end} ${value}`.trimEnd(),
  )
}

function field(message: Uint8Array, name: string, wireLength?: number): Field | undefined {
  return [...allFields(describeMessage(message, wireLength))].find((each) => each.name === name)
}

describe('SMB2', () => {
  it('reads the header, and says flags and status by name', () => {
    const said = lines(smb2.sessionSetupResponseGuest)
    expect(said).toEqual(
      expect.arrayContaining(['Command 12-14 0x0001 (SESSION_SETUP)', 'Status 8-12 0x00000000 (STATUS_SUCCESS)']),
    )
    expect(field(smb2.sessionSetupResponseGuest, 'Flags')!.value).toContain('SERVER_TO_REDIR')
    expect(field(smb2.sessionSetupResponseGuest, 'SessionFlags')).toMatchObject({
      value: '0x0001 (IS_GUEST)',
      start: 66,
      end: 68,
    })
    expect(field(smb2.sessionSetupResponseNull, 'SessionFlags')!.value).toBe('0x0002 (IS_NULL)')
    expect(field(smb2.sessionSetupResponseEncrypt, 'SessionFlags')!.value).toContain('ENCRYPT_DATA')
  })

  it('reads NEGOTIATE with its contexts', () => {
    const said = lines(smb2.negotiateRequest311)
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Dialects 100-\d+ .*0x0311 \(3\.1\.1\)/),
        expect.stringMatching(/^ContextType .* 0x0001 \(SMB2_PREAUTH_INTEGRITY_CAPABILITIES\)/),
        expect.stringMatching(/^HashAlgorithm .* 0x0001 \(SHA-512\)/),
        expect.stringMatching(/^Cipher .* 0x0002 \(AES-128-GCM\)/),
      ]),
    )
    expect(lines(smb2.negotiateRequest202)).toEqual(expect.arrayContaining(['ClientStartTime 92-100 0']))
    expect(field(smb2.negotiateResponse302, 'DialectRevision')).toMatchObject({
      value: '0x0302 (3.0.2)',
      start: 68,
      end: 70,
    })
    expect(field(smb2.negotiateResponse302, 'SecurityMode')!.value).toMatch(/SIGNING_ENABLED/)
  })

  it('distinguishes an ERROR response from the command’s own', () => {
    expect(lines(smb2.sessionSetupResponseFailure)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ERROR response/)]),
    )
    expect(lines(smb2.ioctlResponseError)).toEqual(expect.arrayContaining([expect.stringMatching(/^ERROR response/)]))
    expect(lines(smb2.sessionSetupResponseMore).some((line) => line.startsWith('ERROR'))).toBe(false)
    expect(lines(smb2.logoffResponse).some((line) => line.startsWith('ERROR'))).toBe(false)
  })

  it('reads TREE_CONNECT and VALIDATE_NEGOTIATE_INFO', () => {
    expect(field(smb2.treeConnectRequest, 'PathName')!.value).toMatch(/^\\\\/)
    expect(field(smb2.treeConnectResponseEncrypt, 'ShareFlags')!.value).toContain('ENCRYPT_DATA')
    expect(field(smb2.treeConnectResponseEncrypt, 'ShareType')!.value).toBe('0x01 (DISK)')
    const input = field(smb2.ioctlRequestValidate, 'Input')!
    expect(input.children.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Capabilities', 'Guid', 'SecurityMode', 'DialectCount', 'Dialect']),
    )
    expect(field(smb2.ioctlResponseValidate, 'Output')!.children.at(-1)!.name).toBe('Dialect')
  })

  it('names one of the caching modes of a share, not all three', () => {
    const at = 64 + 4
    const noCaching = patched(smb2.treeConnectResponseEncrypt, { [at]: '30000000' })
    expect(field(noCaching, 'ShareFlags')!.value).toBe('0x00000030 (NO_CACHING)')
    const automatic = patched(smb2.treeConnectResponseEncrypt, { [at]: '10000000' })
    expect(field(automatic, 'ShareFlags')!.value).toBe('0x00000010 (AUTO_CACHING)')
  })

  it('reads the elements of a compound, and the prefix before them', () => {
    const first = patched(smb2.treeConnectRequest, {})
    const padded = new Uint8Array((first.length + 7) & ~7)
    padded.set(first)
    new DataView(padded.buffer).setUint32(20, padded.length, true)
    const both = Uint8Array.of(0, 0, 0, padded.length + smb2.logoffRequest.length, ...padded, ...smb2.logoffRequest)
    const fields = describeMessage(both)
    expect(fields.map(({ name, start, end }) => `${name} ${start}-${end}`)).toEqual([
      'NetBIOS session service 0-4',
      `SMB2 4-${4 + padded.length}`,
      `SMB2 ${4 + padded.length}-${both.length}`,
    ])
    expect(fields[2]!.children[0]).toMatchObject({
      name: 'SMB2 header',
      value: 'LOGOFF request',
      start: 4 + padded.length,
    })
  })

  it('reads the headers of encrypted and compressed messages', () => {
    expect(lines(smb2.transform)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^SMB2 TRANSFORM_HEADER 0-52/)]),
    )
    const compressed = Uint8Array.of(0xfc, 0x53, 0x4d, 0x42, 32, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 9, 9)
    expect(lines(compressed)).toEqual(
      expect.arrayContaining([
        'CompressionAlgorithm 8-10 0x0002 (LZ77)',
        'Uncompressed data 16-20 01020304',
        'Compressed data 20-22 0909',
      ]),
    )
  })
})

describe('SMB1', () => {
  it('reads NEGOTIATE both ways', () => {
    const request = lines(smb1.negotiateRequest)
    expect(request.filter((line) => line.startsWith('DialectString')).length).toBeGreaterThan(1)
    expect(field(smb1.negotiateResponseRefused, 'DialectIndex')).toMatchObject({
      value: '0xFFFF (none)',
      start: 33,
      end: 35,
    })
    expect(field(smb1.negotiateResponseNt, 'SecurityMode')).toMatchObject({ start: 35, end: 36 })
    expect(field(smb1.negotiateResponseLanman, 'SecurityMode')).toMatchObject({ start: 35, end: 37 })
    expect(field(smb1.negotiateResponseExtended, 'Capabilities')!.value).toContain('EXTENDED_SECURITY')
    expect(field(smb1.negotiateResponseExtended, 'ServerGUID')!.value).toMatch(/^[0-9a-f]{8}-/)
  })

  it('reads SESSION_SETUP_ANDX in all forms', () => {
    expect(field(smb1.sessionSetupRequestLanman, 'PasswordLength')).toMatchObject({ start: 47, end: 49 })
    expect(field(smb1.sessionSetupRequestNt, 'UnicodePasswordLen')).toMatchObject({ start: 49, end: 51 })
    expect(field(smb1.sessionSetupRequestExtended, 'SecurityBlob')!.value).toBe('SPNEGO')
    expect(field(smb1.sessionSetupResponseGuest, 'Action')).toMatchObject({
      value: '0x0001 (GUEST)',
      start: 37,
      end: 39,
    })
    const names = lines(smb1.sessionSetupResponseExtended).map((line) => line.split(' ')[0])
    expect(names).toEqual(expect.arrayContaining(['SecurityBlob', 'NativeOS', 'NativeLanMan']))
    expect(lines(smb1.sessionSetupResponseError)).toEqual(expect.arrayContaining(['WordCount 32-33 0']))
  })

  it('reads AndX chains, and ends those that go round', () => {
    expect(describeMessage(smb1.logoffChain)[0]!.children.length).toBeGreaterThan(2)
    const loop = describeMessage(smb1.logoffLoop)[0]!.children
    expect(loop.at(-1)!.note).toContain('andx-no-advance')
  })

  it('reads paths in any character set', () => {
    expect(field(smb1.treeConnectRequestOem, 'Path')!.value).toMatch(/^\\\\/)
    expect(field(smb1.treeConnectRequestUnicode, 'Path')!.value).toMatch(/^\\\\/)
    expect(field(smb1.treeConnectResponseExtended, 'MaximalShareAccessRights')).toBeDefined()
  })
})

describe('security blobs', () => {
  it('reads SPNEGO and NTLMSSP', () => {
    const offer = sessionSetup(blobs.CLIENT_NTLM_NEGOTIATE)
    expect(field(offer, 'mechTypes')!.value).toContain('NTLMSSP')
    expect(field(offer, 'NegotiateFlags')!.value).toContain('UNICODE')
    const challenge = sessionSetup(blobs.SERVER_NTLM_CHALLENGE)
    expect(field(challenge, 'negState')!.value).toBe('1 (accept-incomplete)')
    expect(field(challenge, 'ServerChallenge')!.value).toMatch(/^[0-9a-f]{16}$/)
    expect(field(challenge, 'MsvAvNbComputerName')).toBeDefined()
    const authenticate = sessionSetup(blobs.CLIENT_NTLM_AUTHENTICATE)
    expect(field(authenticate, 'NtChallengeResponse')!.value).toBe('ntlmv2')
    expect(field(authenticate, 'NTProofStr')).toBeDefined()
    expect(field(authenticate, 'UserName')!.value).not.toBe('')
    expect(field(sessionSetup(blobs.SERVER_ACCEPT), 'negState')!.value).toBe('0 (accept-completed)')
  })

  it('reads NTLMSSP without SPNEGO, and one whose buffers leave it', () => {
    expect(field(sessionSetup(blobs.RAW_NTLM_AUTHENTICATE), 'NTLMSSP AUTHENTICATE')).toMatchObject({ start: 88 })
    const damaged = [...allFields(describeMessage(sessionSetup(blobs.DAMAGED_NTLM_AUTHENTICATE)))]
    expect(damaged.some(({ note }) => note?.includes('goes beyond the message'))).toBe(true)
  })

  it('reads Kerberos', () => {
    const request = sessionSetup(blobs.CLIENT_KERBEROS_AP_REQ)
    expect(field(request, 'realm')!.value).not.toBe('')
    expect(field(request, 'sname')!.value).toContain('/')
    expect(field(request, 'ap-options')!.value).toContain('mutual-required')
    expect(field(request, 'etype')!.value).toMatch(/^\d+ \(/)
    expect(field(sessionSetup(blobs.SERVER_KERBEROS_AP_REP), 'AP-REP')).toBeDefined()
  })
})

describe('what is cut or makes no sense', () => {
  it('keeps what was captured, and says where it ends', () => {
    const cut = smb2.negotiateResponse302.slice(0, 70)
    expect(field(cut, 'DialectRevision', smb2.negotiateResponse302.length)).toBeDefined()
    expect(field(cut, 'NEGOTIATE response', smb2.negotiateResponse302.length)!.note).toBe(
      'what was read ends in Reserved',
    )
    expect(field(cut, 'NEGOTIATE response')!.note).toBe('Reserved does not fit: the rest is not decoded')
  })

  it('says of a buffer that it leaves the message, and reads on', () => {
    const message = patched(smb2.negotiateResponse311, { [64 + 56]: 'ffff' })
    expect(field(message, 'NEGOTIATE response')!.note).toContain('SecurityBuffer')
    expect(field(message, 'NegotiateContext')).toBeDefined()
  })

  it('shows bytes that are not a message as padding', () => {
    expect(describeMessage(Uint8Array.of(1, 2, 3))).toMatchObject([{ name: 'Padding', start: 0, end: 3, children: [] }])
    expect(describeMessage(new Uint8Array(0))).toEqual([])
  })
})

describe('file data', () => {
  it('is found in SMB1 READ_ANDX and WRITE_ANDX', () => {
    const answer = new Uint8Array(63)
    answer.set([0xff, 0x53, 0x4d, 0x42, 0x2e])
    answer[9] = 0x80
    answer[32] = 12
    answer[33] = 0xff
    answer.set([3, 0, 60, 0], 43)
    answer.set([4, 0, 0, 0x61, 0x62, 0x63], 57)
    expect(field(answer, 'Data')).toMatchObject({ value: '616263', start: 60, end: 63 })
    expect(field(answer.slice(0, 61), 'Data', 63)!.note).toBe('1 of 3 bytes were read')
    const request = new Uint8Array(64)
    request.set([0xff, 0x53, 0x4d, 0x42, 0x2f])
    request[32] = 12
    request[33] = 0xff
    request.set([2, 0, 60, 0], 53)
    expect(field(request, 'Data')).toMatchObject({ start: 60, end: 62 })
  })

  it('is found in SMB2 READ and WRITE', () => {
    const answer = new Uint8Array(82)
    answer.set([0xfe, 0x53, 0x4d, 0x42, 64])
    answer.set([8, 0, 1, 0, 1], 12)
    answer.set([17, 0, 80, 0, 2], 64)
    answer.set([0x68, 0x69], 80)
    expect(field(answer, 'Data')).toMatchObject({ value: '6869', start: 80, end: 82 })
  })
})

describe('what the tracker knows better than the message', () => {
  const headings = (fields: Field[]) => [...allFields(fields)].map(({ name, value, note }) => [name, value, note])

  it.each([
    [true, 'SESSION_SETUP_ANDX response'],
    [false, 'SESSION_SETUP_ANDX request'],
  ])('whose reply flag is wrong: answer %s', (response, title) => {
    const message = smb1Message({ command: 0x73, response: !response, words: new Uint8Array(6) })
    const names = headings(describeMessage(message, message.length, response))
    expect(names).toContainEqual(['SMB header', title, expect.stringContaining('its flag says')])
    expect(names.map(([name]) => name)).toContain(title)
  })

  it('in SMB2 alike', () => {
    const names = headings(describeMessage(smb2Message({ command: 5 }), 68, true))
    expect(names).toContainEqual(['SMB2 header', 'CREATE response', expect.stringContaining('its flag says request')])
  })
})

describe('TREE_CONNECT of the core protocol', () => {
  it.each([0, 6])('has path, password and service: %i bytes', (length) => {
    const strings = treeConnectBytes('\\\\SRV\\C', new Uint8Array(length).fill(0x41), 'A:')
    const fields = [...allFields(describeMessage(smb1Message({ command: 0x70, bytes: strings })))]
    expect(fields.find(({ name }) => name === 'Path')?.value).toContain('SRV')
    expect(fields.find(({ name }) => name === 'Service')?.value).toContain('A:')
    const password = fields.find(({ name }) => name === 'Password')
    expect(password!.end - password!.start).toBe(length + 1)
  })
})

describe('a compressed message', () => {
  it('shows the header that goes uncompressed', () => {
    const transform = bytes('fc534d42 00100000 0200 0000 40000000')
    const message = Uint8Array.from([...transform, ...smb2Message({ command: 9 }).subarray(0, 64), 1, 2, 3])
    const names = [...allFields(describeMessage(message))].map(({ name, value }) => `${name}: ${value}`)
    expect(names).toContain('SMB2 header: WRITE request')
  })
})
