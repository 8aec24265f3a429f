"""usage: impacket-server.py FOLDER

impacket's SMB2 server on port 445, sharing FOLDER as "files" with every client: it has no users and asks for no password.
"""
import sys

from impacket.smbserver import SimpleSMBServer

server = SimpleSMBServer('0.0.0.0', 445)
server.addShare('files', sys.argv[1])
server.setSMB2Support(True)
server.start()
