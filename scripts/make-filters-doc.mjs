// Writes docs/filters.md from the field tables: npm run docs:filters.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const TEXT = `# Filters

A filter narrows what a table shows, as you type. \`severity:high auth:ntlm client:10.0.0.0/8 -user:alice\` shows sessions
with findings of high severity, NTLM authentication and a client in 10.0.0.0/8, except those of alice.

| You write | It finds |
| --- | --- |
| \`alice\` | rows with the text in any column; case matters if you type upper case |
| \`user:alice\` | rows with the text in that column |
| \`a b\` | rows with both; you may write \`AND\` between them |
| \`a OR b c\` | rows with a or b, and with c: OR binds tighter than the blank |
| \`user:alice,bob\` | either value |
| \`-a\`, \`!a\`, \`NOT a\` | rows without it |
| \`-(a OR b)\` | parentheses group |
| \`user:"John Doe"\` | in quotes, all characters are literal; \`""\` is a quote |
| \`user:adm*\` | wildcards: the whole value must match |
| \`user:=alice\` | rows with exactly that value |
| \`user:none\`, \`guest:unknown\` | rows whose value is absent or unknown |

An unfinished part, such as \`severity:\`, is ignored until it is complete. So is a faulty part: the error says where and why.

| Kind | How to write values |
| --- | --- |
| text | any text; it matches a part of the value |
| choice | one of the words listed, or a prefix that several share: \`auth:ntlm\` |
| flag | \`yes\`, \`no\`, \`unknown\` |
| number | \`5\`, \`0x1f\`, \`>5\`, \`<=5\`, \`5..10\`, \`5..\` |
| severity | \`high\`, \`>=medium\`, \`low..high\` |
| dialect | \`3.1.1\`, \`<3.1.1\`, \`2.1..3.0\`, \`3\` for 3.x, \`smb1\`, \`smb2\`, \`smb3\`, \`"NT LM 0.12"\` |
| time | in UTC: \`10:42\` of any day, \`2024-05-01\`, \`2024-05-01T10:42:07\`, \`>10:42\`, \`2024-05-01..\`. A minute or a day stands for all of it: \`>10:42\` starts at 10:43 |
| address | \`10.0.0.1\`, \`10.0.\`, \`10.0.0.0/8\`, \`fe80::/10\`, \`10.0.*.1\`, with a port \`10.0.0.1:445\`, \`[fe80::1]:445\`, \`:445\` |
`

/** @param {readonly import('../src/tui/views/view.ts').View[]} views those with a table have filters */
export function renderFilters(views) {
  const comment = '<!-- Made by scripts/make-filters-doc.mjs from the views and src/query/fields/. Do not edit. -->\n'
  return (
    comment +
    TEXT +
    views
      .filter((view) => 'fields' in view)
      .map(({ title, fields }) => renderView(title, fields))
      .join('')
  )
}

function renderView(heading, fields) {
  const rows = fields.map(({ key, aliases = [], kind, help, values = [] }) => {
    const others = aliases.map((alias) => `\`${alias}\``).join(', ')
    const choices = values.length === 0 ? '' : `: ${values.map((value) => `\`${value}\``).join(', ')}`
    return `| \`${key}\` | ${others} | ${kind} | ${help}${choices} |\n`
  })
  return `\n## ${heading}\n\n| Key | Also | Kind | What it is |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = new URL('..', import.meta.url)
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/tui/views/views.ts', root))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  const { VIEWS } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
  const text = renderFilters(VIEWS)
  const file = new URL('docs/filters.md', root)
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(file, text)
}
