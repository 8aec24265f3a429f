/** What processes of smblens pass to those that they start: nothing unnecessary, because some of them hold rights, and one parses packets. */
import { closeSync, readdirSync, readFileSync } from 'node:fs'

/**
 * For capture programs, and for what starts them: English messages, and nothing that changes how they run. Only findProgram uses PATH, and it does not
 * trust it.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' }
}

/** Variables that say how results look, where files go, and who called sudo. */
const KEPT =
  /^(TERM|TERM_PROGRAM|COLORTERM|COLORFGBG|NO_COLOR|FORCE_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|SUDO_UID|SUDO_GID)$/

/** For the process that parses packets. */
export function parserEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name))
  return { ...Object.fromEntries(kept), ...programEnvironment(), LC_ALL: process.env['LC_ALL'] }
}

/** No signal may open Node's inspector in these processes. Older versions do not know this option: then each process handles the signal itself. */
export function nodeOptions(): string[] {
  return process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : []
}

const O_CLOEXEC = 0o2000000

/**
 * Closes descriptors that the parent process left open by accident and that child processes would inherit. Node itself takes care of the first sixteen,
 * and of its own. Works on Linux only.
 *
 * @param kept descriptors that an argument names
 */
export function closeStrayDescriptors(kept: ReadonlySet<number>): void {
  for (const descriptor of openDescriptors()) {
    if (descriptor <= 2 || kept.has(descriptor) || isClosedOnExec(descriptor)) continue
    try {
      closeSync(descriptor)
    } catch {
      // Closed since the list was made.
    }
  }
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

function isClosedOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1]
    return flags === undefined || (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0
  } catch {
    return true
  }
}
