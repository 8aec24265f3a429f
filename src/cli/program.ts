/**
 * The command line: which commands and options there are, in commander's terms. What a command does is in the file of its name in commands/, which
 * is loaded when the command runs.
 */
import { Command, CommanderError } from 'commander'
import { alternatives } from '../base/wording.ts'
import { CAPTURE_PROGRAMS } from '../capture/live/programs/capture-programs.ts'
import { DIFF_FORMATS } from '../diff/diff-format-names.ts'
import { CONTROL_IDS, type ReadinessState } from '../readiness/control.ts'
import { REPORT_FORMATS } from '../report/formats/formats.ts'
import { READINESS_FORMAT_NAMES } from '../report/readiness/readiness-format-names.ts'
import type { DiffOptions } from './commands/diff.ts'
import type { InterfacesOptions } from './commands/interfaces.ts'
import type { LiveOptions } from './commands/live/request.ts'
import type { MessagesOptions } from './commands/messages.ts'
import type { OpenOptions } from './commands/open.ts'
import type { ReadinessArguments } from './commands/readiness.ts'
import type { RulesOptions } from './commands/rules.ts'
import type { ScanOptions } from './commands/scan.ts'
import { DIFF_HELP } from './options/diff-help.ts'
import {
  controlsHelp,
  DESCRIPTION,
  EXAMPLES,
  EXIT_STATUSES,
  formatNames,
  formatsHelp,
  INTERFACES_STATUSES,
  LIVE_HELP,
  PATHS_HELP,
  PLAIN_EXIT_STATUSES,
  READINESS_DESCRIPTION,
  READINESS_HELP,
} from './options/help-texts.ts'
import { limitsHelp } from './options/limits.ts'
import { amount, catalogueOption, choice, errorLine, failOnChanges, list, severity } from './options/option-parsers.ts'
import { writeDiagnostic, writeText } from './output/descriptor-sink.ts'

const THEMES: readonly OpenOptions['theme'][] = ['auto', 'dark', 'light', 'mono']
const LIVE_FORMATS = ['ndjson']
const MESSAGE_FORMATS: readonly MessagesOptions['format'][] = ['ndjson', 'table']
const HOST_STATES: readonly ReadinessState[] = ['ready', 'breaks', 'exempt', 'not-observed']
const LIST_FORMATS: readonly RulesOptions['format'][] = ['table', 'json']

const OUTPUT_HELP = 'write to this file instead of standard output'
const LIMIT_HELP = 'set single memory limits: smblens scan --help lists them'

/** Called with the exit status of the command that ran. */
type Done = (status: number) => void

