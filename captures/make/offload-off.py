"""usage: offload-off.py DEVICE

Turns checksum and segmentation offloading off (what `ethtool -K DEVICE rx off tx off tso off gso off gro off` does), so that a capture of a
veth holds frames of wire size with true checksums.
"""
import ctypes
import fcntl
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
# ETHTOOL_SRXCSUM, ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO of linux/ethtool.h
SETTINGS = (0x15, 0x17, 0x1F, 0x24, 0x2C)

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    for setting in SETTINGS:
        value = ctypes.create_string_buffer(struct.pack('II', setting, 0), 8)
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack('16sP', sys.argv[1].encode(), ctypes.addressof(value)))
