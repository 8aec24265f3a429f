import { describe, expect, it } from 'vitest'
import { LINKTYPE } from '../../../dissectors/layers/link-type.ts'
import { DECODED } from '../../../dissectors/layers/segment.ts'
import { bytes } from '../../support/conversation.ts'
import { decode, expectIpv4, expectIpv6, expectNothing, IPV4, IPV6 } from '../net/fixtures.ts'

const { IEEE802_11, IEEE802_11_RADIOTAP: RADIOTAP, IEEE802_11_PRISM: PRISM, IEEE802_11_AVS: AVS, PPI } = LINKTYPE

const ADDRESSES = '02000000000a 02000000000b 02000000000c'
const SNAP = 'aaaa03 000000'
const BODY = `${SNAP} 0800 ${IPV4}`
/** Data, to the distribution system. */
const PLAIN = `0801 0000 ${ADDRESSES} 1000 ${BODY}`
/** QoS data: its header of 26 bytes is no multiple of four. */
const QOS_HEADER = `8801 0000 ${ADDRESSES} 1000 0500`

describe('802.11', () => {
  it('reads data frames in clear', () => {
    expectIpv4(PLAIN, IEEE802_11)
    expectIpv6(`0802 0000 ${ADDRESSES} 1000 ${SNAP} 86dd ${IPV6}`, IEEE802_11)
    // With a frame check sequence behind it.
    expectIpv4(`${PLAIN} deadbeef`, IEEE802_11)
  })

  it('steps over a fourth address, QoS control and HT control', () => {
    expectIpv4(`0803 0000 ${ADDRESSES} 1000 02000000000d ${BODY}`, IEEE802_11)
    expectIpv4(`${QOS_HEADER} ${BODY}`, IEEE802_11)
    expectIpv4(`8881 0000 ${ADDRESSES} 1000 0000 11223344 ${BODY}`, IEEE802_11)
    expectIpv4(`8883 0000 ${ADDRESSES} 1000 02000000000d 0000 11223344 ${BODY}`, IEEE802_11)
  })

  it('does not read the order bit as HT control without QoS', () => {
    expectIpv4(`0881 0000 ${ADDRESSES} 1000 ${BODY}`, IEEE802_11)
  })

  it.each([
    ['protected', `0841 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['more fragments', `0805 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['a later fragment', `0801 0000 ${ADDRESSES} 1100 ${BODY}`],
    ['A-MSDU', `8801 0000 ${ADDRESSES} 1000 8000 ${BODY}`],
    ['no data', `4801 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['management', `8001 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['control', `b401 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['another version', `0901 0000 ${ADDRESSES} 1000 ${BODY}`],
    ['an acknowledgment', 'd400 0000 02000000000a'],
    ['no QoS control', `8801 0000 ${ADDRESSES} 1000`],
  ])('leaves alone: %s', (_what, frame) => {
    expectNothing(frame, IEEE802_11)
  })
})

describe('radiotap', () => {
  /** Present: flags only. */
  const flags = (value: string) => `0000 0900 02000000 ${value}`

  it('steps over its header', () => {
    expectIpv4(`0000 0800 00000000 ${PLAIN}`, RADIOTAP)
    expectIpv4(`0000 1000 04000000 0000000000000000 ${PLAIN}`, RADIOTAP)
  })

  it('cuts off the frame check sequence where IP has no length field', () => {
    const offloaded = PLAIN.replace('4500 0038', '4500 0000')
    expectIpv4(`${flags('10')} ${offloaded} deadbeef`, RADIOTAP)
    // A snap length cut it already: what is left of the frame counts as it did on the air.
    const frame = bytes(`${flags('10')} ${offloaded}`)
    expect(decode(RADIOTAP, frame, frame.length + 4)).toMatchObject({ payload: 'SMB!', length: 4 })
  })

  it('steps over padding between header and body', () => {
    expectIpv4(`${flags('20')} ${QOS_HEADER} 0000 ${BODY}`, RADIOTAP)
    expectIpv4(`${flags('20')} ${PLAIN}`, RADIOTAP)
  })

  it('finds the flags behind a time stamp, aligned, and behind more words', () => {
    expectIpv4(`0000 1100 03000000 1122334455667788 20 ${QOS_HEADER} 0000 ${BODY}`, RADIOTAP)
    // Two words: the time stamp begins at 16, the flags at 24.
    expectIpv4(`0000 1900 03000080 00000000 eeeeeeee 1122334455667788 20 ${QOS_HEADER} 0000 ${BODY}`, RADIOTAP)
  })

  it('leaves alone a frame that was received with errors', () => {
    expectNothing(`${flags('40')} ${PLAIN}`, RADIOTAP)
  })

  it('ends where lengths and words are invalid', () => {
    expectNothing(`0000 0700 00000000 ${PLAIN}`, RADIOTAP)
    expectNothing(`0000 ffff 00000000 ${PLAIN}`, RADIOTAP)
    expectNothing(`0100 0800 00000000 ${PLAIN}`, RADIOTAP)
    // Words without end, and flags beyond the header: as if there were none.
    expectIpv4(`0000 0c00 02000080 00000080 ${PLAIN}`, RADIOTAP)
    expectIpv4(`0000 0800 02000000 ${PLAIN}`, RADIOTAP)
  })

  // arkime tests/pcap 80211http.pcap, frame 3: QoS data, radiotap of 36 bytes with a time stamp and flags.
  it('reads a frame from the air', () => {
    const frame = `000024002f4000a020080000000000006f1969280000000010169e09a000bc000000bc0008010201882593406b6ff8a9d01e90a3882593406b6f
      40b7aaaa03000000080045000034f932400040066137ac0505710e1120d3c109005096740dd75bc513df80100559531f00000101080afffff4e7b037c3
      81690f810c`
    expect(decode(RADIOTAP, frame)).toEqual({
      decoded: DECODED.TCP,
      src: '172.5.5.113',
      dst: '14.17.32.211',
      ports: [49417, 80],
      seq: -1770779177,
      ack: 1539642335,
      flags: 0x10,
      payload: '',
      length: 0,
    })
  })
})

describe('other headers before 802.11', () => {
  const prism = (code: string, length: string) => `${code} ${length} ${'77'.repeat(136)}`
  const avs = `80211001 00000040 ${'77'.repeat(56)}`

  it('Prism, in either byte order', () => {
    expectIpv4(`${prism('44000000', '90000000')} ${PLAIN}`, PRISM)
    expectIpv4(`${prism('00000044', '00000090')} ${PLAIN}`, PRISM)
    expectNothing(`${prism('44000000', '00000090')} ${PLAIN}`, PRISM)
    expectNothing(`${prism('44000000', '07000000')} ${PLAIN}`, PRISM)
  })

  it('AVS, also where Prism is promised', () => {
    expectIpv4(`${avs} ${PLAIN}`, AVS)
    expectIpv4(`${avs} ${PLAIN}`, PRISM)
    expectNothing(`${avs.replace('80211001', '80210001')} ${PLAIN}`, AVS)
    expectNothing(`${avs.replace('00000040', 'ffffffff')} ${PLAIN}`, AVS)
  })

  it('PPI, with any link type', () => {
    expectIpv4(`0000 0800 69000000 ${PLAIN}`, PPI)
    expectIpv4(`0000 0c00 65000000 04000000 ${IPV4}`, PPI)
    expectIpv4(`0000 0800 c0000000 0000 0800 65000000 ${IPV4}`, PPI)
    expect(decode(PPI, `0000 0800 93000000 ${IPV4}`).decoded).toBe(DECODED.UNKNOWN_LINK)
    expectNothing(`0000 0700 65000000 ${IPV4}`, PPI)
    expectNothing(`0100 0800 65000000 ${IPV4}`, PPI)
  })
})
