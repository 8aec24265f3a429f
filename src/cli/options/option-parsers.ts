/** How the values of options are read, and the errors for those that are wrong. */
import { InvalidArgumentError, Option } from 'commander'
import { SEVERITIES } from '../../audit/rule/rule.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { escapeText } from '../../base/safe-text.ts'
import { type FailOn, parseFailOn } from '../../diff/fail-on.ts'

/** One of a few words. The error for any other suggests the nearest. */
export function choice(flags: string, description: string, allowed: readonly string[]): Option {
  return new Option(flags, description).argParser((value: string) => {
    if (allowed.includes(value)) return value
    throw notAllowed(value, allowed)
  })
}

/** One entry of a catalogue, chosen by its name; the command gets the entry. */
export function catalogueOption<T extends { name: string }>(
  flags: string,
  description: string,
  catalogue: readonly T[],
): Option {
  return new Option(flags, description).argParser((value: string) => {
    const entry = catalogue.find(({ name }) => name === value)
    if (entry !== undefined) return entry
    throw notAllowed(
      value,
      catalogue.map(({ name }) => name),
    )
  })
}

/** A whole number within bounds, both included. */
export function amount(flags: string, description: string, least = 1, most = 1e12): Option {
  return new Option(flags, description).argParser((value: string) => {
    const number = /^\d{1,13}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`)
  })
}

export function severity(flags: string, description: string): Option {
  return choice(flags, `${description}: ${SEVERITIES.join(', ')}`, SEVERITIES)
}

/** Values separated by commas. The option may also be repeated. @param allowed the words it takes; any unless given */
export function list(flags: string, description: string, allowed: readonly string[] | null = null): Option {
  return new Option(flags, description).argParser((value: string, before: string[] = []) => {
    const values = value.split(',').map((part) => part.trim())
    if (values.includes('')) throw new InvalidArgumentError('The list has an empty entry: remove the extra comma.')
    const wrong = allowed === null ? undefined : values.find((each) => !allowed.includes(each))
    if (allowed !== null && wrong !== undefined) throw notAllowed(wrong, allowed)
    return [...before, ...values]
  })
}

/** Changes of a comparison, each with the least severity that counts: `new:high,worse`. */
export function failOnChanges(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: FailOn[] = []) => {
    try {
      return [...before, ...value.split(',').map((part) => parseFailOn(part.trim()))]
    } catch (error) {
      throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error
    }
  })
}

function notAllowed(value: string, allowed: readonly string[]): InvalidArgumentError {
  return new InvalidArgumentError(`Use one of ${allowed.join(', ')}${didYouMean(value, allowed)}.`)
}

/** Commander quotes arguments as they are, and they may be names of files from anywhere. It puts its own suggestion on a second line. */
export function errorLine(text: string): string {
  const message = text.replace(/^error: /, '').replace(/\n$/, '')
  const suggestion = /\n(\(Did you mean [^()\n]*\?\))$/.exec(message)
  const what = suggestion ? message.slice(0, suggestion.index) : message
  return escapeText(what) + (suggestion ? ` ${escapeText(suggestion[1]!)}` : '')
}
