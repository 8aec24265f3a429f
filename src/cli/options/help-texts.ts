/** The parts of the help that are not made from a list of options. Lines have at most 80 columns. */
import { alternatives } from '../../base/wording.ts'
import { CONTROL_IDS, CONTROL_TITLES } from '../../readiness/control.ts'

export const DESCRIPTION = `Reads packet captures and audits the SMB traffic in them: who still uses SMB1,
which sessions are guest, anonymous, unsigned, unencrypted or authenticated with
NTLM, and which SMB traffic leaves the network. It never sends a packet.`

export const EXAMPLES = `
Examples:
  smblens office.pcap                          explore it in the terminal UI
  smblens scan office.pcap                     report what is wrong, worst first
  smblens readiness office.pcap                what would break under hardening
  smblens scan evidence/ --min-severity high   all captures below a folder
  smblens scan a.pcap -f ndjson | jq .         records for scripts, one per line
  smblens scan a.pcap -f csv -o findings.csv   findings for a spreadsheet
  smblens scan a.pcap --fail-on high           exit status 1 if any is that bad
  tcpdump -w - port 445 | smblens scan -       read from another program
  sudo smblens live -i eth1                    watch an interface
  smblens messages a.pcap | head               list every SMB message
  smblens diff before.ndjson after.ndjson      what is new, worse or fixed
  smblens rules ntlm-auth                      explain a rule and how to fix it
`

/** Of commands that have --fail-on. */
export const EXIT_STATUSES = `
Exit status:
  0  success
  1  success, and a finding is at or above --fail-on
  2  wrong usage, or the output cannot be written
  3  some input could not be read, or was cut or damaged; the rest was read
  If both 1 and 3 apply, it is 1: a finding holds, whatever could not be read.
`

/** Of commands that judge nothing, and of those that run without an end. */
export const PLAIN_EXIT_STATUSES = `
Exit status:
  0  success
  2  wrong usage, or the output cannot be written
  3  some input could not be read, or was cut or damaged; the rest was read
`

export const INTERFACES_STATUSES = `
Exit status:
  0  a program can capture here
  3  no program can capture; the list says what each of them needs
`

export const PATHS_HELP = `
Paths are captures (pcap or pcapng, gzip-compressed or not), folders with all
captures below them, patterns, or - for standard input.
`

export const READINESS_DESCRIPTION = `Predicts what would break if the controls of Microsoft's guide "Protect SMB
traffic from interception" were enforced: which clients are ready, which would
break and why, and of which too little was seen. "Not seen" is never "ready".`

export const READINESS_HELP = `
Examples:
  smblens readiness office.pcap                     who would break, and why
  smblens readiness week/ --plan                    in which order, and how
  smblens readiness week/ --plan --control require-signing
  smblens readiness week/ --hosts breaks --control require-signing,block-ntlm
  smblens readiness week/ -f ndjson | jq 'select(.state == "breaks")'
`

export const LIVE_HELP = `
Examples:
  sudo smblens live -i eth1                  a span port, in the terminal UI
  sudo smblens live -i eth1 -f ndjson        the same as JSON lines
  smblens live -i eth1 --write smb.pcapng --write-size 100 --write-files 10
  ssh sensor tcpdump -U -w - port 445 | smblens live -i -
  Ctrl-C ends it with a summary. See docs/live.md for the privileges it needs.
`

/** An entry of a catalogue of formats. */
interface Named {
  readonly name: string
  readonly help: string
}

/** `table (the default), json, ndjson or csv`. */
export function formatNames(formats: readonly Named[]): string {
  const names = formats.map(({ name }, i) => (i === 0 ? `${name} (the default)` : name))
  return alternatives(names)
}

/** The report formats, one per line, from the list of them. */
export function formatsHelp(formats: readonly Named[]): string {
  const width = Math.max(...formats.map(({ name }) => name.length))
  return `\nFormats:\n${formats.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}\n`).join('')}`
}

/** The controls, one per line, from the list of them. */
export function controlsHelp(): string {
  const width = Math.max(...CONTROL_IDS.map((id) => id.length))
  return `\nControls:\n${CONTROL_IDS.map((id) => `  ${id.padEnd(width)}  ${CONTROL_TITLES[id]}\n`).join('')}`
}
