/**
 * The frame around a GSS-API mechanism's first token, RFC 2743 3.1:
 *
 *   60 length  06 length thisMech  innerContextToken (to the end of the frame; only the mechanism knows what it is)
 */
import { applicationTag, type DerReader, type Element } from './der.ts'

export const GSS_TOKEN_TAG = applicationTag(0)

export interface GssToken {
  /** Dotted. */
  thisMech: string
  /** Where innerContextToken starts and ends. */
  start: number
  end: number
}

/** Reads the frame whose outermost element is `root`. Its length is definite: an inner token that is not ASN.1 has no end marker. */
export function readGssToken(der: DerReader, root: Element): GssToken {
  der.expect(root, GSS_TOKEN_TAG, 'InitialContextToken')
  if (root.indefinite) der.cursor.malformed('InitialContextToken', root.offset)
  const thisMech = der.inside(root, 'thisMech')
  return { thisMech: der.oid(thisMech, 'thisMech'), start: thisMech.end, end: root.end }
}
