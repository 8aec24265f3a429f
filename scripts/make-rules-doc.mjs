// Writes docs/rules.md from the catalogue as built: npm run docs:rules.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const GUIDE = 'https://learn.microsoft.com/windows-server/storage/file-server/smb-interception-defense'

/** @param {readonly import('../src/audit/rule/rule.ts').Rule[]} rules */
export function renderRules(rules) {
  return [
    '<!-- Made by scripts/make-rules-doc.mjs from src/audit/rules/. Do not edit. -->',
    '# Rules',
    '',
    'What `smblens scan` reports, rule by rule. `smblens rules ID` prints the same text. The severity in the table is the default: each rule says',
    `what raises or lowers it. "Guide" is the section of Microsoft's [Protect SMB traffic from interception](${GUIDE}).`,
    '',
    'Three things hold for every rule. A verdict that depends on a frame that is not in the capture is not given, or is reported as unknown. One',
    'cause gives one finding: repeated cases between the same hosts are counted, with the first frames of the worst cases as evidence, and the',
    'severity of the finding is that of the worst case. A finding depends only on its own capture, because private addresses repeat from site to site.',
    '',
    '"Known elsewhere as" names what people report against: techniques of MITRE ATT&CK (as of February 2026), recommendations of the CIS benchmark for',
    'Windows Server 2022 v5.0.0 (February 2026), and rules of the DISA STIG for Windows Server 2022. Each was looked up: ATT&CK in the mappings of the Center',
    'for Threat-Informed Defense and at attack.mitre.org, CIS in public test suites that follow the benchmark recommendation by recommendation, DISA in the',
    'InSpec profile that is made from the XCCDF file of the STIG. A rule without an entry in one of them has none that could be found there.',
    '',
    '| Rule | Severity | Guide |',
    '| --- | --- | --- |',
    ...rules.map((rule) => `| [${rule.id}](#${rule.id}) | ${rule.severity} | ${rule.guide} |`),
    ...rules.flatMap(renderRule),
    '',
  ].join('\n')
}

function renderRule({
  id,
  title,
  severity,
  guide,
  why,
  how,
  remediation,
  remediationFor = {},
  identifiers,
  references,
  falsePositives,
}) {
  return [
    '',
    `## ${id}`,
    '',
    `**${title}** · ${severity} · Guide: ${guide}`,
    '',
    why,
    '',
    `**How it is decided.** ${how}`,
    '',
    ...[remediation, ...Object.values(remediationFor)].flatMap(renderRemediation),
    '**When it is wrong**',
    '',
    ...falsePositives.map((text) => `- ${text}`),
    '',
    ...(identifiers.length === 0 ? [] : ['**Known elsewhere as**', '', ...identifiers.map(renderIdentifier), '']),
    '**References**',
    '',
    ...references.map((text) => `- ${text.startsWith('https://') ? `<${text}>` : text}`),
  ]
}

/** @param {import('../src/audit/rule/identifiers.ts').Identifier} identifier */
function renderIdentifier({ id, title, document }) {
  return `- ${id} ${title.replaceAll('\\', '\\\\').replaceAll('*', '\\*')} (${document})`
}

/** @param {import('../src/audit/rule/rule.ts').Remediation} remediation */
function renderRemediation({ applies, audit, setting, powershell }) {
  const purpose = applies === undefined ? '' : ` (${applies})`
  return [
    ...(audit === null ? [] : renderStep(`Audit first${purpose}`, audit)),
    ...renderStep(`How to fix it${purpose}`, { setting, powershell }),
  ]
}

/**
 * @param {string} heading
 * @param {{ setting: string, powershell: string[] }} step
 */
function renderStep(heading, { setting, powershell }) {
  const lines = powershell.length === 0 ? [] : ['```powershell', ...powershell, '```', '']
  return [`**${heading}.** ${setting}`, '', ...lines]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = new URL('../dist/index.js', import.meta.url)
  const file = new URL('../docs/rules.md', import.meta.url)
  const { RULES } = await import(built.href)
  const text = renderRules(RULES)
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(file, text)
}
