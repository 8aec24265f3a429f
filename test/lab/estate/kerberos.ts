/** The KDC of the estate: MIT Kerberos, which knows alice and the file server. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { KDC, KDC_HOST, listens, on, WORK } from './network.ts'
import { must, type Running, start, waitFor, write } from './run.ts'

export const PASSWORD = 'open-Sesame-1'
export const REALM = 'EXAMPLE.TEST'
/** The name of the file server for which the KDC has a key. */
export const SERVER_NAME = 'filesrv.example.test'
export const KEYTAB = join(WORK, 'server.keytab')

/** Lines of the KDC's [libdefaults]: newer versions issue RC4 session keys only if they are told to. */
const RC4_TOO = ['allow_rc4 = true']
export const AES_ONLY = ['permitted_enctypes = aes256-cts aes128-cts']
/** For Samba's programs, which use Heimdal. */
export const RC4_ONLY = ['default_etypes = arcfour-hmac-md5']

const FOLDER = join(WORK, 'kdc')

/** Writes a krb5.conf. @returns the environment in which programs use it */
export function kerberosEnvironment(path: string, settings: readonly string[] = []): Record<string, string> {
  write(path, [
    '[libdefaults]',
    `default_realm = ${REALM}`,
    'dns_lookup_kdc = false',
    'dns_lookup_realm = false',
    'dns_canonicalize_hostname = false',
    'rdns = false',
    ...settings,
    '[realms]',
    `${REALM} = {`,
    `kdc = tcp/${KDC}`,
    '}',
    '[domain_realm]',
    `.example.test = ${REALM}`,
  ])
  return { KRB5_CONFIG: path }
}

/** The accounts, once; then the KDC may be started. */
export function makeRealm(): void {
  mkdirSync(FOLDER)
  write(join(FOLDER, 'kdc.conf'), [
    '[kdcdefaults]',
    'kdc_listen = 88',
    'kdc_tcp_listen = 88',
    '[realms]',
    `${REALM} = {`,
    `database_name = ${FOLDER}/principal`,
    `key_stash_file = ${FOLDER}/stash`,
    `acl_file = ${FOLDER}/acl`,
    'supported_enctypes = aes256-cts:normal aes128-cts:normal rc4-hmac:normal',
    // Samba refuses a PAC without the data of a Windows domain, which is what MIT Kerberos would make.
    'disable_pac = true',
    '}',
  ])
  const command = withKdcFiles([])
  must([...command, 'kdb5_util', 'create', '-s', '-r', REALM, '-P', 'master', '-W'])
  const service = `cifs/${SERVER_NAME}`
  const queries = [`addprinc -pw ${PASSWORD} alice`, `addprinc -randkey ${service}`, `ktadd -k ${KEYTAB} ${service}`]
  must([...command, 'kadmin.local', '-r', REALM], `${queries.join('\n')}\n`)
}

/** @param settings lines of [libdefaults]; a later one does not replace an earlier one */
export async function startKdc(settings: readonly string[]): Promise<Running> {
  const kdc = start(on(KDC_HOST, [...withKdcFiles(settings), 'krb5kdc', '-n']), join(FOLDER, 'log'))
  await waitFor('the KDC to listen', () => listens(KDC_HOST, 88))
  return kdc
}

function withKdcFiles(settings: readonly string[]): string[] {
  const { KRB5_CONFIG } = kerberosEnvironment(join(FOLDER, 'krb5.conf'), [...RC4_TOO, ...settings])
  return ['env', `KRB5_CONFIG=${KRB5_CONFIG}`, `KRB5_KDC_PROFILE=${FOLDER}/kdc.conf`]
}
