import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/audit/rules/index.ts'
import { ABSENCE_REASONS } from '../../src/diff/absence.ts'
import { FAILURES } from '../../src/diff/fail-on.ts'
import { JUDGEMENTS, judgementBit } from '../../src/diff/judgements.ts'
import { type SightingSubject, sightingKey } from '../../src/diff/sightings.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import { arbitraryLedger } from '../support/arbitrary-ledger.ts'
import { cases } from '../support/cases.ts'
import { logon } from '../support/facts.ts'
import { resultFrom } from '../support/results.ts'

const ids = RULES.map(({ id }) => id)

describe('judgements', () => {
  it('has an entry for every rule: what shows that its finding is fixed, or why nothing does', () => {
    expect(ids.filter((id) => !(id in JUDGEMENTS))).toEqual([])
    expect(Object.keys(JUDGEMENTS).filter((id) => !ids.includes(id))).toEqual([])
  })

  it('gives each its own bit', () => {
    const bits = ids.map(judgementBit).filter((bit) => bit !== null)
    expect(new Set(bits).size).toBe(bits.length)
    expect(bits.every((bit) => bit > 1 && Number.isInteger(Math.log2(bit)) && bit < 2 ** 30)).toBe(true)
  })

  it('agrees with the rules: nothing is found where all is well', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLedger, async (facts) => {
        for (const one of singleCases(facts)) {
          const { scan } = await resultFrom(one)
          for (const { rule, subject } of scan!.findings.values()) {
            const bit = judgementBit(rule)
            const good = bit !== null && scan!.seen.shown(sightingKey(subject), bit).good
            expect({ rule, good }).toEqual({ rule, good: false })
          }
        }
      }),
      { numRuns: cases(60) },
    )
  })

  it('agrees with the rules: something is found where it is not', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLedger, async (facts) => {
        for (const one of singleCases(facts)) {
          const { scan } = await resultFrom(one)
          const [connection] = one.connections
          for (const [rule, { of }] of Object.entries(JUDGEMENTS)) {
            const bit = judgementBit(rule)
            if (bit === null) continue
            const subject = subjectOf(rule, one)
            const bad = subject !== null && scan!.seen.shown(sightingKey(subject), bit).bad
            // A client whose offer of SMB1 was taken is a finding of the rule about that.
            const rules = rule === 'smb1-offered' ? [rule, 'smb1-negotiated'] : [rule]
            const found = [...scan!.findings.values()].some((finding) => rules.includes(finding.rule))
            expect({ rule, of, wrong: bad && !found, connection: bad && !found && connection }).toMatchObject({
              wrong: false,
            })
          }
        }
      }),
      { numRuns: cases(60) },
    )
  })
})

/** Each connection with one session of one logon, in one family: several may be one as this and one as that. */
function singleCases({ connections, sessions, ...rest }: PlainLedger): PlainLedger[] {
  return connections.map((each) => {
    const connection = { ...each, smb1: each.negotiateResponse === null ? each.smb1 : null }
    const own = sessions.find((session) => session.connection === each.id)
    if (own === undefined) return { ...rest, connections: [connection], sessions: [] }
    const { auth, user, domain, guest, anonymous } = own
    const isNull = auth === 'anonymous'
    const granted = own.status === 'established'
    const ntStatus = granted ? 0 : own.ntStatus
    const session = {
      ...own,
      ...(isNull && { user: null, domain: null }),
      guest: granted ? guest : null,
      ntStatus,
      anonymous: granted ? isNull || anonymous : null,
      logons: [logon({ auth, user, domain, ntStatus, guest, anonymous })],
      family: connection.smb1 === null ? ('smb2' as const) : ('smb1' as const),
    }
    return { ...rest, connections: [connection], sessions: [session] }
  })
}

/** Whose finding it would be. */
function subjectOf(
  rule: string,
  { connections: [connection], sessions: [session] }: PlainLedger,
): SightingSubject | null {
  if (connection === undefined) return null
  const { client, server } = connection
  const kind = RULES.find(({ id }) => id === rule)!.subject
  const named = JUDGEMENTS[rule]!.of === 'session' && session?.anonymous !== true && session?.auth !== 'anonymous'
  const name = (text: string | null | undefined) => (named && text ? text.toLowerCase() : null)
  return {
    kind,
    client: kind === 'server' ? null : client.ip,
    server: kind === 'client' ? null : server.ip,
    port: kind === 'server' ? server.port : null,
    domain: name(session?.domain),
    user: name(session?.user),
  }
}

describe('docs/diff.md', () => {
  const page = readFileSync(new URL('../../docs/diff.md', import.meta.url), 'utf8')

  it.each(Object.entries(JUDGEMENTS))(
    'says what shows that a finding of %s is fixed, or why nothing does',
    (id, judgement) => {
      const words = judgement.of === null ? `never: ${judgement.never}` : judgement.fixed
      expect(page).toContain(`| \`${id}\` | ${words} |`)
    },
  )

  it('explains every reason and every condition of --fail-on', () => {
    expect([...ABSENCE_REASONS, ...FAILURES].filter((code) => !page.includes(`\`${code}\``))).toEqual([])
  })
})
