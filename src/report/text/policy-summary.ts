/** What a policy file says, for people. */
import { escapeText } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { listed, plural } from '../../base/wording.ts'
import { policyHash } from '../../policy/file/make-policy.ts'
import {
  type ExemptionDocument,
  type HardenedPathDocument,
  OTHERS,
  type PolicyDocument,
  type ZoneDocument,
} from '../../policy/file/policy-document.ts'
import { endOfDay } from '../../policy/file/read-exemptions.ts'
import { createPage, type PageOptions, type TextPage, writeParagraph } from './page.ts'

/** @param now microseconds since 1970: exemptions that have ended by then are marked */
export function writePolicySummary(
  path: string,
  document: PolicyDocument,
  now: number,
  sink: TextSink,
  options: PageOptions,
): void {
  const page = createPage(sink, options)
  const { zones, exemptions } = document
  writeParagraph(page, '', `${escapeText(path)} is valid: ${countsText(document)}.`)
  writeParagraph(page, '', `Hash of what it says: ${policyHash(document)}`, page.style.quiet)
  section(page, 'Internal', [networksText(document.internal)])
  const aliases = Object.entries(document.aliases).map(([name, others]) => `${name}: also ${others.join(', ')}`)
  if (aliases.length > 0) section(page, 'Aliases', aliases)
  if (zones.length > 0) section(page, 'Zones', zones.map(zoneText))
  section(page, 'Paths', document.hardenedPaths.map(pathText))
  section(page, 'Rules', rulesTexts(document))
  if (exemptions.length > 0) {
    const texts = exemptions.map((each, i) => exemptionText(each, i + 1, now))
    section(page, 'Exemptions', texts)
  }
}

function section(page: TextPage, heading: string, lines: readonly string[]): void {
  page.sink.write(`\n${page.style.strong(heading)}\n`)
  for (const line of lines) writeParagraph(page, '  ', escapeText(line))
}

function countsText({ zones, exemptions, hardenedPaths }: PolicyDocument): string {
  return listed([
    plural(zones.length, 'zone'),
    plural(hardenedPaths.length, 'path'),
    plural(exemptions.length, 'exemption'),
  ])
}

function networksText(internal: readonly string[]): string {
  const always = 'private, shared and local addresses'
  return internal.length === 0 ? always : `${always}, and ${internal.join(', ')}`
}

function zoneText({ name, hosts, mayReach, mayNotReach }: ZoneDocument): string {
  const not = mayNotReach.includes(OTHERS)
    ? mayReach.length === 0
      ? 'may reach no zone'
      : 'and no other zone'
    : mayNotReach.length > 0 && `may not reach ${mayNotReach.join(', ')}`
  const parts = [mayReach.length > 0 && `may reach ${mayReach.join(', ')}`, not].filter((part) => part !== false)
  return `${name} (${hosts.join(', ')}): ${parts.length === 0 ? 'nothing is said of what it may reach' : parts.join(', ')}`
}

function pathText({ pattern, mutualAuthentication, integrity, privacy }: HardenedPathDocument): string {
  const needs = [
    mutualAuthentication && 'mutual authentication',
    integrity && 'integrity',
    privacy && 'privacy',
  ].filter((part) => part !== false)
  return `${pattern}: ${needs.length === 0 ? 'nothing is required' : listed(needs)}`
}

function rulesTexts({ minimumDialect, severities, bruteForce }: PolicyDocument): string[] {
  const { withinSeconds, logons, users, servers } = bruteForce
  return [
    `old-dialect: below ${minimumDialect}`,
    `logon-bruteforce: within ${withinSeconds} s, ${logons} refused logons, ${users} users or ${servers} servers`,
    ...Object.entries(severities).map(([rule, severity]) => `${rule}: ${severity}`),
  ]
}

function exemptionText(exemption: ExemptionDocument, number: number, now: number): string {
  const { rules, client, server, user, share, reason, until } = exemption
  const what = [
    rules === null ? 'every rule and control' : rules.join(', '),
    client && `client ${client.join(', ')}`,
    server && `server ${server.join(', ')}`,
    user && `user ${user.join(', ')}`,
    share && `share ${share.join(', ')}`,
  ].filter((part) => part !== null)
  return `${number}. ${what.join('; ')}. ${endText(until, now)}. ${reason}`
}

function endText(until: string | null, now: number): string {
  if (until === null) return 'Without an end'
  return now > (endOfDay(until) ?? 0)
    ? `Ended on ${until}: what is captured since then is found again`
    : `Until ${until}`
}
