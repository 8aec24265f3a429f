// Writes docs/controls.md from the guide's sections, the rules and the readiness controls: npm run docs:controls.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { GUIDE_SECTIONS } from './guide-sections.mjs'

const GUIDE = 'https://learn.microsoft.com/windows-server/storage/file-server/smb-interception-defense'

const INTRODUCTION = `<!-- Made by scripts/make-controls-doc.mjs. Do not edit. -->
# What of the guide shows in traffic

Microsoft's [Protect SMB traffic from interception][guide] names settings, and a capture shows behaviour. This page lists the sections and numbered
items of the guide in their order: which rules judge them ([rules.md](rules.md)), which readiness controls predict what enforcing them would
break (\`smblens readiness\`), and what no SMB traffic shows. About that, silence means nothing.

[guide]: ${GUIDE}

| Section or item | Rules | Readiness |
| --- | --- | --- |
`

/**
 * @param {readonly import('../src/audit/rule/rule.ts').Rule[]} rules
 * @param {readonly import('../src/readiness/judging/judged-control.ts').Control[]} controls
 */
export function renderControls(rules, controls) {
  const sections = GUIDE_SECTIONS.map((section) => ({
    ...section,
    rules: [...rules.filter(({ guide }) => guide === section.title).map(({ id }) => id), ...(section.rules ?? [])],
    controls: [
      ...controls.filter(({ guide }) => guide === section.title).map(({ id }) => id),
      ...(section.controls ?? []),
    ],
  }))
  const rows = sections.map((section) => `| ${name(section)} | ${links(section.rules)} | ${codes(section.controls)} |`)
  const text = sections.flatMap((section) => [
    '',
    `${section.level === 1 ? '##' : '###'} ${section.title}`,
    '',
    ...body(section),
  ])
  const blind = controls.filter(({ unobservable }) => unobservable !== null)
  return [
    INTRODUCTION + rows.join('\n'),
    ...text,
    '',
    '## The readiness controls',
    '',
    '| Control | What it is | Section | |',
    '| --- | --- | --- | --- |',
    ...controls.map(
      ({ id, title, guide, unobservable }) =>
        `| \`${id}\` | ${title} | ${guide} | ${unobservable === null ? '' : 'not observed'} |`,
    ),
    '',
    ...blind.map(({ id, unobservable }) => `- \`${id}\`: ${unobservable}`),
    '',
  ].join('\n')
}

function body({ rules, controls, unseen }) {
  return [
    ...(rules.length > 0 ? [`- Rules: ${links(rules)}`] : []),
    ...(controls.length > 0 ? [`- Readiness: ${codes(controls)}`] : []),
    ...(unseen === null
      ? []
      : [`- ${rules.length + controls.length > 0 ? 'Not observable' : 'Not observable at all'}: ${unseen}`]),
  ]
}

function name({ title, level }) {
  return level === 1 ? `**${title}**` : level === 'item' ? `· ${title}` : title
}

function links(ids) {
  return ids.length === 0 ? '–' : ids.map((id) => `[${id}](rules.md#${id})`).join(', ')
}

function codes(ids) {
  return ids.length === 0 ? '–' : ids.map((id) => `\`${id}\``).join(', ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { outputFiles } = await build({
    stdin: {
      contents: `export { RULES } from './src/audit/rules/index.ts'; export { CONTROLS } from './src/readiness/controls/index.ts'`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  })
  const { RULES, CONTROLS } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  const file = new URL('../docs/controls.md', import.meta.url)
  const text = renderControls(RULES, CONTROLS)
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(file, text)
}
