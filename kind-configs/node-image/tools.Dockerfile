# What an engine that writes rules finds around it: iptables, nft, ipset, ip, conntrack, strace.
FROM scratch
ADD tools.tar /
