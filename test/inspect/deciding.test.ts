/** Every piece of evidence of every finding in the sample captures, shown in the bytes of its frame. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { decidingFields, decidingIn } from '../../src/inspect/deciding.ts'
import { describeMessage } from '../../src/inspect/describe.ts'
import type { Field } from '../../src/inspect/field/field.ts'
import { describeHeaders } from '../../src/inspect/headers.ts'
import { type InspectedFrame, messageAt } from '../../src/inspect/message-at.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { CLIENT, RST, SERVER, SYN, tcpFrame } from '../support/conversation.ts'

const SAMPLES = fileURLToPath(new URL('../../captures/', import.meta.url))
const samples = readdirSync(SAMPLES).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))

async function evidenceOf(path: string): Promise<{ rule: string; frame: number; what: string }[]> {
  const tracker = new Tracker(path)
  const ledger = tracker.finish(await readCapture(path, tracker))
  return audit(ledger, { networks: createNetworks() }).flatMap(({ rule, evidence }) =>
    evidence.map(({ frame, what }) => ({ rule, frame, what })),
  )
}

function text(fields: readonly Field[]): string[] {
  return fields.map(({ name, value }) => `${name} ${value}`)
}

describe('decidingIn', () => {
  it.each(samples)('finds deciding fields for all evidence of %s', async (name) => {
    const path = join(SAMPLES, name)
    const frames = new Map<number, InspectedFrame | null>()
    const without: string[] = []
    for (const { rule, frame, what } of await evidenceOf(path)) {
      if (!frames.has(frame)) frames.set(frame, await messageAt(path, { frame }))
      const inspected = frames.get(frame)
      if (inspected == null || decidingIn(rule, what, inspected).fields.length === 0) {
        without.push(`${rule} frame ${frame}: ${what}`)
      }
    }
    expect(without).toEqual([])
  })
})

describe('decidingFields', () => {
  it('names the flag that makes a guest', () => {
    const fields = decidingFields(
      'guest-session',
      'SessionFlags 0x0001 (IS_GUEST)',
      describeMessage(smb2.sessionSetupResponseGuest),
    )
    expect(fields).toMatchObject([{ name: 'SessionFlags', value: '0x0001 (IS_GUEST)', start: 66, end: 68 }])
  })

  it('names policy and dialect of a NEGOTIATE response', () => {
    const fields = describeMessage(smb2.negotiateResponse302)
    expect(decidingFields('signing-not-required', 'SecurityMode 0x01: signing enabled', fields)).toMatchObject([
      { name: 'SecurityMode', start: 66, end: 68 },
    ])
    expect(text(decidingFields('old-dialect', 'DialectRevision 3.0.2', fields))).toEqual([
      'DialectRevision 0x0302 (3.0.2)',
    ])
  })

  it('names flag and signature of an unsigned message, of the direction that is meant', () => {
    const fields = describeMessage(smb2.treeConnectRequest)
    const what = 'not signed: the first of 3 requests'
    expect(decidingFields('unsigned-session', what, fields).map(({ name }) => name)).toEqual(['Flags', 'Signature'])
    expect(decidingFields('unsigned-session', 'not signed: the first of 3 responses', fields)).toEqual([])
  })

  it('names addresses, ports and flags of a frame without SMB', () => {
    for (const [flags, what] of [
      [SYN, 'TCP SYN'],
      [RST, 'TCP RST'],
    ] as const) {
      const { bytes } = tcpFrame({ from: 'client', seq: 1, ack: 0, flags, payload: new Uint8Array(0) })
      const { fields } = describeHeaders(1, bytes, bytes.length)
      expect(text(decidingFields('outbound-smb', what, fields))).toEqual([
        `Source address ${CLIENT.ip.join('.')}`,
        `Destination address ${SERVER.ip.join('.')}`,
        `Source port ${CLIENT.port}`,
        `Destination port ${SERVER.port}`,
        expect.stringContaining(`(${what.slice(4)})`),
      ])
    }
  })

  it('has nothing to name for words of no rule', () => {
    expect(decidingFields('old-dialect', 'the weather', describeMessage(smb2.negotiateResponse302))).toEqual([])
  })
})
