// A TCP connection over Ethernet and IPv4, frame by frame.
import { buildFrame } from '../tcp.mjs'

const FIN = 0x01
const SYN = 0x02
const PSH = 0x08
const ACK = 0x10
const MSS = 1448
const NOTHING = Buffer.alloc(0)

function address(source, destination) {
  const ip = Buffer.from('4500000000004000400600000000000000000000', 'hex')
  Buffer.from(source).copy(ip, 12)
  Buffer.from(destination).copy(ip, 16)
  return ip
}

/**
 * `client` and `server` are { ip: [a, b, c, d], port, isn }. Each function returns a list of frames: `open` the handshake, `send` a payload of the
 * client or the server, `close` what ends the connection from the side named.
 */
export function tcpConnection(client, server) {
  const sides = [client, server].map((me, i) => {
    const other = i === 0 ? server : client
    return {
      seq: me.isn,
      link: Buffer.from(i === 0 ? '0200000001020200000001010800' : '0200000001010200000001020800', 'hex'),
      ip: address(me.ip, other.ip),
      ports: [me.port, other.port],
    }
  })
  const frame = (from, flags, payload) => {
    const me = sides[from]
    const bytes = buildFrame({
      link: me.link,
      ip: me.ip,
      v6: false,
      sourcePort: me.ports[0],
      destinationPort: me.ports[1],
      seq: me.seq,
      ack: flags & ACK ? sides[1 - from].seq : 0,
      flags,
      window: 64240,
      options: NOTHING,
      payload,
    })
    me.seq = (me.seq + payload.length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0
    return bytes
  }
  const indexOf = (side) => (side === 'client' ? 0 : 1)
  return {
    open: () => [frame(0, SYN, NOTHING), frame(1, SYN | ACK, NOTHING), frame(0, ACK, NOTHING)],
    send(side, payload) {
      const frames = []
      for (let o = 0; o < payload.length; o += MSS) {
        const last = o + MSS >= payload.length
        frames.push(frame(indexOf(side), last ? ACK | PSH : ACK, payload.subarray(o, o + MSS)))
      }
      return frames
    },
    close(side) {
      const from = indexOf(side)
      return [frame(from, FIN | ACK, NOTHING), frame(1 - from, FIN | ACK, NOTHING), frame(from, ACK, NOTHING)]
    },
  }
}
