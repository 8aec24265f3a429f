"""usage: impacket-client.py smb1|smb3|no-cipher SERVER USER PASSWORD SHARE

Logs on, lists a share and logs off. "smb1" speaks nothing newer; "smb3" starts with SMB1's multi-protocol negotiate, as impacket does; "no-cipher"
is the same without SMB2_GLOBAL_CAP_ENCRYPTION.
"""
import sys

from impacket import smb3
from impacket.smb import SMB_DIALECT
from impacket.smbconnection import SMBConnection

protocol, server, user, password, share = sys.argv[1:]
if protocol == 'no-cipher':
    smb3.SMB2_GLOBAL_CAP_ENCRYPTION = 0
connection = SMBConnection('FILESRV', server, myName='DESK2', preferredDialect=SMB_DIALECT if protocol == 'smb1' else None)
connection.login(user, password, 'EXAMPLE')
for entry in connection.listPath(share, '*'):
    print(entry.get_longname())
connection.logoff()
connection.close()
