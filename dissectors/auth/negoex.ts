/**
 * NEGOEX, [MS-NEGOEX] 2.2.6: consecutive messages in a token of SPNEGO, which negotiate a mechanism that SPNEGO does not know and carry its
 * tokens. Little-endian, each with
 *
 *   0 Signature 'NEGOEXTS'  8 MessageType (4)  12 SequenceNum (4)  16 cbHeaderLength (4)  20 cbMessageLength (4)  24 ConversationId (16)
 *
 * What follows depends on the type; in an exchange (CHALLENGE, AP_REQUEST) it is the scheme in use:
 *
 *  40 AuthScheme (16)  56 Exchange
 */
import { guid, startsWith } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'

export const NEGOEX_SIGNATURE = Uint8Array.from('NEGOEXTS', (c) => c.charCodeAt(0))

/** MessageType, [MS-NEGOEX] 2.2.6.1. */
export const NEGOEX_MESSAGE = {
  INITIATOR_NEGO: 0,
  ACCEPTOR_NEGO: 1,
  INITIATOR_META_DATA: 2,
  ACCEPTOR_META_DATA: 3,
  CHALLENGE: 4,
  AP_REQUEST: 5,
  VERIFY: 6,
  ALERT: 7,
} as const

const HEADER_LENGTH = 40
/** A token has a NEGO, and META_DATA and an exchange for each scheme; Windows knows two schemes. */
const MAX_MESSAGES = 32

export interface Negoex {
  messages: NegoexMessage[]
  /** "too-many-messages": 32 were read. */
  anomalies: string[]
}

export interface NegoexMessage {
  /** NEGOEX_MESSAGE. */
  messageType: number
  sequenceNum: number
  /** From one signature to the next. */
  length: number
  /** As [MS-DTYP] prints it; null where the message has none. */
  authScheme: string | null
}

/** Reads a token that starts with the signature, as far as its messages follow one another. */
export function parseNegoex(token: Uint8Array, wireLength: number = token.length): Parsed<Negoex> {
  return parse<Negoex>(new Cursor(token, wireLength), (c, out) => {
    const messages: NegoexMessage[] = []
    const anomalies: string[] = []
    out.messages = messages
    out.anomalies = anomalies
    do messages.push(readMessage(c))
    while (c.remaining() > 0 && messages.length < MAX_MESSAGES)
    if (c.remaining() > 0) anomalies.push('too-many-messages')
    return { messages, anomalies }
  })
}

function readMessage(c: Cursor): NegoexMessage {
  const start = c.offset
  c.skip(NEGOEX_SIGNATURE.length, 'Signature')
  if (!startsWith(c.bytes, NEGOEX_SIGNATURE, start)) c.malformed('Signature', start)
  const messageType = c.u32('MessageType')
  const sequenceNum = c.u32('SequenceNum')
  c.skip(4, 'cbHeaderLength')
  const length = c.u32('cbMessageLength')
  if (length < HEADER_LENGTH || length > c.wireLength - start) c.malformed('cbMessageLength', start + 20)
  c.skip(16, 'ConversationId')
  const exchange = messageType === NEGOEX_MESSAGE.CHALLENGE || messageType === NEGOEX_MESSAGE.AP_REQUEST
  const authScheme = exchange && length >= HEADER_LENGTH + 16 ? guid(c.view(16, 'AuthScheme')) : null
  c.skip(start + length - c.offset, 'Message')
  return { messageType, sequenceNum, length, authScheme }
}
