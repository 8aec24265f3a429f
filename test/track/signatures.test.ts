import { expect, it } from 'vitest'
import { smb2 } from '../support/conversation.ts'
import { client, server, trackedTurns } from '../support/tracked.ts'

const SESSION = 0x77
const SETUP = 1
const TREE_CONNECT = 3
const CREATE = 5
const MORE_PROCESSING_REQUIRED = 0xc0000016

/** The message with SMB2_FLAGS_SIGNED, and a signature of this byte. */
function flagged(message: Uint8Array, signature: number): Uint8Array {
  const copy = message.slice()
  copy[16]! |= 0x08
  copy.fill(signature, 48, 64)
  return copy
}

function signatures(...turns: Parameters<typeof trackedTurns>[0]) {
  const { firstSignature, firstSigned } = trackedTurns(turns).sessions[0]!
  return { ...firstSignature, counted: firstSigned.request !== null || firstSigned.response !== null }
}

const setup = [
  client(smb2({ command: SETUP, messageId: 1, body: new Uint8Array(24) })),
  server(
    smb2({
      command: SETUP,
      messageId: 1,
      sessionId: SESSION,
      response: true,
      status: MORE_PROCESSING_REQUIRED,
      body: new Uint8Array(8),
    }),
  ),
  client(smb2({ command: SETUP, messageId: 2, sessionId: SESSION, body: new Uint8Array(24) })),
]
const granted = smb2({ command: SETUP, messageId: 2, sessionId: SESSION, response: true, body: new Uint8Array(8) })
const connect = smb2({ command: TREE_CONNECT, messageId: 3, sessionId: SESSION, body: new Uint8Array(8) })
const create = smb2({ command: CREATE, messageId: 4, sessionId: SESSION, body: new Uint8Array(56) })

it('notes the signature of the last answer of a setup, and of a TREE_CONNECT, though neither counts as a signed message', () => {
  expect(signatures(...setup, server(flagged(granted, 7)), client(flagged(connect, 7)))).toMatchObject({
    request: { frame: 7 },
    response: { frame: 6 },
    counted: false,
  })
})

it('notes none of zeros, and none without the flag', () => {
  expect(signatures(...setup, server(flagged(granted, 0)), client(connect))).toEqual({
    request: null,
    response: null,
    counted: false,
  })
})

it('notes the first signed message where those before were not', () => {
  expect(signatures(...setup, server(granted), client(connect), client(flagged(create, 7)))).toMatchObject({
    request: { frame: 8 },
    response: null,
    counted: true,
  })
})
