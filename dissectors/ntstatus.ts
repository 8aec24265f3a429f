/**
 * NTSTATUS, [MS-ERREF] 2.3: 32 bits, the two highest its severity (0 success, 1 informational, 2 warning, 3 error).
 * Below are the values that SMB servers send, [MS-SMB2] and [MS-CIFS] 2.2.2.4; any other is shown as a number.
 *
 * SMB1 messages without SMB_FLAGS2_NT_STATUS carry a DOS error in the same four bytes instead, [MS-CIFS] 2.2.3.1: see
 * dosErrorName.
 */

export const STATUS_SUCCESS = 0x00000000
export const STATUS_PENDING = 0x00000103
export const STATUS_BUFFER_OVERFLOW = 0x80000005
export const STATUS_INVALID_DEVICE_REQUEST = 0xc0000010
/** An authentication continues with another round trip: the severity is error, but it is not a failure. */
export const STATUS_MORE_PROCESSING_REQUIRED = 0xc0000016
export const STATUS_ACCESS_DENIED = 0xc0000022
export const STATUS_NO_SUCH_USER = 0xc0000064
export const STATUS_LOGON_FAILURE = 0xc000006d
export const STATUS_ACCOUNT_RESTRICTION = 0xc000006e
export const STATUS_NOT_SUPPORTED = 0xc00000bb
export const STATUS_FILE_CLOSED = 0xc0000128
export const STATUS_USER_SESSION_DELETED = 0xc0000203
export const STATUS_NETWORK_SESSION_EXPIRED = 0xc000035c
/** SMB1's own, [MS-CIFS] 2.2.2.4: the same bits as the DOS error ERRSRV/ERRbaduid. */
export const STATUS_SMB_BAD_UID = 0x005b0002
export const STATUS_NETWORK_ACCESS_DENIED = 0xc00000ca
const STATUS_UNSUCCESSFUL = 0xc0000001

