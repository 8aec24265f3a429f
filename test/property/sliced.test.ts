/**
 * Mirror ports and sensors that cut packets (`netsh trace packettruncatebytes`, AWS's PacketLength, the MTU of an ERSPAN session) leave records that call
 * the cut packet whole. The IP header shows the cut: the result is that of a snap length of the same size, whose records have both lengths.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { type ScanRecord, scanRecords } from '../../src/report/records/index.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { some } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
const SAMPLES = readdirSync(FOLDER).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
/** From Ethernet, IPv4 and TCP without a payload, through lengths that people use, to most of a message. */
const LENGTHS = [54, 60, 66, 74, 86, 96, 128, 160, 200, 256, 300, 600]
const POLICY = defaultPolicy(createNetworks())

/** Wraps a frame as a mirror port does. The length is cut afterwards. */
type Wrap = (frame: Uint8Array) => Uint8Array

const plain: Wrap = (frame) => frame
/** Ethernet, IPv4, GRE with a sequence number, ERSPAN II. The outer datagram is as long as what is left of the inner frame. */
const erspan = (frame: Uint8Array): Uint8Array => {
  const outer = new Uint8Array(14 + 20 + 8 + 8 + frame.length)
  const view = new DataView(outer.buffer)
  view.setUint16(12, 0x0800)
  outer[14] = 0x45
  view.setUint16(16, outer.length - 14)
  outer[23] = 47
  outer.set([192, 0, 2, 1, 192, 0, 2, 2], 26)
  outer.set([0x10, 0x00, 0x88, 0xbe], 34)
  outer[42] = 0x10
  outer.set(frame, 50)
  return outer
}

function scan(
  frames: readonly CollectedFrame[],
  summary: CaptureSummary,
  length: number,
  { sliced, wrap }: { sliced: boolean; wrap: Wrap },
): { records: ScanRecord[]; rows: SmbMessage[] } {
  const rows: SmbMessage[] = []
  const tracker = new Tracker('test.pcap', { messages: { message: (row) => rows.push(row) } })
  frames.forEach(({ data, original, linkType, time }, i) => {
    const inner = data.subarray(0, length)
    const bytes = sliced ? wrap(inner) : inner
    tracker.frame(
      bytes,
      0,
      bytes.length,
      sliced ? bytes.length : original,
      sliced && wrap !== plain ? 1 : linkType,
      time,
      i + 1,
    )
  })
  const ledger = tracker.finish(summary)
  const findings = audit(ledger, { policy: POLICY })
  const report = { ledger, policy: POLICY, findings, findingsHidden: 0, inputsUnread: 0, rules: [], durationMs: 0 }
  // Packets with another original length make a different capture.
  const records = [...scanRecords(report)].map((r) => (r.type === 'capture' ? { ...r, captureId: '' } : r))
  return { records, rows }
}

describe('sliced packets give what packets of a snap length give', () => {
  it.each(some(SAMPLES))('%s', async (name) => {
    const sink = collector()
    const summary = await readCapture(`${FOLDER}${name}`, sink)
    const { frames } = sink
    const isEthernet = frames.every(({ linkType }) => linkType === 1)
    for (const length of LENGTHS) {
      const snapped = scan(frames, summary, length, { sliced: false, wrap: plain })
      expect({ length, ...scan(frames, summary, length, { sliced: true, wrap: plain }) }).toEqual({
        length,
        ...snapped,
      })
      if (!isEthernet) continue
      expect({ length, ...scan(frames, summary, length, { sliced: true, wrap: erspan }) }).toEqual({
        length,
        ...snapped,
      })
    }
  })
})

describe('an IP length that lies', () => {
  it.each(['smb311-unsigned-data.pcap', 'smb1-unsigned.pcap', 'ipv6.pcap'])('takes nothing away: %s', async (name) => {
    const sink = collector()
    const summary = await readCapture(`${FOLDER}${name}`, sink)
    const told = (frames: readonly CollectedFrame[]) => {
      const rows: SmbMessage[] = []
      const tracker = new Tracker('test.pcap', { messages: { message: (row) => rows.push(row) } })
      frames.forEach(({ data, original, linkType, time }, i) => {
        tracker.frame(data, 0, data.length, original, linkType, time, i + 1)
      })
      const { connections, sessions } = tracker.finish(summary)
      return {
        rows: rows.map(({ command, response, status }) => [command, response, status]),
        // After the FIN, which takes one sequence number, an acknowledgement that claims data leaves a gap of one byte.
        holes: [...connections].filter((c) => c.missedBytes > 1).length,
        sessions: [...sessions].map((s) => [s.user, s.status, s.requests, s.responses]),
      }
    }
    const lying = (frame: CollectedFrame): CollectedFrame => {
      const data = frame.data.slice()
      const isIpv6 = data[12] === 0x86
      new DataView(data.buffer).setUint16(isIpv6 ? 18 : 16, 0xffff)
      return { ...frame, data }
    }
    const honest = told(sink.frames)
    expect(told(sink.frames.flatMap((frame) => [frame, lying(frame)]))).toEqual(honest)
    expect(told(sink.frames.flatMap((frame) => [lying(frame), frame]))).toEqual(honest)
    expect(told(sink.frames.map((frame, i) => (i % 5 === 3 ? lying(frame) : frame)))).toEqual(honest)
    expect(told(sink.frames.map(lying))).toEqual(honest)
  })
})
