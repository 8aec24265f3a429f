/** The command line: what can be asked, in commander's terms. What each command does is in the file of its name, loaded when it is asked for. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { SEVERITIES } from '../audit/rule/rule.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { escapeText } from '../base/safe-text.ts'
import { CAPTURE_PROGRAMS } from '../capture/live/request/live-capture.ts'
import type { InterfacesOptions } from './commands/interfaces.ts'
import type { LiveOptions } from './commands/live.ts'
import type { MessagesOptions } from './commands/messages.ts'
import type { OpenOptions } from './commands/open.ts'
import type { RulesOptions } from './commands/rules.ts'
import type { ReportFormat, ScanOptions } from './commands/scan.ts'
import { limitsHelp } from './options/limits.ts'
import { writeDiagnostic, writeText } from './output/descriptor-sink.ts'

const DESCRIPTION = `Reads packet captures and audits the SMB in them: who still speaks SMB1, which
sessions are guest, anonymous, unsigned, unencrypted or authenticated with
NTLM, and which SMB leaves the network. It sends nothing.`

const EXAMPLES = `
Examples:
  smblens office.pcap                          look around: the terminal UI
  smblens scan office.pcap                     what is wrong, worst first
  smblens scan evidence/ --min-severity high   all captures below a folder
  smblens scan a.pcap -f ndjson | jq .         records for scripts, one a line
  smblens scan a.pcap -f csv -o findings.csv   findings for a spreadsheet
  smblens scan a.pcap --fail-on high           exit status 1 if any is that bad
  tcpdump -w - port 445 | smblens scan -       from another program
  smblens messages a.pcap | head               every SMB message
  smblens rules ntlm-auth                      what it means, how to fix it
`

const EXIT_STATUSES = `
Exit status:
  0  done
  1  done, and a finding is at or above --fail-on
  2  wrong usage, or the output cannot be written
  3  done, but some input could not be read, or was cut or damaged
  Where both 1 and 3 are true it is 1: a finding stands, whatever was not read.
`

const INTERFACES_STATUSES = `
Exit status:
  0  something here can capture
  3  nothing can, for the reasons that are listed
`

const SCAN_HELP = `
Paths are captures (pcap or pcapng, gzip-compressed or not), folders with all
below them, patterns, or - for standard input.
`

const LIVE_HELP = `
Examples:
  sudo smblens live -i eth1                       a span port, in the terminal UI
  sudo smblens live -i eth1 -f ndjson             the same as JSON lines
  smblens live -i eth1 -i eth2 --write smb.pcapng --write-size 100 --write-files 10
  ssh sensor tcpdump -U -w - port 445 | smblens live -i -
  It ends with Ctrl-C, and with a summary. docs/live.md tells which rights it wants.
`

const CAPTURE_WITH = ['auto', ...CAPTURE_PROGRAMS]
const LIVE_FORMATS = ['ndjson']
const SCAN_FORMATS: readonly ReportFormat[] = ['table', 'json', 'ndjson', 'csv']
const THEMES: readonly OpenOptions['theme'][] = ['auto', 'dark', 'light', 'mono']
const MESSAGE_FORMATS: readonly MessagesOptions['format'][] = ['ndjson', 'table']
const RULES_FORMATS: readonly RulesOptions['format'][] = ['table', 'json']

/** @param done is given the exit status of the command that was asked for */
export function createProgram(done: (status: number) => void): Command {
  const program = new Command('smblens')
    .usage('<capture...> | <command> [options]')
    .description(DESCRIPTION)
    .option('-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES + EXIT_STATUSES)
    .helpOption('-h, --help', 'print this help; after a command, the help of the command')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(smblens --help shows how it is used)')
    .configureOutput({
      writeOut: (text) => writeText(1, text),
      writeErr: writeDiagnostic,
      outputError: (text, write) => write(`smblens: ${errorLine(text)}\n`),
    })
    .exitOverride()

  const open = program
    .command('open', { isDefault: true, hidden: true })
    .description('Opens captures in the terminal UI; where there is no terminal it is the same as scan.')
    .addOption(choice('--theme <theme>', 'colours: auto, dark, light or mono', THEMES).default('auto'))
    .action(async (paths: string[], options: OpenOptions) => {
      const { open } = await import('./commands/open.ts')
      done(await open(paths, options))
    })
  const scan = program
    .command('scan')
    .summary('audit captures and write a report')
    .description('Audits captures: what they show, as findings.')
    .action(async (paths: string[], options: ScanOptions) => {
      const { scan } = await import('./commands/scan.ts')
      done(await scan(paths, options))
    })
  for (const command of [open, scan]) {
    command
      .argument('<path...>', 'captures to read')
      .addOption(choice('-f, --format <format>', 'table (the default), json, ndjson or csv', SCAN_FORMATS))
      .option('-o, --output <file>', 'write to this file, not to standard output')
      .addOption(severity('--min-severity <severity>', 'leave out what is less severe than this'))
      .addOption(severity('--fail-on <severity>', 'exit status 1 if there is a finding of this severity or worse'))
      .addOption(list('--rule <id,...>', 'apply only these rules'))
      .addOption(list('--exclude-rule <id,...>', 'do not apply these rules'))
      .addOption(list('--internal <cidr,...>', 'your own public networks: SMB to them does not leave'))
      .option('--memory <size>', 'what may be taken of it: 200M (the default), 1G')
      .addOption(list('--limit <name=n,...>', 'set single limits on memory, listed below'))
      .addHelpText('after', () => SCAN_HELP + limitsHelp() + EXIT_STATUSES)
  }

  program
    .command('live')
    .summary('watch an interface, or a pipe')
    .description(
      'Watches SMB as it passes an interface: in the terminal UI, or as records, each as soon as it is true.',
    )
    .addOption(
      list('-i, --interface <name,...>', 'what to listen on, - for standard input: smblens interfaces lists them'),
    )
    .addOption(choice('-f, --format <format>', 'ndjson: what there is without a terminal', LIVE_FORMATS))
    .option('-o, --output <file>', 'add to this file, do not write to standard output')
    .addOption(amount('--duration <seconds>', 'end after so long', 1, 1e7))
    .addOption(amount('--count <packets>', 'end after so many', 1))
    .addOption(choice('--theme <theme>', 'colours: auto, dark, light or mono', THEMES).default('auto'))
    .addOption(amount('--heartbeat <seconds>', 'how often to tell rates and losses', 1, 86_400).default(60))
    .option('--filter <bpf>', 'narrow what is captured, as tcpdump has it: "net 10.1.0.0/16"')
    .option('--all-traffic', 'capture not only where SMB is expected: finds it on any port')
    .option('--write <file>', 'keep the SMB packets, as pcapng')
    .addOption(amount('--write-size <MB>', 'begin another file after so much'))
    .addOption(amount('--write-files <n>', 'keep the newest so many of them'))
    .addOption(choice('--capture-with <program>', `auto, ${CAPTURE_PROGRAMS.join(', ')}`, CAPTURE_WITH).default('auto'))
    .addOption(amount('--snap-length <bytes>', 'how much of a packet to take', 64, 262_144).default(262_144))
    .addOption(amount('--buffer <MB>', 'the kernel may keep so much for us', 1, 1024).default(64))
    .option('--no-promiscuous', 'only what is addressed to this machine')
    .option('--user <name>', 'who parses, where root starts it: else who called sudo, or nobody')
    .addOption(severity('--min-severity <severity>', 'leave out findings less severe than this'))
    .addOption(list('--rule <id,...>', 'apply only these rules'))
    .addOption(list('--exclude-rule <id,...>', 'do not apply these rules'))
    .addOption(list('--internal <cidr,...>', 'your own public networks: SMB to them does not leave'))
    .option('--memory <size>', 'what may be taken of it: 200M (the default), 1G')
    .addOption(list('--limit <name=n,...>', 'set single limits on memory: scan --help lists them'))
    .addHelpText('after', LIVE_HELP + EXIT_STATUSES)
    .action(async (options: LiveOptions) => {
      const { live } = await import('./commands/live.ts')
      done(await live(options))
    })

  program
    .command('interfaces')
    .summary('list what live can listen on')
    .description('Lists the interfaces, which programs can capture on them, and what is missing for the others.')
    .addOption(choice('-f, --format <format>', 'table or json', RULES_FORMATS).default('table'))
    .addHelpText('after', INTERFACES_STATUSES)
    .action(async (options: InterfacesOptions) => {
      const { showInterfaces } = await import('./commands/interfaces.ts')
      done(await showInterfaces(options))
    })

  program
    .command('messages')
    .summary('list every SMB message')
    .description('Lists every SMB message of a capture, a row each, with what its header says.')
    .argument('<capture>', 'a capture, or - for standard input')
    .addOption(choice('-f, --format <format>', 'ndjson or table', MESSAGE_FORMATS).default('ndjson'))
    .option('-o, --output <file>', 'write to this file, not to standard output')
    .option('--memory <size>', 'what may be taken of it: 200M (the default), 1G')
    .addOption(list('--limit <name=n,...>', 'set single limits on memory: scan --help lists them'))
    .addHelpText('after', EXIT_STATUSES)
    .action(async (path: string, options: MessagesOptions) => {
      const { listMessages } = await import('./commands/messages.ts')
      done(await listMessages(path, options))
    })

  program
    .command('rules')
    .summary('explain the rules')
    .description(
      'Lists the rules; with an ID, tells what one looks for, how it decides, how to fix it and when it is wrong.',
    )
    .argument('[id]', 'a rule, such as unsigned-session')
    .addOption(choice('-f, --format <format>', 'table or json', RULES_FORMATS).default('table'))
    .action(async (id: string | undefined, options: RulesOptions) => {
      const { showRules } = await import('./commands/rules.ts')
      done(showRules(id, options))
    })

  return program
}

export { CommanderError }

/** Commander quotes arguments as they are, and they may be names of files from anywhere. Its own suggestion comes behind a line end. */
function errorLine(text: string): string {
  const message = text.replace(/^error: /, '').replace(/\n$/, '')
  const suggestion = /\n(\(Did you mean [^()\n]*\?\))$/.exec(message)
  const what = suggestion ? message.slice(0, suggestion.index) : message
  return escapeText(what) + (suggestion ? ` ${escapeText(suggestion[1]!)}` : '')
}

/** One of a few words, with the nearest suggested for any other. */
function choice(flags: string, description: string, allowed: readonly string[]): Option {
  return new Option(flags, description).argParser((value: string) => {
    if (allowed.includes(value)) return value
    throw new InvalidArgumentError(`It is one of ${allowed.join(', ')}${didYouMean(value, allowed)}.`)
  })
}

/** A whole number of these bounds. */
function amount(flags: string, description: string, least = 1, most = 1e12): Option {
  return new Option(flags, description).argParser((value: string) => {
    const number = /^\d{1,13}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
  })
}

function severity(flags: string, description: string): Option {
  return choice(flags, `${description}: ${SEVERITIES.join(', ')}`, SEVERITIES)
}

/** Values separated by commas; the option may be repeated too. */
function list(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] = []) => {
    const values = value.split(',').map((part) => part.trim())
    if (values.includes('')) throw new InvalidArgumentError('There is an empty entry in the list.')
    return [...before, ...values]
  })
}
