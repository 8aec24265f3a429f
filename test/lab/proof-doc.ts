/** docs/readiness-proof.md and its short form in README.md, from the recorded run. */
import {
  markdownNotEnforced,
  markdownNotObserved,
  markdownSettings,
  markdownSummary,
  markdownTable,
  totals,
} from './comparison-text.ts'
import type { Recorded } from './recorded.ts'

export function proofDocument({ outcomes, comparison }: Recorded): string {
  return `<!-- Made by npm run docs:proof from captures/estate/ and test/lab/. Do not edit. -->
# Readiness, proved by doing it

\`smblens readiness\` predicts what a control would break. Here the predictions are held against what happens when the control is enforced.

Real clients work against a Samba server that permits everything: SMB1, guests, null sessions, NTLMv1. Each client is on a host of its own, and does a
job: it lists a share, reads a file, writes one and reads it back, or asks the server a question. All of it is captured. From that capture alone
\`smblens readiness\` predicts for each client what each control would break. Then each control is enforced, one at a time, and the same clients do the
same jobs again. A client breaks if its job fails twice.

\`\`\`sh
npm run prove-readiness               # all of it, in network namespaces: needs root, and the programs below
npm run prove-readiness -- --recorded # the recorded run (captures/estate/) with today's predictions: needs nothing
\`\`\`

It needs Linux and Debian's iproute2, nftables, ethtool, tcpdump, samba, smbclient, krb5-kdc and krb5-admin-server. Clients of python3-impacket, curl
and rclone take part where they are installed.

${totals(comparison, outcomes)}

${markdownSummary(comparison)}

## How each control is enforced

The server's settings follow those of a server that permits everything (\`PERMISSIVE\` in test/lab/estate/servers.ts).

${markdownSettings()}

Nothing here enforces the other controls:

${markdownNotEnforced()}

## Client by client

Bold: a break. "? works" and "? breaks": the traffic does not show it, so nothing was predicted; the word is what happened. "-": this client has no
setting that enforces the control. \`/client\`: the client enforces the control, otherwise the server does. test/lab/estate/clients.ts has the settings
of each client.

${markdownTable(comparison)}

## What was not predicted

The row of each client names the fact that is missing.

${markdownNotObserved(comparison)}

## What it does not show

The server is Samba, and so are most of the clients. Windows is stricter in places, and the messages of such rows say so. Some clients fail under
required signing now and then, when the server answers a read in two steps (rclone 1.60); the servers here answer in one.
`
}

const BEGIN = '<!-- proof: npm run docs:proof -->'
const END = '<!-- end of the proof -->'

/** README.md with the short form between its markers. @throws {Error} if it has no markers */
export function withProof(readme: string, { outcomes, comparison }: Recorded): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} ... ${END}`)
  const text = `${totals(comparison, outcomes)}\n\n${markdownSummary(comparison)}`
  return `${readme.slice(0, begin + BEGIN.length)}\n${text}\n${readme.slice(end)}`
}
