/** Numbers, lists and endpoints, as messages and screens write them. */

/** `1 packet`, `1,234 packets`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`
}

/** Digits in threes: `1,234,567`. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** `a, b or c`. */
export function alternatives(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`
}

/** `10.0.0.9:445`, `[2001:db8::9]:445`; the address alone if the port is null. */
export function endpointText({ ip, port }: { ip: string; port: number | null }): string {
  if (port === null) return ip
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
