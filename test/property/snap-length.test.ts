/**
 * Captures that have only the beginning of each packet (`tcpdump -s`, `editcap -s`): what is there is reported, and what was cut is unknown. So longer
 * packets only add: facts, records and message rows at one snap length are those at a longer one, or weaker. And no finding, and no denial in a
 * finding, rests on what was not seen, except for those in REASONS.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import { atLeast } from '../../src/audit/rule/rule.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { type ScanRecord, scanRecords } from '../../src/report/records/index.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { some } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
/**
 * Some of its SMB1 servers choose a dialect that no SMB1 server can, by a name made to deceive: with more of the list captured that name is read, and
 * what their answers say of signing counts no longer.
 */
const TAKES_BACK = 'hostile-names.pcapng'
const SAMPLES = readdirSync(FOLDER).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name) && name !== TAKES_BACK)
const POLICY = defaultPolicy(createNetworks())

/** From an Ethernet frame that ends after its TCP header to one with most of a session setup. */
const ALL_LENGTHS = Array.from({ length: 247 }, (_, i) => 54 + i)
/** Lengths that people use, and some at the ends of headers: old tcpdump kept 68 bytes, or 96 with IPv6. */
const SOME_LENGTHS = [54, 62, 68, 72, 82, 90, 96, 102, 110, 118, 124, 128, 138, 142, 150, 160, 180, 200, 230, 256, 300]

/** One of each kind, cut at every length; the others at some. */
const AT_EVERY_LENGTH = new Set([
  'smb311-signed.pcap',
  'smb311-encrypted-share.pcap',
  'smb21.pcap',
  'smb302.pcap',
  'smb1-offered-smb202-chosen.pcap',
  'smb1-refused.pcap',
  'smb1-guest.pcap',
  'smb1-ntlmv1.pcap',
  'smb1-lanman-plaintext.pcap',
  'smb1-plaintext-password-unicode.pcap',
  'anonymous-ipc.pcap',
  'guest-fallback.pcap',
  'ntlmv1-ess.pcap',
  'kerberos-rc4.pcap',
  'two-channels.pcap',
  'compound-signed.pcap',
  'port-139.pcap',
])

interface Scan {
  ledger: PlainLedger
  findings: Finding[]
  records: ScanRecord[]
  rows: SmbMessage[]
}

/** The whole scan of these frames, each cut to `snapLength` bytes. */
function scan(frames: readonly CollectedFrame[], summary: CaptureSummary, snapLength: number): Scan {
  const rows: SmbMessage[] = []
  const tracker = new Tracker('test.pcap', { messages: { message: (row) => rows.push(row) } })
  const buffer = new Uint8Array(70_000)
  frames.forEach(({ data, original, linkType, time }, i) => {
    const captured = Math.min(data.length, snapLength)
    // What was cut must not be read: these bytes are different from the original.
    buffer.fill(0xff, 0, 64 + data.length)
    buffer.set(data.subarray(0, captured), 64)
    tracker.frame(buffer, 64, captured, Math.max(original, data.length), linkType, time, i + 1)
  })
  const ledger = plainLedger(tracker.finish(summary))
  const findings = audit(ledger, { policy: POLICY })
  const report = { ledger, policy: POLICY, findings, findingsHidden: 0, inputsUnread: 0, rules: [], durationMs: 0 }
  return { ledger, findings, records: [...scanRecords(report)], rows }
}

type Fields = Record<string, unknown>

/** Frames of first occurrences: a direction may start later in what was seen. */
const MAY_COME_LATER = new Set([
  'firstUnsigned',
  'firstSigned',
  'firstSignature',
  'firstEncrypted',
  'firstClearData',
  'unsignedAccepted',
])
const GROWING = new Set(['signed', 'unsigned', 'encrypted', 'treesNotKept', 'lastFrame', 'lastTime'])
const SHRINKING = new Set(['firstFrame', 'firstTime'])
/** The mark beside each list that may be cut. */
const MARKS = new Map([
  ['dialects', 'dialectsCut'],
  ['offeredDialects', 'offeredDialectsCut'],
  ['offered', 'offeredCut'],
  ['mechanisms', 'mechanismsCut'],
  ['ciphers', 'contextsCut'],
  ['signingAlgorithms', 'contextsCut'],
  ['hashAlgorithms', 'contextsCut'],
  ['compressionAlgorithms', 'contextsCut'],
])

