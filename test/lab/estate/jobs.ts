/** What clients of the estate do: real programs that list a share, read a file, write one and read it back. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kerberosEnvironment, PASSWORD, RC4_ONLY, REALM } from './kerberos.ts'
import { clientFolder, clientHost, on, SERVER, WORK } from './network.ts'
import { type Ended, run, write } from './run.ts'
import { REPORT } from './servers.ts'

/** Where a client does its job: on a host of its own, in an empty folder of its own. */
export interface Place {
  host: string
  folder: string
  /** Its folder on the shares, where report.txt lies and note.txt goes. */
  remote: string
  /** What is enforced on it: lines of the smb.conf of Samba's programs, which win over their own. */
  enforced: readonly string[]
}

/** Null where all of the job was done, otherwise what the program printed. */
export type Job = (place: Place) => Promise<string | null>

const NOTE = 'a note that a client wrote\n'
let places = 0

/** @param number of the client, from 1 */
export function makePlace(number: number, enforced: readonly string[]): Place {
  const folder = join(WORK, `place${++places}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'note.txt'), NOTE)
  return { host: clientHost(number), folder, remote: clientFolder(number), enforced }
}

// --- smbclient and what else comes from Samba

export interface SmbclientJob {
  to?: string
  share?: string
  as?: Logon
  /** Lines of its smb.conf. */
  settings?: readonly string[]
}

/** A user, and how the user logs on. */
export interface Logon {
  args: readonly string[]
  kerberos: 'off' | 'desired' | 'required'
  /** Lines of krb5.conf. */
  krb5?: readonly string[]
}

const ALICE = ['-U', `EXAMPLE\\alice%${PASSWORD}`]
const ALICE_OF_REALM = ['-U', `alice@${REALM}%${PASSWORD}`]
export const NTLM: Logon = { args: ALICE, kerberos: 'off' }
export const KERBEROS: Logon = { args: ALICE_OF_REALM, kerberos: 'required' }
export const KERBEROS_DESIRED: Logon = { args: ALICE_OF_REALM, kerberos: 'desired' }
/** With the NetBIOS name of the domain, with which NTLM knows alice and Kerberos does not. */
export const KERBEROS_UNKNOWN_REALM: Logon = { args: ALICE, kerberos: 'desired' }
export const KERBEROS_RC4: Logon = { ...KERBEROS, krb5: RC4_ONLY }
export const UNKNOWN_USER: Logon = { args: ['-U', 'EXAMPLE\\carol%whatever'], kerberos: 'off' }
export const GUEST: Logon = { args: ['-U', 'guest%'], kerberos: 'off' }
export const NULL_SESSION: Logon = { args: ['-N', '-U', '%'], kerberos: 'off' }

export const smbclient =
  ({ to = SERVER, share = 'files', as = NTLM, settings = [] }: SmbclientJob = {}): Job =>
  async (place) => {
    const conf = clientConf(place, as, settings)
    const commands = `cd ${place.remote}; dir; get report.txt got.txt; put note.txt; get note.txt back.txt`
    const ended = await inPlace(
      place,
      ['smbclient', `//${to}/${share}`, ...as.args, '-s', conf, '-c', commands],
      as.krb5,
    )
    return gotBoth(place) ? null : ended.output
  }

/** Lists the shares, through the pipe srvsvc or SMB1's RAP. */
export const listShares =
  ({ to = SERVER, as = NULL_SESSION, settings = [] }: SmbclientJob = {}): Job =>
  async (place) => {
    const conf = clientConf(place, as, settings)
    const { output } = await inPlace(place, ['smbclient', '-g', '-L', `//${to}`, ...as.args, '-s', conf])
    return /^Disk\|files\|/m.test(output) ? null : output
  }

/** Asks the pipe srvsvc what the server is. */
export const rpcclient =
  ({ to = SERVER, as = NTLM, settings = [] }: SmbclientJob = {}): Job =>
  async (place) => {
    const conf = clientConf(place, as, settings)
    const { output } = await inPlace(place, ['rpcclient', to, ...as.args, '-s', conf, '-c', 'srvinfo'])
    return /^\s*platform_id\s*:/m.test(output) ? null : output
  }

