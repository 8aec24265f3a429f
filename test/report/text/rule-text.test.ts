import { describe, expect, it } from 'vitest'
import { RULES } from '../../../src/audit/rules/index.ts'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { writeRule, writeRuleList } from '../../../src/report/text/rule-text.ts'
import { rule, textOf } from '../../support/findings.ts'

const TERMINAL = { width: 80, color: false }

describe('the catalogue', () => {
  it('lists every rule on one line, in order', () => {
    const lines = textOf((sink) => writeRuleList(RULES, sink, TERMINAL)).split('\n')
    expect(lines.slice(0, RULES.length).map((line) => line.split(/ +/, 2))).toEqual(
      RULES.map(({ id, severity }) => [id, severity]),
    )
  })

  it('prints everything that a rule says about itself', () => {
    const one = rule({ falsePositives: ['A lab without a domain.', 'Another.'] })
    expect(textOf((sink) => writeRule(one, sink, TERMINAL))).toBe(
      [
        'unsigned-session  high',
        'A session goes unsigned',
        '',
        'Why',
        '  Whoever sits between can change it.',
        '',
        'How it is decided',
        '  By the messages after the session setup.',
        '',
        'Fix',
        '  Require signing on the server.',
        '  PS> Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
        '',
        'When it is wrong',
        '  - A lab without a domain.',
        '  - Another.',
        '',
        'In "Protect SMB traffic from interception"',
        '  Require SMB signing',
        '',
        'References',
        '  - https://learn.microsoft.com/windows-server/storage/file-server/smb-signing-overview',
        '',
      ].join('\n'),
    )
  })

  it.each(RULES.map((each) => [each.id, each] as const))(
    '%s fits the terminal, except for lines to copy',
    (_id, each) => {
      for (const line of textOf((sink) => writeRule(each, sink, TERMINAL)).split('\n')) {
        if (!line.includes('PS>') && !line.includes('https://')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
      }
    },
  )
})