/** What `less` has and `more` does not: paths and values. */
function contradictions(less: unknown, more: unknown, path = ''): string[] {
  const name = path.slice(path.lastIndexOf('.') + 1)
  if (less === more || less === null || isUnknown(name, less, more)) return []
  const what = [`${path}: ${JSON.stringify(less)}, then ${JSON.stringify(more)}`]
  if (GROWING.has(name)) return compareNumbersOrTimes(less, more) <= 0 ? [] : what
  if (SHRINKING.has(name)) return compareNumbersOrTimes(less, more) >= 0 ? [] : what
  if (!isFields(less) || !isFields(more)) return what
  if ('frame' in less && MAY_COME_LATER.has(name.split('/')[0]!)) {
    return compareNumbersOrTimes(less['frame'], more['frame']) >= 0 ? [] : what
  }
  return Object.keys(less).flatMap((key) => {
    const place = path === '' ? key : MAY_COME_LATER.has(name) ? `${path}/${key}` : `${path}.${key}`
    const [a, b] = [less[key], more[key]]
    // A missing list is not a cut one.
    if (key === 'offeredDialectsCut' && String(less['offeredDialects']) === '') return []
    if (!Array.isArray(a) || !Array.isArray(b)) return contradictions(a, b, place)
    const mark = MARKS.get(key)
    if (mark !== undefined) return isListOf(a, b, less[mark] === true) ? [] : [`${place}: ${a}, then ${b}`]
    return a.flatMap((item) => unmatched(key, item, b).map((what) => `${place}: ${what}`))
  })
}

function compareNumbersOrTimes(a: unknown, b: unknown): number {
  return typeof a === 'number' ? a - Number(b) : Date.parse(String(a)) - Date.parse(String(b))
}

