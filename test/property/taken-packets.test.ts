/** @module-tag long */
/**
 * Packets that are taken out of a capture never make a finding appear: what is reported without them is reported with them, as severe or more so. This
 * holds for the rules below, which conclude nothing from what was not seen.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import { atLeast } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { cases } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
const IDS = ['encryption-unsupported', 'ntlm-fallback', 'ntlm-unprotected', 'kerberos-weak-etype', 'logon-bruteforce']
const RULES_HELD = RULES.filter(({ id }) => IDS.includes(id))
const POLICY = defaultPolicy(createNetworks())

/** The samples in which any of these rules reports something that others do not, and some in which none does. */
const SAMPLES = readdirSync(FOLDER).filter((name) =>
  /^(?:no-cipher|logons|kerberos|ntlm|impacket|smb1-(?:ntlmv1|lanman|unsigned)|guest|reauthentication|two-channels|smb30).*\.pcap$/.test(
    name,
  ),
)

function findingsIn(frames: readonly CollectedFrame[], keep: (index: number) => boolean, summary: CaptureSummary) {
  const tracker = new Tracker('test.pcap')
  frames.forEach(({ data, original, linkType, time }, i) => {
    if (keep(i)) tracker.frame(data, 0, data.length, Math.max(original, data.length), linkType, time, i + 1)
  })
  return audit(tracker.finish(summary), { policy: POLICY, rules: RULES_HELD })
}

/** Findings of the part that the whole does not have. */
function appeared(part: readonly Finding[], whole: readonly Finding[]): string[] {
  return part
    .filter(
      ({ rule, client, server, severity }) =>
        !whole.some(
          (other) =>
            other.rule === rule &&
            (other.client === null || client === null || other.client.ip === client.ip) &&
            (other.server === null || server === null || other.server.ip === server.ip) &&
            atLeast(other.severity, severity),
        ),
    )
    .map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`)
}

describe('packets that are taken away make no finding appear', () => {
  it('in samples that show what the rules report', () => {
    expect(SAMPLES.length).toBeGreaterThan(20)
    expect(RULES_HELD.map(({ id }) => id)).toEqual(expect.arrayContaining(IDS))
  })

  it.each(SAMPLES)('%s', async (name) => {
    const sink = collector()
    const summary = await readCapture(`${FOLDER}${name}`, sink)
    const { frames } = sink
    const whole = findingsIn(frames, () => true, summary)
    for (let i = 0; i < frames.length; i++) {
      expect(
        appeared(
          findingsIn(frames, (each) => each !== i, summary),
          whole,
        ),
        `without frame ${i + 1}`,
      ).toEqual([])
    }
    for (let i = 1; i < frames.length; i += 3) {
      expect(
        appeared(
          findingsIn(frames, (each) => each >= i, summary),
          whole,
        ),
        `from frame ${i + 1}`,
      ).toEqual([])
      expect(
        appeared(
          findingsIn(frames, (each) => each < i, summary),
          whole,
        ),
        `until frame ${i}`,
      ).toEqual([])
    }
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: frames.length, maxLength: frames.length }), (kept) => {
        expect(
          appeared(
            findingsIn(frames, (i) => kept[i]!, summary),
            whole,
          ),
        ).toEqual([])
      }),
      { numRuns: cases(60) },
    )
  })
})