/** Names without their "STATUS_" prefix, by value. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [STATUS_SUCCESS, 'SUCCESS'],
  [0x00000102, 'TIMEOUT'],
  [STATUS_PENDING, 'PENDING'],
  [0x00000104, 'REPARSE'],
  [0x00000105, 'MORE_ENTRIES'],
  [0x00000106, 'NOT_ALL_ASSIGNED'],
  [0x00000107, 'SOME_NOT_MAPPED'],
  [0x00000108, 'OPLOCK_BREAK_IN_PROGRESS'],
  [0x0000010b, 'NOTIFY_CLEANUP'],
  [0x0000010c, 'NOTIFY_ENUM_DIR'],
  [0x40000000, 'OBJECT_NAME_EXISTS'],

  [STATUS_BUFFER_OVERFLOW, 'BUFFER_OVERFLOW'],
  [0x80000006, 'NO_MORE_FILES'],
  [0x8000000a, 'HANDLES_CLOSED'],
  [0x8000000b, 'NO_INHERITANCE'],
  [0x8000000d, 'PARTIAL_COPY'],
  [0x80000010, 'DEVICE_OFF_LINE'],
  [0x80000011, 'DEVICE_BUSY'],
  [0x80000012, 'NO_MORE_EAS'],
  [0x80000013, 'INVALID_EA_NAME'],
  [0x80000014, 'EA_LIST_INCONSISTENT'],
  [0x80000015, 'INVALID_EA_FLAG'],
  [0x8000001a, 'NO_MORE_ENTRIES'],
  [0x8000002d, 'STOPPED_ON_SYMLINK'],

  [STATUS_UNSUCCESSFUL, 'UNSUCCESSFUL'],
  [0xc0000002, 'NOT_IMPLEMENTED'],
  [0xc0000003, 'INVALID_INFO_CLASS'],
  [0xc0000004, 'INFO_LENGTH_MISMATCH'],
  [0xc0000005, 'ACCESS_VIOLATION'],
  [0xc0000008, 'INVALID_HANDLE'],
  [0xc000000d, 'INVALID_PARAMETER'],
  [0xc000000e, 'NO_SUCH_DEVICE'],
  [0xc000000f, 'NO_SUCH_FILE'],
  [STATUS_INVALID_DEVICE_REQUEST, 'INVALID_DEVICE_REQUEST'],
  [0xc0000011, 'END_OF_FILE'],
  [0xc0000012, 'WRONG_VOLUME'],
  [0xc0000013, 'NO_MEDIA_IN_DEVICE'],
  [0xc0000015, 'NONEXISTENT_SECTOR'],
  [STATUS_MORE_PROCESSING_REQUIRED, 'MORE_PROCESSING_REQUIRED'],
  [0xc0000017, 'NO_MEMORY'],
  [0xc000001e, 'INVALID_LOCK_SEQUENCE'],
  [0xc000001f, 'INVALID_VIEW_SIZE'],
  [0xc0000021, 'ALREADY_COMMITTED'],
  [STATUS_ACCESS_DENIED, 'ACCESS_DENIED'],
  [0xc0000023, 'BUFFER_TOO_SMALL'],
  [0xc0000024, 'OBJECT_TYPE_MISMATCH'],
  [0xc0000032, 'DISK_CORRUPT_ERROR'],
  [0xc0000033, 'OBJECT_NAME_INVALID'],
  [0xc0000034, 'OBJECT_NAME_NOT_FOUND'],
  [0xc0000035, 'OBJECT_NAME_COLLISION'],
  [0xc0000037, 'PORT_DISCONNECTED'],
  [0xc0000039, 'OBJECT_PATH_INVALID'],
  [0xc000003a, 'OBJECT_PATH_NOT_FOUND'],
  [0xc000003b, 'OBJECT_PATH_SYNTAX_BAD'],
  [0xc000003e, 'DATA_ERROR'],
  [0xc000003f, 'CRC_ERROR'],
  [0xc0000040, 'SECTION_TOO_BIG'],
  [0xc0000041, 'PORT_CONNECTION_REFUSED'],
  [0xc0000042, 'INVALID_PORT_HANDLE'],
  [0xc0000043, 'SHARING_VIOLATION'],
  [0xc0000044, 'QUOTA_EXCEEDED'],
  [0xc000004b, 'THREAD_IS_TERMINATING'],
  [0xc000004f, 'EAS_NOT_SUPPORTED'],
  [0xc0000050, 'EA_TOO_LARGE'],
  [0xc0000051, 'NONEXISTENT_EA_ENTRY'],
  [0xc0000052, 'NO_EAS_ON_FILE'],
  [0xc0000054, 'FILE_LOCK_CONFLICT'],
  [0xc0000055, 'LOCK_NOT_GRANTED'],
  [0xc0000056, 'DELETE_PENDING'],
  [0xc000005e, 'NO_LOGON_SERVERS'],
  [0xc000005f, 'NO_SUCH_LOGON_SESSION'],
  [0xc0000060, 'NO_SUCH_PRIVILEGE'],
  [0xc0000061, 'PRIVILEGE_NOT_HELD'],
  [0xc0000062, 'INVALID_ACCOUNT_NAME'],
  [0xc0000063, 'USER_EXISTS'],
  [STATUS_NO_SUCH_USER, 'NO_SUCH_USER'],
  [0xc000006a, 'WRONG_PASSWORD'],
  [0xc000006b, 'ILL_FORMED_PASSWORD'],
  [0xc000006c, 'PASSWORD_RESTRICTION'],
  [STATUS_LOGON_FAILURE, 'LOGON_FAILURE'],
  [STATUS_ACCOUNT_RESTRICTION, 'ACCOUNT_RESTRICTION'],
  [0xc000006f, 'INVALID_LOGON_HOURS'],
  [0xc0000070, 'INVALID_WORKSTATION'],
  [0xc0000071, 'PASSWORD_EXPIRED'],
  [0xc0000072, 'ACCOUNT_DISABLED'],
  [0xc0000073, 'NONE_MAPPED'],
  [0xc0000078, 'INVALID_SID'],
  [0xc0000079, 'INVALID_SECURITY_DESCR'],
  [0xc000007a, 'PROCEDURE_NOT_FOUND'],
  [0xc000007e, 'RANGE_NOT_LOCKED'],
  [0xc000007f, 'DISK_FULL'],
  [0xc000009a, 'INSUFFICIENT_RESOURCES'],
  [0xc000009c, 'DEVICE_DATA_ERROR'],
  [0xc00000a2, 'MEDIA_WRITE_PROTECTED'],
  [0xc00000a3, 'DEVICE_NOT_READY'],
  [0xc00000ab, 'INSTANCE_NOT_AVAILABLE'],
  [0xc00000ac, 'PIPE_NOT_AVAILABLE'],
  [0xc00000ad, 'INVALID_PIPE_STATE'],
  [0xc00000ae, 'PIPE_BUSY'],
  [0xc00000af, 'ILLEGAL_FUNCTION'],
  [0xc00000b0, 'PIPE_DISCONNECTED'],
  [0xc00000b1, 'PIPE_CLOSING'],
  [0xc00000b4, 'INVALID_READ_MODE'],
  [0xc00000b5, 'IO_TIMEOUT'],
  [0xc00000b6, 'FILE_FORCED_CLOSED'],
  [0xc00000ba, 'FILE_IS_A_DIRECTORY'],
  [STATUS_NOT_SUPPORTED, 'NOT_SUPPORTED'],
  [0xc00000bd, 'DUPLICATE_NAME'],
  [0xc00000be, 'BAD_NETWORK_PATH'],
  [0xc00000c4, 'UNEXPECTED_NETWORK_ERROR'],
  [0xc00000c6, 'PRINT_QUEUE_FULL'],
  [0xc00000c9, 'NETWORK_NAME_DELETED'],
  [STATUS_NETWORK_ACCESS_DENIED, 'NETWORK_ACCESS_DENIED'],
  [0xc00000cb, 'BAD_DEVICE_TYPE'],
  [0xc00000cc, 'BAD_NETWORK_NAME'],
  [0xc00000ce, 'TOO_MANY_SESSIONS'],
  [0xc00000cf, 'SHARING_PAUSED'],
  [0xc00000d0, 'REQUEST_NOT_ACCEPTED'],
  [0xc00000d4, 'NOT_SAME_DEVICE'],
  [0xc00000d8, 'CANT_WAIT'],
  [0xc00000d9, 'PIPE_EMPTY'],
  [0xc00000dc, 'INVALID_SERVER_STATE'],
  [0xc00000df, 'NO_SUCH_DOMAIN'],
  [0xc00000e2, 'OPLOCK_NOT_GRANTED'],
  [0xc00000e3, 'INVALID_OPLOCK_PROTOCOL'],
  [0xc00000e5, 'INTERNAL_ERROR'],
  [0xc00000ee, 'LOGON_SESSION_EXISTS'],
  [0xc00000ef, 'INVALID_PARAMETER_1'],
  [0xc00000fb, 'REDIRECTOR_NOT_STARTED'],
  [0xc00000fe, 'NO_SUCH_PACKAGE'],
  [0xc0000101, 'DIRECTORY_NOT_EMPTY'],
  [0xc0000103, 'NOT_A_DIRECTORY'],
  [0xc000010a, 'PROCESS_IS_TERMINATING'],
  [0xc000011f, 'TOO_MANY_OPENED_FILES'],
  [0xc0000120, 'CANCELLED'],
  [0xc0000121, 'CANNOT_DELETE'],
  [0xc0000123, 'FILE_DELETED'],
  [STATUS_FILE_CLOSED, 'FILE_CLOSED'],
  [0xc000012a, 'THREAD_NOT_IN_PROCESS'],
  [0xc0000133, 'TIME_DIFFERENCE_AT_DC'],
  [0xc000013b, 'LOCAL_DISCONNECT'],
  [0xc000013c, 'REMOTE_DISCONNECT'],
  [0xc0000148, 'INVALID_LEVEL'],
  [0xc000014b, 'PIPE_BROKEN'],
  [0xc000015b, 'LOGON_TYPE_NOT_GRANTED'],
  [0xc000015d, 'NT_CROSS_ENCRYPTION_REQUIRED'],
  [0xc000017f, 'LM_CROSS_ENCRYPTION_REQUIRED'],
  [0xc0000184, 'INVALID_DEVICE_STATE'],
  [0xc000018a, 'NO_TRUST_LSA_SECRET'],
  [0xc000018b, 'NO_TRUST_SAM_ACCOUNT'],
  [0xc000018c, 'TRUSTED_DOMAIN_FAILURE'],
  [0xc000018d, 'TRUSTED_RELATIONSHIP_FAILURE'],
  [0xc0000190, 'TRUST_FAILURE'],
  [0xc0000192, 'NETLOGON_NOT_STARTED'],
  [0xc0000193, 'ACCOUNT_EXPIRED'],
  [0xc0000195, 'NETWORK_CREDENTIAL_CONFLICT'],
  [0xc0000198, 'NOLOGON_INTERDOMAIN_TRUST_ACCOUNT'],
  [0xc0000199, 'NOLOGON_WORKSTATION_TRUST_ACCOUNT'],
  [0xc000019a, 'NOLOGON_SERVER_TRUST_ACCOUNT'],
  [0xc000019b, 'DOMAIN_TRUST_INCONSISTENT'],
  [0xc000019c, 'FS_DRIVER_REQUIRED'],
  [0xc00001a1, 'INVALID_LOCK_RANGE'],
  [STATUS_USER_SESSION_DELETED, 'USER_SESSION_DELETED'],
  [0xc0000205, 'INSUFF_SERVER_RESOURCES'],
  [0xc000020d, 'CONNECTION_RESET'],
  [0xc0000224, 'PASSWORD_MUST_CHANGE'],
  [0xc0000225, 'NOT_FOUND'],
  [0xc000022d, 'RETRY'],
  [0xc0000233, 'DOMAIN_CONTROLLER_NOT_FOUND'],
  [0xc0000234, 'ACCOUNT_LOCKED_OUT'],
  [0xc0000236, 'CONNECTION_REFUSED'],
  [0xc000023a, 'CONNECTION_INVALID'],
  [0xc000023c, 'NETWORK_UNREACHABLE'],
  [0xc0000240, 'REQUEST_ABORTED'],
  [0xc0000241, 'CONNECTION_ABORTED'],
  [0xc0000257, 'PATH_NOT_COVERED'],
  [0xc0000259, 'LICENSE_QUOTA_EXCEEDED'],
  [0xc0000275, 'NOT_A_REPARSE_POINT'],
  [0xc0000279, 'IO_REPARSE_TAG_NOT_HANDLED'],
  [0xc00002c3, 'MUTUAL_AUTHENTICATION_FAILED'],
  [0xc00002f9, 'PKINIT_NAME_MISMATCH'],
  [0xc0000320, 'PKINIT_FAILURE'],
  [0xc0000321, 'SMARTCARD_SUBSYSTEM_FAILURE'],
  [STATUS_NETWORK_SESSION_EXPIRED, 'NETWORK_SESSION_EXPIRED'],
  [0xc0000361, 'ACCESS_DISABLED_BY_POLICY_DEFAULT'],
  [0xc0000388, 'DOWNGRADE_DETECTED'],
  [0xc0000413, 'AUTHENTICATION_FIREWALL_FAILED'],
  [0xc0000418, 'NTLM_BLOCKED'],
  [0xc0000466, 'SERVER_UNAVAILABLE'],
  [0xc0000467, 'FILE_NOT_AVAILABLE'],
  [0xc000a000, 'INVALID_SIGNATURE'],
  [0xc000a100, 'HASH_NOT_SUPPORTED'],
  [0xc000a101, 'HASH_NOT_PRESENT'],
  [0xc05d0000, 'SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP'],
  [0xc05d0001, 'SMB_BAD_CLUSTER_DIALECT'],

  // SMB1's own, [MS-CIFS] 2.2.2.4: DOS errors as NTSTATUS. Their severity bits say success, but they are failures.
  [0x00010002, 'INVALID_SMB'],
  [0x00050002, 'SMB_BAD_TID'],
  [0x00160002, 'SMB_BAD_COMMAND'],
  [0x005b0002, 'SMB_BAD_UID'],
  [0x007c0001, 'OS2_INVALID_LEVEL'],
  [0x00fb0002, 'SMB_USE_STANDARD'],
])

/** "STATUS_LOGON_FAILURE", or "0xC000ABCD" where the value has no name here. `code` is the unsigned value. */
export function ntStatusName(code: number): string {
  const name = NAMES.get(code >>> 0)
  return name === undefined ? `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}` : `STATUS_${name}`
}