/** Values that mean "not seen" without being null; and marks that stay set until everything was seen. */
function isUnknown(name: string, less: unknown, more: unknown): boolean {
  if (name.endsWith('Cut')) return less === true
  if (name === 'status') return less === 'pending' || less === 'unknown'
  if (less === 'ntlmv1-any') return more === 'ntlmv1' || more === 'ntlmv1-ess' || more === 'lm+ntlmv1'
  return less === 'unknown' && (name === 'auth' || name === 'kind' || name === 'channelBindings')
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A cut list has some of the entries of the whole one, in the same order. */
function isListOf(part: readonly unknown[], whole: readonly unknown[], cut: boolean): boolean {
  const rest = whole.filter((item) => part.includes(item))
  return JSON.stringify(part) === JSON.stringify(cut ? rest : whole)
}

/** There may be more logons and trees, and all earlier ones are still there. */
function unmatched(key: string, item: unknown, list: readonly unknown[]): string[] {
  if (!isFields(item)) return list.includes(item) ? [] : [String(item)]
  // The same tree counts once, at its first connect.
  const wanted = key === 'trees' ? { ...item, frame: null, time: null } : item
  const tries = list.map((other) => contradictions(wanted, other))
  return tries.some((found) => found.length === 0)
    ? []
    : [`${JSON.stringify(item)}: ${tries.map((t) => t[0]).join('; ')}`]
}

function byId(items: readonly { id: string }[], others: readonly { id: string }[]): string[] {
  return items.flatMap((item) => {
    const other = others.find(({ id }) => id === item.id)
    return other === undefined ? [`${item.id} is gone`] : contradictions(item, other)
  })
}

/** The rows of one frame are in order; some of a compound may be missing. */
function rowsTakenBack(less: readonly SmbMessage[], more: readonly SmbMessage[]): string[] {
  let at = 0
  for (const row of less) {
    while (at < more.length && contradictions(row, more[at]).length > 0) at++
    if (at++ >= more.length) return [`row ${JSON.stringify(row)}`]
  }
  return []
}

/** Findings that may disappear or become less severe when more is seen: each is about something unknown, and says so. */
const REASONS: readonly { why: string; applies(finding: Finding, later: Scan): boolean }[] = [
  {
    why: 'SessionFlags or the credentials were cut: the session turns out to be one without a key, which has a finding of its own',
    applies: ({ rule }, { findings }) =>
      (rule === 'unsigned-session' || rule === 'unencrypted-session') &&
      findings.some((f) => f.rule === 'guest-session' || f.rule === 'anonymous-session'),
  },
  {
    why: 'the user name was cut: a guest who asked for it is less than one who was made one, and high is for both until it is seen',
    applies: ({ rule, message }) => rule === 'guest-session' && message.includes('whose name was not seen'),
  },
]

function findingsTakenBack({ findings }: Scan, later: Scan): string[] {
  return findings
    .filter((finding) => {
      const same = later.findings.filter((f) => f.rule === finding.rule && sameHosts(f, finding))
      const stands = same.some((f) => atLeast(f.severity, finding.severity))
      return !stands && !REASONS.some((reason) => reason.applies(finding, later))
    })
    .map(({ severity, message }) => `${severity}: ${message}`)
}

/** Words with which a finding denies something: they must not rest on what was cut. */
const DENIALS = [
  'no cipher was negotiated',
  'cannot encrypt',
  'does not offer',
  'offers no more',
  'accepted none',
  'lists SMB2 dialects only',
  'neither side requires',
  'no answer was seen',
  'gave no name',
  'denied it every share',
  'on no cipher',
  'offered no encryption',
  'offers no Kerberos',
  'offered no Kerberos',
  'without a MIC',
  'without a target name',
]

/**
 * That a client offered no Kerberos stays true when a reason is seen that goes before it, such as an address as the target. The lists of mechanisms are
 * compared as facts.
 */
const OFFER_DENIAL = 'offered no Kerberos'

function denialsTakenBack({ findings }: Scan, later: Scan): string[] {
  return findings.flatMap(({ rule, message }) => {
    const same = later.findings.filter((f) => f.rule === rule).map((f) => f.message)
    return DENIALS.filter(
      (denial) =>
        !(rule === 'ntlm-fallback' && denial === OFFER_DENIAL) &&
        message.includes(denial) &&
        same.length > 0 &&
        !same.some((text) => text.includes(denial)),
    ).map((denial) => `${rule}: ${denial}`)
  })
}

function sameHosts(a: Finding, b: Finding): boolean {
  return a.client?.ip === b.client?.ip && a.server?.ip === b.server?.ip
}

/** Packets of another length make a different capture. */
function withoutCapture<T extends { captureId: string }>(facts: readonly T[]): Omit<T, 'captureId'>[] {
  return facts.map(({ captureId: _, ...rest }) => rest)
}

function takenBack(less: Scan, more: Scan): string[] {
  const identified = ({ records }: Scan) => records.filter((r) => r.type === 'connection' || r.type === 'session')
  return [
    ...byId(withoutCapture(less.ledger.connections), withoutCapture(more.ledger.connections)),
    ...byId(withoutCapture(less.ledger.sessions), withoutCapture(more.ledger.sessions)),
    ...byId(identified(less), identified(more)),
    ...rowsTakenBack(less.rows, more.rows),
    ...findingsTakenBack(less, more),
    ...denialsTakenBack(less, more),
  ]
}

describe('a longer snap length takes nothing back', () => {
  it.each(some(SAMPLES))('in %s', async (name) => {
    const sink = collector()
    const summary = await readCapture(`${FOLDER}${name}`, sink)
    const lengths = some(AT_EVERY_LENGTH.has(name) ? ALL_LENGTHS : SOME_LENGTHS)
    let before = scan(sink.frames, summary, lengths[0]!)
    for (const length of [...lengths.slice(1), 65_535]) {
      const after = scan(sink.frames, summary, length)
      expect(takenBack(before, after), `${name} at ${length} bytes a packet`).toEqual([])
      before = after
    }
  })
})