export function createProgram(done: Done): Command {
  const program = new Command('smblens')
    .usage('<capture...> | <command> [options]')
    .description(DESCRIPTION)
    .option('-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES + EXIT_STATUSES)
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(run smblens --help for usage)')
    .configureOutput({
      writeOut: (text) => writeText(1, text),
      writeErr: writeDiagnostic,
      outputError: (text, write) => write(`smblens: ${errorLine(text)}\n`),
    })
    .exitOverride()
  const open = addOpen(program, done)
  addScan(program, done)
  addReadiness(program, done)
  addLive(program, done)
  addInterfaces(program, done)
  addMessages(program, done)
  addDiff(program, done)
  addRules(program, done)
  addPolicy(program, done)
  for (const command of program.commands.filter((each) => each !== open))
    command.showHelpAfterError(`(run smblens ${command.name()} --help for usage)`)
  return program
}

export { CommanderError }

function addOpen(program: Command, done: Done): Command {
  const open = program
    .command('open', { isDefault: true, hidden: true })
    .description('Opens captures in the terminal UI. Without a terminal, it does what scan does.')
    .addOption(themeOption())
    .action(async (paths: string[], options: OpenOptions) => {
      const { open } = await import('./commands/open.ts')
      done(await open(paths, options, commandNames(program)))
    })
  addReportOptions(open)
  return open
}

function addScan(program: Command, done: Done): void {
  const scan = program
    .command('scan')
    .summary('audit captures and write a report')
    .description('Audits the SMB traffic in captures and reports what is wrong, most severe first.')
    .action(async (paths: string[], options: ScanOptions) => {
      const { scan } = await import('./commands/scan.ts')
      done(await scan(paths, options, commandNames(program)))
    })
  addReportOptions(scan)
}

function addReadiness(program: Command, done: Done): void {
  const readiness = program
    .command('readiness')
    .summary('what would break if the hardening were enforced')
    .description(READINESS_DESCRIPTION)
    .argument('<path...>', 'captures to read')
    .addOption(catalogueOption('-f, --format <format>', formatNames(READINESS_FORMAT_NAMES), READINESS_FORMAT_NAMES))
    .option('-o, --output <file>', OUTPUT_HELP)
    .addOption(list('--control <id,...>', 'only these controls, listed below', CONTROL_IDS))
    .option('--plan', 'the order in which to switch the controls on, and how')
    .addOption(choice('--hosts <state>', `list the clients in this state: ${alternatives(HOST_STATES)}`, HOST_STATES))
  addPolicyOptions(readiness)
  addMemoryOptions(readiness, LIMIT_HELP)
  readiness
    .addHelpText(
      'after',
      () => READINESS_HELP + PATHS_HELP + formatsHelp(READINESS_FORMAT_NAMES) + controlsHelp() + PLAIN_EXIT_STATUSES,
    )
    .action(async (paths: string[], options: ReadinessArguments) => {
      const { predict } = await import('./commands/readiness.ts')
      done(await predict(paths, options, commandNames(program)))
    })
}

/** What `scan` takes, and a command line without a command. */
function addReportOptions(command: Command): void {
  command
    .argument('<path...>', 'captures to read')
    .addOption(catalogueOption('-f, --format <format>', formatNames(REPORT_FORMATS), REPORT_FORMATS))
    .option('-o, --output <file>', OUTPUT_HELP)
    .addOption(severity('--min-severity <severity>', 'leave out findings that are less severe than this'))
    .addOption(severity('--fail-on <severity>', 'exit with status 1 if a finding is at least this severe'))
  addAuditOptions(command, 'set single memory limits, listed below')
  command.addHelpText('after', () => PATHS_HELP + formatsHelp(REPORT_FORMATS) + limitsHelp() + EXIT_STATUSES)
}

/** The options of every audit: auditOptionsOf reads them. */
function addAuditOptions(command: Command, limitHelp: string): void {
  command
    .addOption(list('--rule <id,...>', 'apply only these rules: smblens rules lists them'))
    .addOption(list('--exclude-rule <id,...>', 'do not apply these rules'))
  addPolicyOptions(command)
  addMemoryOptions(command, limitHelp)
}

/** What the owner of the network says about it. */
function addPolicyOptions(command: Command): void {
  command
    .addOption(
      list('--internal <cidr,...>', 'treat these public networks as internal: SMB to them does not leave the network'),
    )
    .option('--policy <file>', 'judge by this policy: networks, zones, paths, exemptions (smblens policy)')
}

function addMemoryOptions(command: Command, limitHelp: string): void {
  command
    .option('--memory <size>', 'memory that smblens may use, such as 1G (default: 200M)')
    .addOption(list('--limit <name=n,...>', limitHelp))
}

function addLive(program: Command, done: Done): void {
  const live = program
    .command('live')
    .summary('watch an interface, or a pipe')
    .description(
      'Audits SMB as it passes an interface: in the terminal UI, or as records as soon as something is known.',
    )
  addCaptureOptions(live)
  live
    .addOption(
      choice('-f, --format <format>', 'ndjson: write records instead of opening the terminal UI', LIVE_FORMATS),
    )
    .option('-o, --output <file>', 'append the records to this file instead of writing to standard output')
    .addOption(amount('--heartbeat <seconds>', 'time between reports of rates and losses', 1, 86_400).default(60))
    .addOption(themeOption())
    .option('--write <file>', 'save the SMB packets to this file, as pcapng')
    .addOption(amount('--write-size <MB>', 'start a new file at this size'))
    .addOption(amount('--write-files <n>', 'keep only the newest N files'))
    .addOption(severity('--min-severity <severity>', 'leave out findings that are less severe than this'))
  addAuditOptions(live, LIMIT_HELP)
  live.addHelpText('after', LIVE_HELP + PLAIN_EXIT_STATUSES).action(async (options: LiveOptions) => {
    const { live } = await import('./commands/live/live.ts')
    done(await live(options))
  })
}

/** What `live` captures, and how. */
function addCaptureOptions(live: Command): void {
  const programs = ['auto', ...CAPTURE_PROGRAMS.map(({ name }) => name)]
  live
    .addOption(
      list('-i, --interface <name,...>', 'capture on these (smblens interfaces lists them); - reads standard input'),
    )
    .addOption(amount('--duration <seconds>', 'stop after this many seconds', 1, 1e7))
    .addOption(amount('--count <packets>', 'stop after this many packets', 1))
    .option('--filter <bpf>', 'capture only what also matches this tcpdump filter: "net 10.1.0.0/16"')
    .option('--all-traffic', 'capture everything, not only where SMB is expected: finds SMB on any port')
    .addOption(choice('--capture-with <program>', `capture with ${alternatives(programs)}`, programs).default('auto'))
    .addOption(amount('--snap-length <bytes>', 'capture at most this much of a packet', 64, 262_144).default(262_144))
    .addOption(amount('--buffer <MB>', 'size of the kernel capture buffer', 1, 1024).default(64))
    .option('--no-promiscuous', 'capture only traffic to and from this machine')
    .option('--user <name>', 'as root: read packets as this user (default: the one who called sudo, or nobody)')
}

function addInterfaces(program: Command, done: Done): void {
  program
    .command('interfaces')
    .summary('list the interfaces that live can capture on')
    .description('Lists the interfaces, which programs can capture on them, and what the other programs need.')
    .addOption(choice('-f, --format <format>', 'table or json', LIST_FORMATS).default('table'))
    .addHelpText('after', INTERFACES_STATUSES)
    .action(async (options: InterfacesOptions) => {
      const { showInterfaces } = await import('./commands/interfaces.ts')
      done(await showInterfaces(options))
    })
}

function addMessages(program: Command, done: Done): void {
  const messages = program
    .command('messages')
    .summary('list every SMB message')
    .description('Lists every SMB message of a capture, one per row, with what its header says.')
    .argument('<capture>', 'a capture, or - for standard input')
    .addOption(choice('-f, --format <format>', 'ndjson or table', MESSAGE_FORMATS).default('ndjson'))
    .option('-o, --output <file>', OUTPUT_HELP)
  addMemoryOptions(messages, LIMIT_HELP)
  messages.addHelpText('after', PLAIN_EXIT_STATUSES).action(async (path: string, options: MessagesOptions) => {
    const { listMessages } = await import('./commands/messages.ts')
    done(await listMessages(path, options))
  })
}

function addDiff(program: Command, done: Done): void {
  program
    .command('diff')
    .summary('compare two results: what is new, worse or fixed')
    .description(
      'Compares two results of smblens scan or smblens readiness (json or ndjson), and\n' +
        'separates what was fixed from what was only not seen this time.',
    )
    .argument('<old>', 'the earlier result, or - for standard input')
    .argument('<new>', 'the later result, or - for standard input')
    .addOption(choice('-f, --format <format>', 'table, json or ndjson', DIFF_FORMATS).default('table'))
    .option('-o, --output <file>', OUTPUT_HELP)
    .addOption(failOnChanges('--fail-on <change,...>', 'exit with status 1 if there is such a change, see below'))
    .addHelpText('after', DIFF_HELP)
    .action(async (old: string, now: string, options: DiffOptions) => {
      const { diff } = await import('./commands/diff.ts')
      done(await diff(old, now, options))
    })
}

function addRules(program: Command, done: Done): void {
  program
    .command('rules')
    .summary('explain the rules')
    .description(
      'Lists the rules. With an ID: what the rule looks for, how it decides, how to fix it and when it is wrong.',
    )
    .argument('[id]', 'a rule, such as unsigned-session')
    .addOption(choice('-f, --format <format>', 'table or json', LIST_FORMATS).default('table'))
    .action(async (id: string | undefined, options: RulesOptions) => {
      const { showRules } = await import('./commands/rules.ts')
      done(showRules(id, options))
    })
}

function addPolicy(program: Command, done: Done): void {
  const policy = program
    .command('policy')
    .summary('write or check a policy file')
    .description('A policy file says what is known about the network: docs/policy.md explains it.')
    .addHelpText('after', PLAIN_EXIT_STATUSES)
  policy
    .command('init')
    .summary('write a commented policy file to begin with')
    .description('Writes a policy file that is valid, with an example of everything in comments. It replaces no file.')
    .argument('[file]', 'where to write it; - is standard output', 'smblens-policy.yaml')
    .action(async (file: string) => {
      const { initPolicy } = await import('./commands/policy.ts')
      done(initPolicy(file))
    })
  policy
    .command('check')
    .summary('report what is wrong with a policy file, or what it says')
    .description(
      'Reports everything that is wrong with a policy file, with line and column. If nothing is, what it says.',
    )
    .argument('<file>', 'a policy file')
    .action(async (file: string) => {
      const { checkPolicy } = await import('./commands/policy.ts')
      done(await checkPolicy(file))
    })
}

function themeOption() {
  return choice('--theme <theme>', 'colours of the terminal UI: auto, dark, light or mono', THEMES).default('auto')
}

/** For "did you mean": a mistyped command arrives as the name of a capture. */
function commandNames(program: Command): string[] {
  return [...program.commands.map((command) => command.name()).filter((name) => name !== 'open'), 'help']
}
