import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { notObserved } from '../judging/observation.ts'

const UNREAD = 'WebDAV goes over HTTP, and HTTP is not read: not observed until that traffic is read.'

export const disableWebdav: Control = {
  id: 'disable-webdav',
  title: CONTROL_TITLES['disable-webdav'],
  guide: 'Disable the WebDAV protocol',
  combines: 'behaviour',
  sided: false,
  hosts: ['client'],
  unobservable: UNREAD,
  *judge() {
    yield notObserved('http-not-read', () => UNREAD)
  },
}