/** Reads only: it cannot write. */
export const smbget =
  ({ to = SERVER, settings = [] }: SmbclientJob = {}): Job =>
  async (place) => {
    mkdirSync(join(place.folder, '.smb'))
    clientConf(place, NTLM, settings, '.smb/smb.conf')
    const user = ['-U', `alice%${PASSWORD}`, '-w', 'EXAMPLE']
    const { output } = await inPlace(place, [
      'smbget',
      '-n',
      '-q',
      ...user,
      '-o',
      'got.txt',
      `smb://${to}/files/${place.remote}/report.txt`,
    ])
    return holds(place, 'got.txt', REPORT) ? null : output
  }

function clientConf(place: Place, { kerberos }: Logon, settings: readonly string[], name = 'smb.conf'): string {
  const { host, folder, enforced } = place
  const own = ['private', 'lock', 'state', 'cache'].map((what) => join(folder, what))
  for (const path of own) mkdirSync(path)
  const conf = join(folder, name)
  write(conf, [
    '[global]',
    `netbios name = ${host}`,
    'workgroup = EXAMPLE',
    `realm = ${REALM}`,
    'name resolve order = host',
    ...['private dir', 'lock directory', 'state directory', 'cache directory'].map((what, i) => `${what} = ${own[i]}`),
    `client use kerberos = ${kerberos}`,
    ...settings,
    ...enforced,
  ])
  return conf
}

// --- other software

/** The Python that has impacket: python3 may be a local build without it. Null where none has. */
export function impacketPython(): string | null {
  if (python === undefined)
    python =
      ['/usr/bin/python3', 'python3'].find((name) => spawnSync(name, ['-c', 'import impacket']).status === 0) ?? null
  return python
}
let python: string | null | undefined

/** @param dialect of impacket, such as "NT LM 0.12" or 0x0300; "any" begins with SMB1's multi-protocol negotiate */
export const impacket =
  (dialect: string): Job =>
  async (place) => {
    const script = join(import.meta.dirname, 'impacket-job.py')
    const args = [dialect, SERVER, 'alice', PASSWORD, 'files', place.remote]
    const { output } = await inPlace(place, [impacketPython()!, script, ...args])
    return gotBoth(place) ? null : output
  }

/** SMB1 without SPNEGO. */
export const curl =
  (to = SERVER): Job =>
  async (place) => {
    const command = ['curl', '-sS', '--max-time', '20', '-u', `EXAMPLE\\alice:${PASSWORD}`]
    const file = (name: string) => `smb://${to}/files/${place.remote}/${name}`
    let output = ''
    for (const args of [
      [file('report.txt'), '-o', 'got.txt'],
      ['-T', 'note.txt', file('note.txt')],
      [file('note.txt'), '-o', 'back.txt'],
    ])
      output += (await inPlace(place, [...command, ...args])).output
    return gotBoth(place) ? null : output
  }

let obscured: string | undefined

/** A client written in Go. */
export const rclone = (): Job => async (place) => {
  obscured ??= (await run(['rclone', 'obscure', PASSWORD])).output.trim()
  const server = `:smb,host=${SERVER},user=alice,domain=EXAMPLE,pass=${obscured}:files/${place.remote}`
  const command = ['rclone', '--config', '/dev/null', '--retries', '1', '--low-level-retries', '1', 'copyto']
  let output = ''
  for (const [from, to] of [
    [`${server}/report.txt`, 'got.txt'],
    ['note.txt', `${server}/note.txt`],
    [`${server}/note.txt`, 'back.txt'],
  ])
    output += (await inPlace(place, [...command, from!, to!])).output
  return gotBoth(place) ? null : output
}

// --- both

/** Several jobs of one client, one after the other: it does its work only if all are done. */
export const inTurn =
  (...jobs: readonly Job[]): Job =>
  async (place) => {
    for (const [i, job] of jobs.entries()) {
      const folder = join(place.folder, String(i))
      mkdirSync(folder)
      writeFileSync(join(folder, 'note.txt'), NOTE)
      const failure = await job({ ...place, folder })
      if (failure !== null) return failure
    }
    return null
  }

function inPlace({ host, folder }: Place, command: readonly string[], krb5?: readonly string[]): Promise<Ended> {
  const kerberos = kerberosEnvironment(join(folder, 'krb5.conf'), krb5)
  const env = { ...kerberos, HOME: folder, KRB5CCNAME: `FILE:${folder}/tickets` }
  return run(on(host, command), { cwd: folder, env })
}

const gotBoth = (place: Place) => holds(place, 'got.txt', REPORT) && holds(place, 'back.txt', NOTE)

function holds({ folder }: Place, name: string, text: string): boolean {
  const path = join(folder, name)
  return existsSync(path) && readFileSync(path, 'utf8') === text
}
