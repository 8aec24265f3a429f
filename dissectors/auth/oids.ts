/**
 * Object identifiers of the mechanisms that an SMB security blob can name: RFC 4178, RFC 4121, [MS-SPNG], [MS-NEGOEX], [MS-KILE].
 */
import { startsWith } from '../bytes.ts'

export const OID_SPNEGO = '1.3.6.1.5.5.2'
export const OID_NTLMSSP = '1.3.6.1.4.1.311.2.2.10'
export const OID_NEGOEX = '1.3.6.1.4.1.311.2.2.30'
export const OID_KRB5 = '1.2.840.113554.1.2.2'
/** Kerberos 5 with one arc cut to 16 bits, as Windows 2000 first shipped it; every Windows since then offers it beside the correct one. */
export const OID_MS_KRB5 = '1.2.840.48018.1.2.2'
/** Kerberos user-to-user. */
export const OID_KRB5_U2U = '1.2.840.113554.1.2.2.3'
/** Kerberos with the KDC reached through the server. */
export const OID_IAKERB = '1.3.6.1.5.2.5'

const MECHANISM_NAMES = new Map([
  [OID_SPNEGO, 'SPNEGO'],
  [OID_NTLMSSP, 'NTLMSSP'],
  [OID_NEGOEX, 'NEGOEX'],
  [OID_KRB5, 'KRB5'],
  [OID_MS_KRB5, 'MS-KRB5'],
  [OID_KRB5_U2U, 'KRB5-U2U'],
  [OID_IAKERB, 'IAKERB'],
])

/** The short name of a mechanism, or the dotted text itself where it has none here. */
export function mechanismName(oid: string): string {
  return MECHANISM_NAMES.get(oid) ?? oid
}

/** True for every mechanism of the Kerberos family: each carries Kerberos messages, or frames that lead to them. */
export function isKerberosMechanism(oid: string): boolean {
  return oid === OID_KRB5 || oid === OID_MS_KRB5 || oid === OID_KRB5_U2U || oid === OID_IAKERB
}

/** Content octets beyond which an identifier is not read: a 128-bit UUID under 2.25 takes 20. */
const OID_LENGTH_LIMIT = 64

/** Content octets of the identifiers above: nearly every one on the wire is one of them, and comparing costs less than decoding. */
const KNOWN: readonly { octets: Uint8Array; text: string }[] = [
  { octets: Uint8Array.of(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a), text: OID_NTLMSSP },
  { octets: Uint8Array.of(0x2b, 6, 1, 5, 5, 2), text: OID_SPNEGO },
  { octets: Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2), text: OID_KRB5 },
  { octets: Uint8Array.of(0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2), text: OID_MS_KRB5 },
  { octets: Uint8Array.of(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x1e), text: OID_NEGOEX },
  { octets: Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 3), text: OID_KRB5_U2U },
  { octets: Uint8Array.of(0x2b, 6, 1, 5, 2, 5), text: OID_IAKERB },
]

/**
 * The dotted text of an identifier's content octets (X.690 8.19), which stand in `bytes` from `start` to `end`. Null where they are not valid: empty, longer
 * than 64 octets, cut inside an arc, or with an arc that starts with the padding octet 0x80.
 */
export function oidText(bytes: Uint8Array, start = 0, end = bytes.length): string | null {
  for (let i = 0; i < KNOWN.length; i++) {
    const { octets, text } = KNOWN[i]
    if (octets.length === end - start && startsWith(bytes, octets, start)) return text
  }
  return decode(bytes.subarray(start, end))
}

function decode(content: Uint8Array): string | null {
  if (content.length === 0 || content.length > OID_LENGTH_LIMIT) return null
  if (content[content.length - 1] & 0x80) return null
  let text = ''
  let arc: number | bigint = 0
  let atArcStart = true
  for (const octet of content) {
    if (atArcStart && octet === 0x80) return null
    arc = shifted(arc, octet & 0x7f)
    atArcStart = (octet & 0x80) === 0
    if (!atArcStart) continue
    text += text === '' ? firstTwo(arc) : `.${arc}`
    arc = 0
  }
  return text
}

/** `arc` with seven bits more; a bigint from where a number would no longer be exact. */
function shifted(arc: number | bigint, bits: number): number | bigint {
  if (typeof arc === 'number' && arc < 2 ** 46) return arc * 128 + bits
  return BigInt(arc) * 128n + BigInt(bits)
}

/** The first subidentifier holds two arcs: 40 times the first (0, 1 or 2) plus the second. */
function firstTwo(subidentifier: number | bigint): string {
  if (typeof subidentifier === 'bigint') return `2.${subidentifier - 80n}`
  const root = Math.min(Math.floor(subidentifier / 40), 2)
  return `${root}.${subidentifier - root * 40}`
}
