import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { notObserved } from '../judging/observation.ts'

const UNREAD =
  'Armoring protects the exchange of clients with the KDC, and that exchange is not read: not observed until that traffic is read.'

export const kerberosArmoring: Control = {
  id: 'kerberos-armoring',
  title: CONTROL_TITLES['kerberos-armoring'],
  guide: 'Beyond SMB',
  combines: 'behaviour',
  sided: false,
  hosts: ['client'],
  unobservable: UNREAD,
  *judge() {
    yield notObserved('kdc-not-read', () => UNREAD)
  },
}