/**
 * SMB1's own codes are DOS errors: a class of 1 to 3 in the low byte, the error in the high half. NTSTATUS successes
 * stay below.
 */
const LAST_SUCCESS = 0x0000ffff
const INFORMATIONAL = 1

/**
 * Severity success or informational, except SMB1's own error codes, whose severity bits are wrong. Also false for two
 * that a caller may accept: STATUS_MORE_PROCESSING_REQUIRED, of error severity although the session setup
 * continues; and STATUS_BUFFER_OVERFLOW, a warning that the data of the response was cut.
 */
export function isSuccess(code: number): boolean {
  const status = code >>> 0
  return status <= LAST_SUCCESS || status >>> 30 === INFORMATIONAL
}

/** ERRSRV/ERRnosupport, the largest code that is assigned. */
const ERRSRV_NOSUPPORT = 0xffff0002

/**
 * Whether the status of an SMB1 message is a DOS error, in the form of [MS-CIFS] 2.2.3.1 or as the NTSTATUS of the same bits that 2.2.2.4 gives to SMB1's
 * own: an error code in the high half and the severity bits of success, which no other NTSTATUS of a server has. 0x005B0002 is ERRSRV/ERRbaduid and
 * STATUS_SMB_BAD_UID; 0xC0000001 is STATUS_UNSUCCESSFUL alone.
 */
