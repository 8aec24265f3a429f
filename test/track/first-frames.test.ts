import { expect, it } from 'vitest'
import { plainLedger } from '../../src/ledger/ledger.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { ACK, CLIENT, conversation, feed, packet, SERVER, SYN, smb2, tcpFrame } from '../support/conversation.ts'
import { sessionSetup } from '../support/messages.ts'

const SESSION = 0x51
const NONE = new Uint8Array(0)
const CHANNEL = { ...CLIENT, port: CLIENT.port + 1 }
function withSessionId(message: Uint8Array, flags: number): Uint8Array {
  const view = new DataView(message.buffer)
  view.setUint32(40, SESSION, true)
  message[66] = flags
  return message
}

it('no session has a frame before the first of the connection that it began on, though another channel of it was seen before', () => {
  const bind = packet(withSessionId(sessionSetup(NONE), 1))
  const write = packet(smb2({ command: 9, sessionId: SESSION, signed: true, body: new Uint8Array(48) }))
  const channel = (
    seq: number,
    ack: number,
    flags: number,
    payload: Uint8Array,
    from: 'client' | 'server' = 'client',
  ) => tcpFrame({ from, seq, ack, flags, payload }, CHANNEL, SERVER)
  const first = conversation([
    { from: 'client', payload: packet(sessionSetup(NONE)) },
    {
      from: 'server',
      payload: packet(smb2({ command: 1, response: true, sessionId: SESSION, body: new Uint8Array(8) })),
    },
    { from: 'client', payload: write },
  ])
  const tracker = new Tracker('channels')
  // The hole before frames 3 and 4 is given up at the end of the capture only.
  feed(tracker, [
    channel(1000, 0, SYN, NONE),
    channel(5000, 1001, SYN | ACK, NONE, 'server'),
    channel(1101, 5001, ACK, bind),
    channel(1101 + bind.length, 5001, ACK, write),
    ...first.slice(0, -2),
  ])
  const ledger = tracker.finish({
    format: 'pcap',
    compression: null,
    linkTypes: ['ethernet'],
    packets: 0,
    bytes: 0,
    firstTime: null,
    lastTime: null,
    complete: true,
    warnings: [],
  })
  const { connections, sessions } = plainLedger(ledger)
  expect(sessions).toHaveLength(1)
  expect(sessions[0]?.connections).toHaveLength(2)
  expect(sessions[0]?.requests.signed).toBe(2)
  const own = connections.find(({ id }) => id === sessions[0]?.connection)
  expect(own?.firstFrame).toBe(5)
  expect(sessions[0]?.firstFrame).toBeGreaterThanOrEqual(own!.firstFrame)
  expect(sessions[0]?.firstTime).toBeGreaterThanOrEqual(own!.firstTime)
})
