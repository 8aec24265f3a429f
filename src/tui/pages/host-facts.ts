/** What is known of a host, in words: its names and where they came from, its systems and their support, and what it did in each role. */
import { listed, number, plural } from '../../base/wording.ts'
import type { ProtectionCounts } from '../../ledger/derived/protection.ts'
import type { NamedBy, NameSource } from '../../report/hosts/host-names.ts'
import type { SystemRecord } from '../../report/hosts/host-systems.ts'
import type { RoleRecord } from '../../report/hosts/role-tally.ts'
import { labelled, paragraphLines, section, wireText } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'

const LABEL = 16

export const SOURCE_WORDS: Record<NameSource, string> = {
  'ntlm-challenge-dns': 'NTLM challenge (DNS)',
  'ntlm-challenge-netbios': 'NTLM challenge (NetBIOS)',
  'ntlm-workstation': 'workstation in NTLM',
  netname: 'asked for by a client (negotiate)',
  'kerberos-sname': 'Kerberos ticket',
  'ntlm-target-name': 'target of an NTLM logon',
  'tree-path': 'path of a share',
}

export function nameLines(names: readonly NamedBy[], width: number): Line[] {
  return names.flatMap(({ name, sources }, i) =>
    labelled(
      i === 0 ? 'Names' : '',
      `${wireText(name)}: ${sources.map((s) => SOURCE_WORDS[s]).join(', ')}`,
      width,
      LABEL,
    ),
  )
}

export function systemLines(systems: readonly SystemRecord[], width: number): Line[] {
  return systems.flatMap((each, i) => [
    ...labelled(i === 0 ? 'System' : '', systemText(each), width, LABEL),
    ...(each.system === null ? [] : labelled('', supportText(each), width, LABEL, supportTone(each))),
  ])
}

function systemText({ system, version, source, role }: SystemRecord): string {
  const named = `named as a ${role} in ${source === 'ntlm-version' ? 'NTLM' : 'SMB1'}`
  if (system !== null) return `${wireText(system)}, ${named}`
  return `${version ?? 'a version'}, ${named}: not the number of a Windows build. Samba, impacket and others send such numbers`
}

function supportText({ contradicted, support }: SystemRecord): string {
  if (contradicted) return 'other software: it uses a dialect that is newer than this Windows'
  if (support === null) return 'nothing is known of its support'
  const { state, end, longTermEnd, paidUpdatesUntil, datesOf } = support
  const more = [
    longTermEnd === null ? '' : `long-term editions until ${longTermEnd}`,
    paidUpdatesUntil === null ? '' : `paid updates until ${paidUpdatesUntil}`,
  ].filter((text) => text !== '')
  const words = {
    supported: `supported until ${end}`,
    ended: `support had ended on ${end}`,
    'long-term-only': `support had ended on ${end}`,
    unknown: `support was to end on ${end}, after these dates were looked up, so it may have been extended`,
  }
  return `${[words[state], ...more].join('; ')} (dates of ${datesOf}; the patch level is never visible)`
}

function supportTone({ contradicted, support }: SystemRecord): Tone {
  if (contradicted || support === null || support.state === 'unknown') return 'quiet'
  return support.state === 'supported' ? 'plain' : support.state === 'ended' ? 'high' : 'medium'
}

export function roleSection(title: string, role: RoleRecord | null, isClient: boolean, width: number): Line[] {
  if (role === null) return []
  const fact = (label: string, value: string, tone: Tone = 'plain') =>
    value === '' ? [] : labelled(`  ${label}`, value, width, LABEL, tone)
  const { signing, encryption } = role
  const guids = [...role.guids, ...(role.moreGuids ? ['and more'] : [])]
  const lines = [
    ...fact('Seen', `${plural(role.connections, 'connection')}, ${plural(role.sessions, 'session')}`),
    ...fact('Offered', role.offeredDialects.map(wireText).join(', ')),
    ...fact(isClient ? 'Agreed' : 'Chose', role.dialects.map(wireText).join(', ')),
    ...fact(
      'Signing',
      counted(
        [
          ['required', signing.required],
          ['enabled', signing.enabled],
          ['none', signing.none],
        ],
        'connection',
      ),
    ),
    ...fact('Encryption', encryptionText(encryption, isClient)),
    ...fact('Sessions', protectionText(role.protection)),
    ...fact(
      'Logons',
      Object.entries(role.logons)
        .map(([kind, n]) => `${number(n)} ${kind}`)
        .join(', '),
    ),
    ...fact('Guest', role.guestSessions === 0 ? '' : plural(role.guestSessions, 'session'), 'high'),
    ...fact('Null', role.nullSessions === 0 ? '' : plural(role.nullSessions, 'session'), 'medium'),
    ...fact(isClient ? 'ClientGuid' : 'ServerGuid', guids.map(wireText).join(', '), 'quiet'),
  ]
  return section(
    title,
    lines.length > 0 ? lines : paragraphLines('Nothing more was seen.', width, '  ', 'quiet'),
    width,
  )
}

function counted(kinds: readonly (readonly [name: string, n: number])[], unit: string): string {
  const seen = kinds.filter(([, n]) => n > 0)
  return listed(seen.map(([name, n]) => `${name} in ${plural(n, unit)}`))
}

function encryptionText(
  { offered, notOffered, required, requiredForShares }: RoleRecord['encryption'],
  isClient: boolean,
): string {
  const [yes, no] = isClient
    ? ['a cipher offered', 'none offered']
    : ['a cipher agreed', 'none agreed, although offered']
  const parts = [
    counted(
      [
        [yes, offered],
        [no, notOffered],
      ],
      'connection',
    ),
    counted(
      [
        ['required', required],
        ['required for a share', requiredForShares],
      ],
      'session',
    ),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

const PROTECTION_WORDS: Record<keyof ProtectionCounts, string> = {
  encrypted: 'encrypted',
  signed: 'signed',
  partly: 'signed in part',
  clear: 'neither signed nor encrypted',
  unseen: 'protection not seen',
  refused: 'refused',
  unanswered: 'not answered',
}

function protectionText(protection: ProtectionCounts): string {
  const kinds = Object.keys(PROTECTION_WORDS) as (keyof ProtectionCounts)[]
  return kinds
    .filter((kind) => protection[kind] > 0)
    .map((kind) => `${number(protection[kind])} ${PROTECTION_WORDS[kind]}`)
    .join(', ')
}
