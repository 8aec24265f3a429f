// Security blobs: NTLMSSP ([MS-NLMP] 2.2.1) and Kerberos (RFC 4120 5.5) in SPNEGO (RFC 4178 4.2). Nothing in them is computed from a password,
// which an observer cannot detect.
import { der, enumerated, generalString, integer, octets, oid, sequence, tagged } from './der.mjs'

const SPNEGO = oid('2b0601050502')
const NTLMSSP = oid('2b06010401823702020a')
const KERBEROS = oid('2a864886f712010202')

const UNICODE = 0x00000001
const ANONYMOUS = 0x00000800
/** 128 bit, version, target info, extended session security, always sign, NTLM, sign, request target. */
const FLAGS = 0xe2888214 | UNICODE

/** Text is UTF-16 as it stands: a lone surrogate stays one. */
export const utf16 = (text) => Buffer.from(text, 'utf16le')

/** NTLMSSP's VERSION, of { major, minor, build }. */
function version({ major, minor, build }) {
  const b = Buffer.from([major, minor, 0, 0, 0, 0, 0, 15])
  b.writeUInt16LE(build, 2)
  return b
}

/** A message whose payload holds `buffers`, each [where its fields stand, bytes], in that order. */
function ntlmMessage(type, headerLength, buffers) {
  const head = Buffer.alloc(headerLength)
  head.write('NTLMSSP\0', 'latin1')
  head.writeUInt32LE(type, 8)
  let offset = headerLength
  for (const [at, { length }] of buffers) {
    head.writeUInt16LE(length, at)
    head.writeUInt16LE(length, at + 2)
    head.writeUInt32LE(offset, at + 4)
    offset += length
  }
  return Buffer.concat([head, ...buffers.map(([, bytes]) => bytes)])
}

export function ntlmNegotiate(os) {
  const message = ntlmMessage(1, 40, [])
  message.writeUInt32LE(FLAGS >>> 0, 12)
  version(os).copy(message, 32)
  return message
}

const AV = { nbComputer: 1, nbDomain: 2, dnsComputer: 3, dnsDomain: 4, dnsTree: 5, timestamp: 7, targetName: 9 }

/** AV pairs of { nbComputer, nbDomain, dnsComputer, dnsDomain, dnsTree, timestamp, targetName }, with MsvAvEOL. */
function avPairs(pairs) {
  const parts = []
  for (const [name, value] of Object.entries(pairs)) {
    const bytes = typeof value === 'string' ? utf16(value) : value
    const head = Buffer.alloc(4)
    head.writeUInt16LE(AV[name], 0)
    head.writeUInt16LE(bytes.length, 2)
    parts.push(head, bytes)
  }
  return Buffer.concat([...parts, Buffer.alloc(4)])
}

/** `challenge` has 8 bytes, `target` is what avPairs takes. */
export function ntlmChallenge({ challenge, target, os }) {
  const message = ntlmMessage(2, 56, [
    [12, utf16(target.nbDomain)],
    [40, avPairs(target)],
  ])
  message.writeUInt32LE(FLAGS >>> 0, 20)
  challenge.copy(message, 24)
  version(os).copy(message, 48)
  return message
}

/** NTLMv2, with a MIC; `bytes(n)` returns the bytes used in place of a hash. */
export function ntlmAuthenticate({ user, domain, workstation, target, os, bytes }) {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(0x01dc7e4d00000000n)
  const nt = Buffer.concat([
    bytes(16),
    Buffer.from('0101000000000000', 'hex'),
    time,
    bytes(8),
    Buffer.alloc(4),
    avPairs({ ...target, timestamp: time }),
    Buffer.alloc(4),
  ])
  return authenticate(FLAGS, os, bytes(16), [
    [28, utf16(domain)],
    [36, utf16(user)],
    [44, utf16(workstation)],
    [12, Buffer.alloc(24)],
    [20, nt],
    [52, bytes(16)],
  ])
}

/** The empty credentials of [MS-NLMP] 3.2.5.1.2. */
export function ntlmAnonymous({ workstation, os }) {
  const none = Buffer.alloc(0)
  return authenticate(FLAGS | ANONYMOUS, os, Buffer.alloc(16), [
    [28, none],
    [36, none],
    [44, utf16(workstation)],
    [12, Buffer.alloc(1)],
    [20, none],
    [52, none],
  ])
}

function authenticate(flags, os, mic, buffers) {
  const message = ntlmMessage(3, 88, buffers)
  message.writeUInt32LE(flags >>> 0, 60)
  version(os).copy(message, 64)
  mic.copy(message, 72)
  return message
}

const encrypted = (etype, cipher) =>
  sequence(tagged(0, integer(etype)), tagged(1, integer(2)), tagged(2, octets(cipher)))

/** AP-REQ in its GSS frame (RFC 4121 4.1); `service` such as ["cifs", "files.corp.example"]. */
export function kerberosRequest({ realm, service, etype, bytes }) {
  const name = sequence(tagged(0, integer(2)), tagged(1, sequence(...service.map(generalString))))
  const ticket = der(
    0x61,
    sequence(
      tagged(0, integer(5)),
      tagged(1, generalString(realm)),
      tagged(2, name),
      tagged(3, encrypted(etype, bytes(120))),
    ),
  )
  const request = der(
    0x6e,
    sequence(
      tagged(0, integer(5)),
      tagged(1, integer(14)),
      tagged(2, der(0x03, Buffer.from('0020000000', 'hex'))),
      tagged(3, ticket),
      tagged(4, encrypted(18, bytes(90))),
    ),
  )
  return der(0x60, KERBEROS, Buffer.from('0100', 'hex'), request)
}

export function kerberosReply({ bytes }) {
  const reply = der(0x6f, sequence(tagged(0, integer(5)), tagged(1, integer(15)), tagged(2, encrypted(18, bytes(50)))))
  return der(0x60, KERBEROS, Buffer.from('0200', 'hex'), reply)
}

/** What a server offers in its NEGOTIATE. */
export const serverOffer = ({ kerberos }) =>
  der(0x60, SPNEGO, tagged(0, sequence(tagged(0, sequence(...(kerberos ? [KERBEROS] : []), NTLMSSP)))))

/** The client's first token. */
export const clientToken = (token, { kerberos = false } = {}) =>
  der(
    0x60,
    SPNEGO,
    tagged(0, sequence(tagged(0, sequence(...(kerberos ? [KERBEROS] : []), NTLMSSP)), tagged(2, octets(token)))),
  )

/** Every later token of the client. */
export const nextToken = (token) => tagged(1, sequence(tagged(2, octets(token))))

/** The server's response: accept-incomplete while `more`, with the mechanism that it selects. */
export const serverToken = (token, { more = false, kerberos = false } = {}) =>
  tagged(
    1,
    sequence(
      tagged(0, enumerated(more ? 1 : 0)),
      tagged(1, kerberos ? KERBEROS : NTLMSSP),
      ...(token ? [tagged(2, octets(token))] : []),
    ),
  )
