/** Addresses: whole ones, networks, prefixes and wildcards, each with or without a port. */
import { cidrFromText, contains, parseAddress } from '../../policy/networks.ts'
import type { AddressEnd } from '../language/field.ts'
import type { Compiled, Test } from './compiled.ts'
import { wildcards } from './text.ts'

/** Results that are cached: most rows have the same few addresses. */
const MAX_CACHED = 8192

type EndTest<Row> = (end: AddressEnd<Row>, row: Row) => boolean

/** A test of one end of a row, with two arguments so that no object is made for each row. */
export function compileEnd<Row>(text: string): { test: EndTest<Row> } | { fault: string } | null {
  const { host, port } = splitPort(text)
  const address = host === '' || host === '*' ? { test: () => true } : compileHost(host)
  if (address === null || 'fault' in address) return address
  if (port === null || port === '')
    return host === '' ? null : { test: (end, row) => testIp(address.test, end.ip(row)) }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) return { fault: `"${port}" is not a port` }
  const wanted = Number(port)
  return { test: (end, row) => end.port?.(row) === wanted && testIp(address.test, end.ip(row)) }
}

function testIp(test: Test<string>, ip: string | null): boolean {
  return ip !== null && test(ip)
}

/** "10.0.0.1:445", "[fe80::1]:445", ":445". An IPv6 address without brackets has no port. */
function splitPort(text: string): { host: string; port: string | null } {
  if (text.startsWith('[')) {
    const close = text.indexOf(']')
    if (close < 0) return { host: text.slice(1), port: null }
    const rest = text.slice(close + 1)
    return { host: text.slice(1, close), port: rest === '' ? null : rest.replace(/^:/, '') }
  }
  const colon = text.indexOf(':')
  const isPort = colon >= 0 && colon === text.lastIndexOf(':') && (colon === 0 || /[.*]/.test(text.slice(0, colon)))
  return isPort ? { host: text.slice(0, colon), port: text.slice(colon + 1) } : { host: text, port: null }
}

function compileHost(text: string): Compiled<string> {
  if (text.includes('*')) return { test: wildcards(text) }
  const slash = text.indexOf('/')
  const host = slash < 0 ? text : text.slice(0, slash)
  const groups = parseAddress(host)
  if (slash >= 0 && groups === null)
    return { fault: `"${host}" is not an address: write a network as 10.0.0.0/8 or fe80::/10` }
  // The last character shows that more is to come.
  if (slash === text.length - 1) return null
  if (slash < 0 && (groups === null || (host.endsWith('::') && host !== '::'))) return compilePrefix(host)
  const bits = groups!.length * 16
  const prefix = slash < 0 ? String(bits) : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    return { fault: `"/${prefix}" is not a prefix length from 0 to ${bits}` }
  const network = cidrFromText(`${host}/${prefix}`)
  return {
    test: remembered((ip) => {
      const address = parseAddress(ip)
      return address !== null && contains(network, address)
    }),
  }
}

function compilePrefix(text: string): Compiled<string> {
  const lower = text.toLowerCase()
  const isV4 = /^\d{1,3}(?:\.\d{1,3}){0,3}\.?$/.test(lower) && lower.split('.').every((part) => Number(part) <= 255)
  const isV6 =
    /^[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){0,7}$|^:{1,2}$/.test(lower) && (lower.includes(':') || lower.length < 5)
  if (!isV4 && !isV6) return { fault: `"${text}" is not an address` }
  return { test: (ip) => ip.startsWith(lower) }
}

function remembered(judge: Test<string>): Test<string> {
  const known = new Map<string, boolean>()
  return (ip) => {
    let verdict = known.get(ip)
    if (verdict === undefined) {
      verdict = judge(ip)
      if (known.size === MAX_CACHED) known.clear()
      known.set(ip, verdict)
    }
    return verdict
  }
}
