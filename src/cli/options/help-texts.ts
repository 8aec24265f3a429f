/** The parts of the help that are not made from a list of options. Lines have at most 80 columns. */
import { alternatives } from '../../base/wording.ts'
import { REPORT_FORMATS } from '../../report/formats/formats.ts'

export const DESCRIPTION = `Reads packet captures and audits the SMB traffic in them: who still uses SMB1,
which sessions are guest, anonymous, unsigned, unencrypted or authenticated with
NTLM, and which SMB traffic leaves the network. It never sends a packet.`

export const EXAMPLES = `
Examples:
  smblens office.pcap                          explore it in the terminal UI
  smblens scan office.pcap                     report what is wrong, worst first
  smblens scan evidence/ --min-severity high   all captures below a folder
  smblens scan a.pcap -f ndjson | jq .         records for scripts, one per line
  smblens scan a.pcap -f csv -o findings.csv   findings for a spreadsheet
  smblens scan a.pcap --fail-on high           exit status 1 if any is that bad
  tcpdump -w - port 445 | smblens scan -       read from another program
  sudo smblens live -i eth1                    watch an interface
  smblens messages a.pcap | head               list every SMB message
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

export const LIVE_HELP = `
Examples:
  sudo smblens live -i eth1                  a span port, in the terminal UI
  sudo smblens live -i eth1 -f ndjson        the same as JSON lines
  smblens live -i eth1 --write smb.pcapng --write-size 100 --write-files 10
  ssh sensor tcpdump -U -w - port 445 | smblens live -i -
  Ctrl-C ends it with a summary. See docs/live.md for the privileges it needs.
`

/** `table (the default), json, ndjson or csv`. */
export function formatNames(): string {
  const names = REPORT_FORMATS.map(({ name }, i) => (i === 0 ? `${name} (the default)` : name))
  return alternatives(names)
}

/** The report formats, one per line, from the list of them. */
export function formatsHelp(): string {
  const width = Math.max(...REPORT_FORMATS.map(({ name }) => name.length))
  return `\nFormats:\n${REPORT_FORMATS.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}\n`).join('')}`
}
