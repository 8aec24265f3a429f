import { describe, expect, it } from 'vitest'
import {
  dosErrorName,
  dosToNtStatus,
  isDosError,
  isSuccess,
  ntStatusName,
  STATUS_BUFFER_OVERFLOW,
  STATUS_LOGON_FAILURE,
  STATUS_MORE_PROCESSING_REQUIRED,
  STATUS_NETWORK_SESSION_EXPIRED,
  STATUS_PENDING,
  STATUS_SUCCESS,
  STATUS_USER_SESSION_DELETED,
} from '../../dissectors/ntstatus.ts'

describe('ntStatusName', () => {
  it('names what servers send', () => {
    expect(ntStatusName(STATUS_SUCCESS)).toBe('STATUS_SUCCESS')
    expect(ntStatusName(0xc0000016)).toBe('STATUS_MORE_PROCESSING_REQUIRED')
    expect(ntStatusName(0xc000006d)).toBe('STATUS_LOGON_FAILURE')
    expect(ntStatusName(0xc000035c)).toBe('STATUS_NETWORK_SESSION_EXPIRED')
    expect(ntStatusName(0x80000005)).toBe('STATUS_BUFFER_OVERFLOW')
    expect(ntStatusName(0xc05d0001)).toBe('STATUS_SMB_BAD_CLUSTER_DIALECT')
    expect(ntStatusName(0x005b0002)).toBe('STATUS_SMB_BAD_UID')
  })

  it('shows what it does not know as eight digits', () => {
    expect(ntStatusName(0xc000abcd)).toBe('0xC000ABCD')
    expect(ntStatusName(0x1)).toBe('0x00000001')
  })

  it('accepts a value that arithmetic has made negative', () => {
    expect(ntStatusName(0xc000006d | 0)).toBe('STATUS_LOGON_FAILURE')
    expect(isSuccess(0xc000006d | 0)).toBe(false)
  })
})

describe('isSuccess', () => {
  it.each([
    STATUS_SUCCESS,
    STATUS_PENDING,
    0x0000010c, // NOTIFY_ENUM_DIR
    0x40000000, // OBJECT_NAME_EXISTS, informational
  ])('is true for %i', (code) => expect(isSuccess(code)).toBe(true))

  it.each([
    STATUS_BUFFER_OVERFLOW,
    STATUS_MORE_PROCESSING_REQUIRED,
    STATUS_LOGON_FAILURE,
    STATUS_USER_SESSION_DELETED,
    STATUS_NETWORK_SESSION_EXPIRED,
    0xffffffff,
  ])('is false for %i', (code) => expect(isSuccess(code)).toBe(false))

  it('is false for the errors of SMB1 with the severity bits of success', () => {
    for (const code of [0x00010002, 0x00050002, 0x00160002, 0x005b0002, 0x00fb0002]) expect(isSuccess(code)).toBe(false)
  })
})

describe('dosToNtStatus', () => {
  it.each([
    [0x00050001, 0xc0000022],
    [0x00020002, 0xc000006d],
    [0x00040002, 0xc00000ca],
    // The reserved byte says nothing.
    [0x0002ff02, 0xc000006d],
    [0, 0],
    // No error class is no error.
    [0x12340000, 0],
  ])('maps %i to %i', (status, expected) => expect(dosToNtStatus(status)).toBe(expected))

  it('keeps class and code if there is no NTSTATUS for them', () => {
    for (const status of [0x005b0002, 0x04d20002, 0x00fb0001, 0x00130003, 0x00430001, 0xffff0002, 0x04d20007]) {
      expect(dosToNtStatus(status)).toBe(status)
      expect(isDosError(dosToNtStatus(status))).toBe(true)
      expect(isSuccess(dosToNtStatus(status))).toBe(false)
    }
  })

  it('never reads an error as success', () => {
    for (let errorClass = 1; errorClass < 256; errorClass++) {
      for (const code of [0, 1, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xc000, 0xffff]) {
        expect(isSuccess(dosToNtStatus(((code << 16) | errorClass) >>> 0))).toBe(false)
      }
    }
  })
})

describe('isDosError', () => {
  it('knows an NTSTATUS whose low byte looks like a class', () => {
    for (const status of [0xc0000001, 0xc0000002, 0xc0000003, 0x80000001, 0x00000103, 0]) {
      expect(isDosError(status)).toBe(false)
    }
  })
})

describe('dosErrorName', () => {
  it('names class and code', () => {
    expect(dosErrorName(0x00020002)).toBe('ERRSRV/ERRbadpw')
    expect(dosErrorName(0x00050001)).toBe('ERRDOS/ERRnoaccess')
    expect(dosErrorName(0xffff0002)).toBe('ERRSRV/ERRnosupport')
    expect(dosErrorName(0)).toBe('SUCCESS')
  })

  it('leaves the reserved byte alone', () => {
    expect(dosErrorName(0x0005ff01)).toBe('ERRDOS/ERRnoaccess')
  })

  it('shows what it does not know as numbers', () => {
    expect(dosErrorName(0x04d20002)).toBe('ERRSRV/1234')
    expect(dosErrorName(0x04d20007)).toBe('0x07/1234')
  })
})
