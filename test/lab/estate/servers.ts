/** The file servers of the estate: Samba. */
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEYTAB, kerberosEnvironment, PASSWORD, REALM } from './kerberos.ts'
import { ALICE, clientFolder, listens, on, PEOPLE, WORK } from './network.ts'
import { must, type Running, start, waitFor, write } from './run.ts'

/** What stands in the file that every client reads. */
export const REPORT = 'a line of a file that nobody needs\n'.repeat(20)

/** Everything is permitted: what a file server looks like that nobody has hardened. */
export const PERMISSIVE: readonly string[] = [
  'server min protocol = LANMAN1',
  'server signing = default',
  'server smb encrypt = default',
  'ntlm auth = ntlmv1-permitted',
  'lanman auth = yes',
  'map to guest = bad user',
  'restrict anonymous = 0',
]

/** Some clients take an interim response to a read for the answer that they wait for, which has nothing to do with any control. */
const AT_ONCE = ['aio read size = 0', 'aio write size = 0']

const ACCOUNTS = join(WORK, 'accounts')

/** alice's account, with the hashes of LM and NTLM; once, before any server is started. */
export function makeAccounts(): void {
  mkdirSync(ACCOUNTS)
  const conf = join(WORK, 'accounts.conf')
  write(conf, ['[global]', 'netbios name = FILESRV', 'passdb backend = tdbsam', ...PERMISSIVE, ...folders(ACCOUNTS)])
  must(['smbpasswd', '-c', conf, '-s', '-a', 'alice'], `${PASSWORD}\n${PASSWORD}\n`)
}

const FOLDERS = ['private dir', 'lock directory', 'state directory', 'cache directory', 'pid directory', 'ncalrpc dir']

/** Lines of smb.conf that keep all of Samba's files below one folder. */
function folders(at: string): string[] {
  return FOLDERS.map((setting) => {
    const path = join(at, setting.split(' ')[0]!)
    mkdirSync(path, { recursive: true })
    return `${setting} = ${path}`
  })
}

let servers = 0

/**
 * Samba on a host of the network, with the shares files and sysvol for alice, and public for everybody. Each client has a folder of its own there, so
 * that none waits for another.
 * @param clients how many there are
 * @param settings lines of [global] after those of PERMISSIVE: the last one that sets a parameter wins
 */
export async function startSamba(host: string, clients: number, settings: readonly string[]): Promise<Running> {
  const at = join(WORK, `samba${++servers}`)
  cpSync(ACCOUNTS, at, { recursive: true })
  const conf = join(at, 'smb.conf')
  write(conf, [
    '[global]',
    'netbios name = FILESRV',
    'workgroup = EXAMPLE',
    `realm = ${REALM}`,
    'server role = standalone server',
    'kerberos method = dedicated keytab',
    `dedicated keytab file = ${KEYTAB}`,
    'guest account = nobody',
    'passdb backend = tdbsam',
    'load printers = no',
    'printing = bsd',
    'disable spoolss = yes',
    'disable netbios = yes',
    'smb ports = 445',
    `log file = ${at}/log`,
    ...AT_ONCE,
    ...folders(at),
    ...PERMISSIVE,
    ...settings,
    ...share(at, clients, 'files'),
    ...share(at, clients, 'sysvol'),
    ...share(at, clients, 'public', 'guest ok = yes'),
  ])
  const environment = Object.entries(kerberosEnvironment(join(at, 'krb5.conf'))).map((pair) => pair.join('='))
  const command = ['smbd', '--foreground', `--configfile=${conf}`, `--log-basename=${at}`]
  const smbd = start(on(host, ['env', ...environment, ...command]), join(at, 'out'))
  await waitFor('smbd to listen', () => {
    if (smbd.child.exitCode !== null) throw new Error(`smbd ended: ${readFileSync(join(at, 'out'), 'utf8')}`)
    return listens(host, 445)
  })
  return smbd
}

function share(at: string, clients: number, name: string, ...settings: readonly string[]): string[] {
  const path = join(at, 'shares', name)
  for (let number = 1; number <= clients; number++) {
    const folder = join(path, clientFolder(number))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'report.txt'), REPORT)
    if (name === 'public') chmodSync(folder, 0o777)
    else chownSync(folder, ALICE, PEOPLE)
  }
  return [`[${name}]`, `path = ${path}`, 'read only = no', ...settings]
}
