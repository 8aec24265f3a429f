import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { isReport, type LauncherOrder } from '../../../../src/capture/live/launcher/launcher-messages.ts'
import { ROOT } from '../../../support/smblens.ts'

const folder = mkdtempSync(join(tmpdir(), 'smblens-launcher-'))
afterAll(() => rmSync(folder, { recursive: true }))
let launcher: ChildProcess | null = null
afterEach(() => void launcher?.kill('SIGKILL'))

describe('the process that starts the capture programs', () => {
  it('passes on what a program writes from the first byte, even if main reads it late', async () => {
    // The name that it looks for; what it writes is there at once, and ends only when main has had the time to come too late.
    const text = 'a header that must not get lost, and a packet'
    writeFileSync(join(folder, 'tcpdump'), `#!/bin/sh\nprintf '%s' '${text}'\nsleep 1\nprintf '!'\n`, { mode: 0o755 })
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` }
    launcher = spawn(process.execPath, [join(ROOT, 'dist/capture-launcher.cjs')], {
      // The last one ends with this process.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
      env,
    })
    const stream = new Promise<Socket>((resolve) => {
      launcher!.on('message', (message, handle) => {
        if (isReport(message) && message.type === 'stream') resolve(handle as Socket)
      })
    })
    const request = {
      interfaces: ['eth0'],
      with: 'tcpdump',
      filter: '',
      snapLength: 65_535,
      bufferBytes: 1 << 20,
      promiscuous: true,
    } as const
    const orders: LauncherOrder[] = [
      { type: 'request', request },
      { type: 'start', index: 0, program: 'tcpdump' },
    ]
    for (const order of orders) await new Promise((sent) => launcher!.send(order, sent))
    // Nothing is confirmed meanwhile.
    const until = performance.now() + 600
    while (performance.now() < until);
    const socket = await stream
    let seen = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      seen += chunk
    })
    await once(socket, 'end')
    expect(seen).toBe(`${text}!`)
  })
})
