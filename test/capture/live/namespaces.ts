/** A veth pair between two network namespaces of the test's own: what is sent in one can be captured in the other, and nowhere else. */
import { spawnSync } from 'node:child_process'

export const NEAR = `smbl-near-${process.pid}`
export const FAR = `smbl-far-${process.pid}`
/** Of the near end, where the capturing is done. */
export const INTERFACE = 'smbl0'

export const canMakeNamespaces =
  process.getuid?.() === 0 &&
  spawnSync('ip', ['netns', 'add', NEAR]).status === 0 &&
  spawnSync('ip', ['netns', 'del', NEAR]).status === 0

export function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}

export function makeNamespaces(): void {
  ip('netns', 'add', NEAR)
  ip('netns', 'add', FAR)
  makePair()
}

export function makePair(): void {
  ip('link', 'add', INTERFACE, 'netns', NEAR, 'type', 'veth', 'peer', 'name', 'smbl1', 'netns', FAR)
  ip('-n', NEAR, 'address', 'add', '192.0.2.1/24', 'dev', INTERFACE)
  ip('-n', FAR, 'address', 'add', '192.0.2.2/24', 'dev', 'smbl1')
  ip('-n', FAR, 'link', 'set', 'smbl1', 'up')
  ip('-n', NEAR, 'link', 'set', INTERFACE, 'up')
  // Without asking for each other's address: what is sent is what arrives.
  ip('-n', FAR, 'neighbour', 'replace', '192.0.2.1', 'lladdr', addressOf(NEAR, INTERFACE), 'dev', 'smbl1')
}

export function removeNamespaces(): void {
  for (const name of [NEAR, FAR]) spawnSync('ip', ['netns', 'del', name])
}

/** Sends a datagram for each text from the far end to port 88 of the near one. */
export function send(texts: readonly string[]): void {
  const script = `
    const socket = require('node:dgram').createSocket('udp4')
    const texts = ${JSON.stringify(texts)}
    const next = () => texts.length === 0 ? socket.close() : socket.send(texts.shift(), 88, '192.0.2.1', next)
    next()`
  const { status, stderr } = spawnSync('ip', ['netns', 'exec', FAR, process.execPath, '-e', script], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
}

function addressOf(namespace: string, name: string): string {
  const { stdout } = spawnSync('ip', ['-n', namespace, '-json', 'link', 'show', name], { encoding: 'utf8' })
  return JSON.parse(stdout)[0].address
}