export function isDosError(status: number): boolean {
  const code = status >>> 0
  return (code > LAST_SUCCESS && code >>> 30 === 0) || code === ERRSRV_NOSUPPORT
}

/** DOS error classes, and the codes of each that occur with logons and shares, [MS-CIFS] 2.2.2.4. */
const DOS_ERRORS: Readonly<Record<number, { name: string; codes: Readonly<Record<number, string>> }>> = {
  1: {
    name: 'ERRDOS',
    codes: {
      1: 'ERRbadfunc',
      2: 'ERRbadfile',
      3: 'ERRbadpath',
      4: 'ERRnofids',
      5: 'ERRnoaccess',
      6: 'ERRbadfid',
      8: 'ERRnomem',
      12: 'ERRbadaccess',
      13: 'ERRbaddata',
      18: 'ERRnofiles',
      32: 'ERRbadshare',
      33: 'ERRlock',
      38: 'ERReof',
      50: 'ERRunsup',
      67: 'ERRnosuchshare',
      80: 'ERRfilexists',
      87: 'ERRinvalidparam',
      124: 'ERRunknownlevel',
      230: 'ERRbadpipe',
      231: 'ERRpipebusy',
      232: 'ERRpipeclosing',
      233: 'ERRnotconnected',
      234: 'ERRmoredata',
    },
  },
  2: {
    name: 'ERRSRV',
    codes: {
      1: 'ERRerror',
      2: 'ERRbadpw',
      3: 'ERRbadpath',
      4: 'ERRaccess',
      5: 'ERRinvtid',
      6: 'ERRinvnetname',
      7: 'ERRinvdevice',
      22: 'ERRbadcmd',
      64: 'ERRsmbcmd',
      69: 'ERRbadpermits',
      88: 'ERRtimeout',
      89: 'ERRnoresource',
      90: 'ERRtoomanyuids',
      91: 'ERRbaduid',
      2239: 'ERRaccountExpired',
      2240: 'ERRbadClient',
      2241: 'ERRbadLogonTime',
      2242: 'ERRpasswordExpired',
      65535: 'ERRnosupport',
    },
  },
  3: { name: 'ERRHRD', codes: { 19: 'ERRnowrite', 21: 'ERRnotready', 31: 'ERRgeneral', 39: 'ERRdiskfull' } },
  255: { name: 'ERRCMD', codes: {} },
}

