import { describe, expect, it } from 'vitest'
import {
  nativeOsVersion,
  newestDialect,
  versionNumber,
  windowsRelease,
} from '../../../../src/ledger/derived/systems/windows-release.ts'

describe('windowsRelease', () => {
  it.each([
    [{ major: 6, minor: 1, build: 7601 }, 'Windows 7 SP1 or Server 2008 R2 SP1 (6.1.7601)'],
    [{ major: 10, minor: 0, build: 19_041 }, 'Windows 10 2004 to 22H2 (10.0.19041)'],
    [{ major: 10, minor: 0, build: 99_999 }, 'Windows 10.0.99999'],
    [{ major: 6, minor: 1, build: 0 }, null],
    [{ major: 255, minor: 255, build: 65_535 }, null],
  ])('%j is %s', (version, name) => {
    expect(windowsRelease(version)).toBe(name)
  })
})

describe('nativeOsVersion', () => {
  it.each([
    ['Windows 4.0', '4.0.1381'],
    ['Windows NT 1381', '4.0.1381'],
    ['Windows 5.0', '5.0.2195'],
    ['Windows 2000 2195', '5.0.2195'],
    ['Windows 5.1', '5.1.2600'],
    ['Windows 2002 Service Pack 2 2600', '5.1.2600'],
    ['Windows Server 2003 3790 Service Pack 2', '5.2.3790'],
    ['Windows Server (R) 2008 Standard 6002 Service Pack 2', '6.0.6002'],
    ['Windows 7 Ultimate 7601 Service Pack 1', '6.1.7601'],
    ['Windows Server 2012 R2 Standard 9600', '6.3.9600'],
    ['Windows Server 2016 Standard 14393', '10.0.14393'],
  ])('%s is %s', (text, number) => {
    expect(versionNumber(nativeOsVersion(text)!)).toBe(number)
  })

  it.each(['Unix', 'Windows 6.1', 'Windows', 'Samba 3.0.20', 'Windows 7.7601.1', 'Windows 99999', ''])(
    '%j names no build',
    (text) => {
      expect(nativeOsVersion(text)).toBeNull()
    },
  )
})

describe('newestDialect', () => {
  it.each([
    [5, 2, 0],
    [6, 0, 0x0202],
    [6, 1, 0x0210],
    [6, 2, 0x0300],
    [6, 3, 0x0302],
    [6, 4, 0x0311],
    [10, 0, 0x0311],
  ])('of Windows %d.%d', (major, minor, dialect) => {
    expect(newestDialect({ major, minor, build: 1 })).toBe(dialect)
  })
})
