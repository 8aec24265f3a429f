/** Hosts in a policy file: addresses, networks and names. */
import { canonicalName, isHostName } from '../host-names.ts'
import { parseAddress, parseCidrs } from '../networks.ts'
import type { PolicyText } from './fields.ts'
import type { Problems } from './problems.ts'

/** Only an address or a network is written with these. */
const ADDRESS_LIKE = /[/:]|^[\d.]+$/

/** @returns an address as the ledger writes it, a canonical CIDR, or a name in lower case; null where it is none of them */
export async function readHost({ text, path, at }: PolicyText, problems: Problems): Promise<string | null> {
  if (text.includes(',')) {
    problems.add(at, path, 'write several hosts as a list: [10.1.0.0/16, files1]')
    return null
  }
  if (ADDRESS_LIKE.test(text)) return withoutFullPrefix(await readNetwork({ text, path, at }, problems))
  if (isHostName(text)) return canonicalName(text)
  problems.add(at, path, `"${text}" is no host: write an address, a network such as 10.1.0.0/16, or a name`)
  return null
}

/** @returns a canonical CIDR; null where it is none */
export async function readNetwork({ text, path, at }: PolicyText, problems: Problems): Promise<string | null> {
  try {
    return (await parseCidrs(text))[0] ?? null
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.add(at, path, error.message)
    return null
  }
}

/** @returns an address as the ledger writes it, or a name in lower case; null where it is neither */
export async function readServer(field: PolicyText, problems: Problems): Promise<string | null> {
  const host = await readHost(field, problems)
  if (host === null || !host.includes('/')) return host
  problems.add(field.at, field.path, `"${field.text}" is a network: here must be a single server`)
  return null
}

/** 10.0.0.1 for 10.0.0.1/32. */
function withoutFullPrefix(network: string | null): string | null {
  const [address = '', prefix] = network?.split('/') ?? []
  const groups = parseAddress(address)
  return groups !== null && Number(prefix) === groups.length * 16 ? address : network
}