/**
 * A DOS error as SMB1's Status field holds it where SMB_FLAGS2_NT_STATUS is clear: ErrorClass (1), Reserved (1),
 * ErrorCode (2). "ERRSRV/ERRbadpw"; "ERRSRV/1234" and "0x07/1234" where a code or class has no name here; "SUCCESS" for
 * class 0.
 *
 * @param status the four bytes read as a little-endian word
 */
export function dosErrorName(status: number): string {
  const errorClass = status & 0xff
  const code = status >>> 16
  if (errorClass === 0) return 'SUCCESS'
  const known = DOS_ERRORS[errorClass]
  if (known === undefined) return `0x${errorClass.toString(16).padStart(2, '0')}/${code}`
  return `${known.name}/${known.codes[code] ?? code}`
}

/** DOS errors of logons and tree connects that have one NTSTATUS in [MS-CIFS] 2.2.2.4, class in the low byte. Most have several, or none. */
const DOS_TO_NTSTATUS: ReadonlyMap<number, number> = new Map([
  [0x00050001, STATUS_ACCESS_DENIED],
  [0x00020002, STATUS_LOGON_FAILURE],
  [0x00040002, STATUS_NETWORK_ACCESS_DENIED],
  [0x00060002, 0xc00000cc],
  [0x00070002, 0xc00000cb],
  [0x08bf0002, 0xc0000193],
  [0x08c00002, 0xc0000070],
  [0x08c10002, 0xc000006f],
  [0x08c20002, 0xc0000071],
])

/**
 * The NTSTATUS of a DOS error, read as `dosErrorName` reads it. One that has none keeps its class and code, which `isDosError` finds again. What neither
 * form can hold, a class without a code or a code beyond all that are assigned, is STATUS_UNSUCCESSFUL.
 */
export function dosToNtStatus(status: number): number {
  const error = (status & 0xffff00ff) >>> 0
  if ((error & 0xff) === 0) return STATUS_SUCCESS
  return DOS_TO_NTSTATUS.get(error) ?? (isDosError(error) ? error : STATUS_UNSUCCESSFUL)
}
